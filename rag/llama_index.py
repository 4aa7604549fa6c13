"""Byline's retrieval as a part of LlamaIndex: passages come back as nodes with everything a byline needs."""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.engine import Engine
from rag.retrieve import Hit, retrieve


class BylineRetriever(BaseRetriever):
    """A LlamaIndex retriever over a published index.

    Example:
        >>> retriever = BylineRetriever(Engine.open(load_settings()))
        >>> for node in retriever.retrieve("what did Harker say about schools?"):
        ...     print(node.metadata["authors"], node.text)
    """

    def __init__(self, engine: Engine, count: int = 5) -> None:
        """Retrieve the best `count` passages of the engine's snapshot."""
        super().__init__()
        self._engine = engine
        self._count = count

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        vector = self._engine.embedder.embed([query_bundle.query_str])[0]
        hits = retrieve(self._engine.snapshot, query_bundle.query_str, vector, None, self._count)
        return [NodeWithScore(node=self._node(hit), score=hit.score) for hit in hits]

    def _node(self, hit: Hit) -> TextNode:
        section = self._engine.snapshot.section(hit.passage.section_id)
        sentences = section.sentences[hit.passage.first : hit.passage.last + 1]
        metadata = {
            "section_id": section.id,
            "section": section.title,
            "volume": section.volume,
            "file": section.file,
            "edition": section.edition,
            "authors": [author.name for author in section.authors],
            "byline": section.byline,
            "start": sentences[0].spans[0].start,
            "end": sentences[-1].spans[-1].end,
        }
        return TextNode(
            id_=f"{section.id}#{hit.passage.first}-{hit.passage.last}",
            text=hit.passage.text,
            metadata=metadata,
            excluded_embed_metadata_keys=list(metadata),
            excluded_llm_metadata_keys=["start", "end", "file", "section_id"],
        )
