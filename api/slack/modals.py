"""What buttons open: a source in its context, and references to copy.

In: citations and the snapshot. Out: views of Block Kit.
"""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block, ContextBlock, DividerBlock, SectionBlock
from slack_sdk.models.views import View

from api.slack.escaping import bold, escaped, label, plain
from api.slack.layout import sections, source_lines
from api.slack.splitting import pieces_of
from index.records import SectionRecord, SentenceRecord
from index.snapshot import Snapshot
from rag.answer import Answer, Citation
from rag.reference import references
from rag.resolve import resolve

_AROUND = 3
"""So many sentences before and after are shown."""
_MODAL_BLOCKS = 100
_TITLE_CHARACTERS = 24


def modal(title: str, blocks: Sequence[Block]) -> View:
    """A view that can only be closed."""
    return View(type="modal", title=plain(label(title, _TITLE_CHARACTERS)), blocks=blocks[:_MODAL_BLOCKS])


def context_modal(snapshot: Snapshot, citation: Citation) -> View:
    """A sentence between its neighbours; where an index run has moved it since, where it stands now.

    Raises:
        BadAddress: the citation has no address.
    """
    found = resolve(snapshot, citation.address)
    if not found.citations:
        return modal("In context", [*sections(found.message), *sections(citation.quote)])
    now = next((each for each in found.citations if each.quote == citation.quote), found.citations[0])
    section = snapshot.section(now.section_id)
    return modal("In context", list(_in_context(section, now)))


def references_modal(snapshot: Snapshot, answer: Answer) -> View:
    """Every source of an answer in each style, to be copied."""
    sources = [citation for _, citation in source_lines(answer.citations)]
    known = [references(snapshot, source) for source in sources if source.section_id in snapshot.section_refs]
    styles = {
        "Chicago": [source.reference for source in sources],
        "BibTeX": [each.in_style("bibtex") for each in known],
    }
    blocks: list[Block] = []
    for style, texts in styles.items():
        blocks += [DividerBlock(), SectionBlock(text=bold(style))] if texts else []
        blocks += [block for text in texts for block in sections(text)]
    return modal("Copy reference", blocks[1:])


def _in_context(section: SectionRecord, citation: Citation) -> Iterator[Block]:
    for piece in pieces_of(escaped(citation.reference), 2000):
        yield ContextBlock(elements=[plain(piece)])
    place = next((number for number, each in enumerate(section.sentences) if _has(each, citation)), 0)
    before = section.sentences[max(0, place - _AROUND) : place]
    after = section.sentences[place + 1 : place + 1 + _AROUND]
    yield from sections(_joined(before))
    for piece in pieces_of(escaped(section.sentences[place].text), 2990):
        yield SectionBlock(text=bold(piece))
    yield from sections(_joined(after))


def _has(sentence: SentenceRecord, citation: Citation) -> bool:
    return any((span.start, span.end) == (citation.start, citation.end) for span in sentence.spans)


def _joined(sentences: Sequence[SentenceRecord]) -> str:
    return " ".join(sentence.text for sentence in sentences)
