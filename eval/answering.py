"""How well the sentences of an answer are cited, and whether its frames credit the right people.

In: an answer. Out: citation recall and precision, and whether a frame names somebody else than the cited writers.

Recall and precision are those of ALCE (Gao, Yen, Yu and Chen, 2023, https://arxiv.org/abs/2305.14627, section 4), where
an NLI model says whether citations entail a sentence. Here `verbatim` does: an extractive sentence stands in its spans
word for word, and whatever is put in, left out or altered shows. It is not the gate's own check, so that the gate is
measured too. For sentences that a model wrote another check can be given.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from index.inline import read_inline
from index.model import Span
from index.names import fold
from rag.answer import Answer, AnswerSentence, Citation

Entails = Callable[[str, Sequence[str]], bool]
"""Whether quotes, together and in order, say what a sentence says."""
_OURS = re.compile(r"\[[^\]]*\]|…|\.\.\.")
"""What is marked as ours or as left out; the words between stand in the spans one run after the other."""
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_PLACE = re.compile(r"“[^”]*”|\([^)]*\)|[.,:]")
"""Of a frame: titles, volumes and years, and marks."""


def verbatim(text: str, quotes: Sequence[str]) -> bool:
    """Whether a text stands in the quotes word for word, run after run where something is marked as ours."""
    given = _spaced(word for quote in quotes for word in _words(quote))
    runs = [_spaced(words) for part in _OURS.split(text) if (words := _words(part))]
    place = 0
    for run in runs:
        place = given.find(run, place)
        if place < 0:
            return False
        place += len(run) - 1
    return bool(runs)


def citation_recall(answer: Answer, entails: Entails = verbatim) -> float | None:
    """Share of the answer's sentences that the spans they cite entail; None where there is no sentence."""
    if not answer.sentences:
        return None
    found = _by_id(answer)
    return sum(entails(each.text, _quotes(each, found)) for each in answer.sentences) / len(answer.sentences)


def citation_precision(answer: Answer, entails: Entails = verbatim) -> float | None:
    """Share of the citations that are needed; None where there is none.

    One is not where its sentence is not entailed, or where it does not entail the sentence alone and the others do
    without it.
    """
    found = _by_id(answer)
    verdicts = [needed for each in answer.sentences for needed in _needed(each, _quotes(each, found), entails)]
    return sum(verdicts) / len(verdicts) if verdicts else None


def is_misframed(answer: Answer, writers: Collection[str]) -> bool:
    """Whether a frame names a writer who wrote none of its sentence's citations, or leaves out one who did.

    Args:
        answer: what came back.
        writers: the names of all who write in the collection, folded.
    """
    found = _by_id(answer)
    return any(
        not _names_its_people(each.frame, [found[number] for number in each.citations if number in found], writers)
        for each in answer.sentences
        if each.frame
    )


def _names_its_people(frame: str, cited: Sequence[Citation], writers: Collection[str]) -> bool:
    """Whether all writers of the citations are named and nobody else is; a quoted speaker may stand beside them."""
    words = f" {fold(_PLACE.sub(' ', frame))} "
    authors = {_plain(name) for citation in cited for name in citation.authors}
    speakers = {_plain(citation.speaker) for citation in cited if citation.speaker}
    named = {name for name in {*map(_plain, writers), *authors} if f" {name} " in words}
    return authors <= named <= authors | speakers


def _needed(sentence: AnswerSentence, quotes: Sequence[str], entails: Entails) -> list[bool]:
    if not entails(sentence.text, quotes):
        return [False] * len(quotes)
    return [
        entails(sentence.text, [quote]) or not entails(sentence.text, [*quotes[:place], *quotes[place + 1 :]])
        for place, quote in enumerate(quotes)
    ]


def _quotes(sentence: AnswerSentence, found: Mapping[int, Citation]) -> list[str]:
    """What a sentence cites; nothing for a citation that is not there."""
    return [found[number].quote if number in found else "" for number in sentence.citations]


def _by_id(answer: Answer) -> dict[int, Citation]:
    return {citation.id: citation for citation in answer.citations}


def _plain(name: str) -> str:
    return fold(_PLACE.sub(" ", name))


def _words(text: str) -> list[str]:
    """Words and figures in lower case; markup and the marks of notes off."""
    plain = read_inline(text, Span(0, len(text))).text if text else ""
    return [word.casefold() for word in _WORD.findall(plain)]


def _spaced(words: Iterable[str]) -> str:
    """The words with a space around each, so that a run of them is found at their edges only."""
    return f" {' '.join(words)} "
