"""An answer as Block Kit: who says it, the sentences, the numbered sources, and what can be done with it.

In: an `Answer`. Out: a `Reply`. The words, the attribution and the references are the answer's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import get_args

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, SectionBlock

from api.slack.escaping import bold, escaped, label, plain
from api.slack.splitting import messages_of, pieces_of
from rag.answer import Answer, AnswerSentence, Citation
from rag.feedback import Verdict

IN_CONTEXT = "in_context"
REFERENCES = "copy_reference"
SHARE = "share"
WHO_WRITES = "who_writes"
FEEDBACK = "feedback_"
VERDICTS: dict[Verdict, str] = {
    "right": "Right",
    "wrong_person": "Wrong person",
    "wrong_passage": "Wrong passage",
    "incomplete": "Incomplete",
}
assert set(VERDICTS) == set(get_args(Verdict))
_FALLBACK_CHARACTERS = 3000
_CONTEXT_ELEMENTS = 10
_CONTEXT_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Reply:
    """Messages that say one thing together, in order."""

    text: str
    """What a notification shows, and a client that knows no blocks; escaped."""
    messages: list[list[Block]]


def reply_of(answer: Answer, public_url: str = "", *, asked: str = "", is_private: bool = False) -> Reply:
    """An answer for Slack, beneath the question where that does not stand above it; a private one can be shared."""
    above = _small_print([f"Asked: {asked}"] if asked else [])
    return Reply(fallback(answer.answer), messages_of([*above, *_blocks(answer, public_url, is_private)]))


def sentence_reply(text: str) -> Reply:
    """A sentence of ours, such as what an error says."""
    return Reply(fallback(text), [list(sections(text))])


def suggestions_reply(answer: Answer) -> Reply:
    """Whom an abstention suggests, with a piece of theirs; the abstention's own sentence where it suggests nobody."""
    lines = [f"• {each.name}" + (f", “{each.section}”" if each.section else "") for each in answer.suggestions]
    return sentence_reply("\n".join(lines) or answer.answer)


def fallback(text: str) -> str:
    """The beginning of a text, escaped."""
    return next(pieces_of(escaped(text), _FALLBACK_CHARACTERS), "…")


def sections(text: str) -> Iterator[SectionBlock]:
    """A text as it stands, in as many sections as it needs."""
    for piece in pieces_of(escaped(text)):
        yield SectionBlock(text=plain(piece))


def source_lines(citations: list[Citation]) -> list[tuple[str, Citation]]:
    """For each reference the marks that lead to it, and its first citation."""
    shared: dict[str, list[Citation]] = {}
    for citation in citations:
        shared.setdefault(citation.reference or citation.section, []).append(citation)
    return [
        (f"{', '.join(f'[{each.id}]' for each in alike)} {reference}", alike[0]) for reference, alike in shared.items()
    ]


def _blocks(answer: Answer, public_url: str, is_private: bool) -> Iterator[Block]:
    if answer.sentences:
        yield from _sentences(answer.sentences)
    else:
        yield from sections(answer.answer)
    yield from _sources(answer, public_url)
    yield from _small_print([*answer.notes, *_credits(answer)])
    yield _actions(answer, is_private)


def _sentences(sentences: list[AnswerSentence]) -> Iterator[Block]:
    """A paragraph for each attribution, which stands above it."""
    part = 0
    numbered = []
    for sentence in sentences:
        part += bool(sentence.frame)
        numbered.append((part, sentence))
    for _, group in groupby(numbered, key=lambda item: item[0]):
        said = [sentence for _, sentence in group]
        for piece in pieces_of(escaped(said[0].frame), 2990):
            yield SectionBlock(text=bold(piece))
        yield from sections(" ".join(_marked(sentence) for sentence in said))


def _marked(sentence: AnswerSentence) -> str:
    return sentence.text + "".join(f"[{number}]" for number in sentence.citations)


def _sources(answer: Answer, public_url: str) -> Iterator[Block]:
    """Every source with the button that shows it in its place."""
    for line, citation in source_lines(answer.citations):
        first, *more = pieces_of(escaped(line))
        yield SectionBlock(text=plain(first), accessory=_in_context(answer, citation, public_url))
        for piece in more:
            yield SectionBlock(text=plain(piece))


def _in_context(answer: Answer, citation: Citation, public_url: str) -> ButtonElement:
    url = public_url.rstrip("/") + citation.url if public_url else None
    value = f"{answer.id} {citation.id}"
    return ButtonElement(text=plain("In context"), action_id=IN_CONTEXT, value=value, url=url)


def _credits(answer: Answer) -> list[str]:
    credits = dict.fromkeys(citation.credit for citation in answer.citations if citation.credit)
    return [f"Source: {credit}" for credit in credits]


def _small_print(lines: list[str]) -> Iterator[Block]:
    pieces = [piece for line in lines for piece in pieces_of(escaped(line), _CONTEXT_CHARACTERS)]
    block: list[str] = []
    for piece in pieces:
        if block and (len(block) == _CONTEXT_ELEMENTS or len(piece) + sum(map(len, block)) > _CONTEXT_CHARACTERS):
            yield ContextBlock(elements=[plain(each) for each in block])
            block = []
        block.append(piece)
    if block:
        yield ContextBlock(elements=[plain(each) for each in block])


def _who(answer: Answer) -> str:
    return "Who may be meant?" if answer.reason == "ambiguous_person" else "Who does write about it?"


def _actions(answer: Answer, is_private: bool) -> ActionsBlock:
    offered = {
        SHARE: "Share to channel" if is_private else "",
        REFERENCES: "Copy reference" if answer.citations else "",
        WHO_WRITES: _who(answer) if answer.suggestions else "",
        **{FEEDBACK + verdict: words for verdict, words in VERDICTS.items()},
    }
    return ActionsBlock(
        elements=[
            ButtonElement(text=plain(label(words)), action_id=action, value=answer.id)
            for action, words in offered.items()
            if words
        ]
    )
