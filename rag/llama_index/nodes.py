"""Passages and citations as LlamaIndex nodes that carry everything a byline needs.

In: a snapshot's passages, an answer's citations. Out: `TextNode`s. `start` and `end` in the metadata are offsets into
the file, in characters of its UTF-8 decoded text; `lines` are its first and last line, from 1.
"""

from collections.abc import Iterator

from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

from index.model import CITABLE_VOICES, page_of
from index.records import PassageRecord
from index.snapshot import Snapshot
from rag.answer import Citation
from rag.cite import section_url

_NOT_FOR_THE_MODEL = ["header", "file", "volume_id", "section_id", "start", "end", "lines", "url"]
"""Metadata that finds the place in the file and tells a language model nothing."""


def passage_node(snapshot: Snapshot, passage: PassageRecord) -> TextNode:
    """A passage as a node; its document (`ref_doc_id`) is its section.

    The text is the passage as read, without what a page break or a pull quote put between its words, so it need not be
    `source[start:end]`. Embedded, it stands below its header: writers, piece and volume.
    """
    section = snapshot.section(passage.section_id)
    sentences = [s for s in section.sentences[passage.first : passage.last + 1] if s.voice in CITABLE_VOICES]
    start, end = sentences[0].spans[0].start, sentences[-1].spans[-1].end
    source = snapshot.source(section.volume_id)
    first_line = source.count("\n", 0, start) + 1
    metadata = {
        "header": passage.header,
        "volume": section.volume,
        "volume_id": section.volume_id,
        "file": section.file,
        "edition": section.edition,
        "section": section.title,
        "section_id": section.id,
        "kind": section.kind,
        "authors": [author.name for author in section.authors],
        "byline": section.byline,
        "voices": list(dict.fromkeys(sentence.voice.value for sentence in sentences)),
        "speakers": list(dict.fromkeys(sentence.speaker for sentence in sentences if sentence.speaker)),
        "start": start,
        "end": end,
        "lines": [first_line, first_line + source.count("\n", start, end)],
        "page": page_of(snapshot.pages(section.volume_id), start),
        "url": section_url(section.id, start, end),
        "credit": section.credit,
    }
    return TextNode(
        id_=f"{section.id}#{passage.first}-{passage.last}",
        text=passage.text,
        metadata=metadata,
        excluded_embed_metadata_keys=[key for key in metadata if key != "header"],
        excluded_llm_metadata_keys=_NOT_FOR_THE_MODEL,
        relationships=_document(section.id),
    )


def passage_nodes(snapshot: Snapshot) -> Iterator[TextNode]:
    """Every passage of a snapshot, in reading order, not embedded."""
    for passage in snapshot.passages(range(len(snapshot.passage_sections))):
        yield passage_node(snapshot, passage)


def citation_node(citation: Citation) -> TextNode:
    """A citation as a node: its text is the quote, `source[start:end]` to the character."""
    metadata = citation.model_dump(mode="json", exclude={"id", "quote"}) | {"citation": citation.id}
    return TextNode(
        id_=f"{citation.section_id}@{citation.start}-{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=_NOT_FOR_THE_MODEL,
        relationships=_document(citation.section_id),
    )


def _document(section_id: str) -> dict[NodeRelationship, RelatedNodeInfo | list[RelatedNodeInfo]]:
    return {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=section_id)}
