"""LlamaIndex's default pipeline over the texts that Byline indexes: what a build is compared with.

In: texts and a chunk size. Out: a `VectorStoreIndex` over their chunks. Only the embedder is not LlamaIndex's default,
which would ask a vendor over the network: it is the model that Byline uses, run by sentence-transformers.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.constants import DEFAULT_CHUNK_OVERLAP
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import BaseNode
from pydantic import PrivateAttr
from sentence_transformers import SentenceTransformer


class LocalEmbedding(BaseEmbedding):
    """A sentence-transformers model as LlamaIndex calls one: in batches of its default size."""

    _model: SentenceTransformer = PrivateAttr()
    _given: list[str] = PrivateAttr(default_factory=list)
    _seconds: float = PrivateAttr(default=0.0)

    @classmethod
    def open(cls, folder: Path) -> "LocalEmbedding":
        """Load the model of a folder."""
        embedding = cls(model_name=folder.name)
        embedding._model = SentenceTransformer(str(folder), device="cpu")
        return embedding

    @property
    def given(self) -> Sequence[str]:
        """Every text that was to be embedded, as the model was given it."""
        return self._given

    @property
    def seconds(self) -> float:
        """How long the model has worked."""
        return self._seconds

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        began = time.perf_counter()
        vectors: list[list[float]] = self._model.encode(texts, show_progress_bar=False).tolist()
        self._seconds += time.perf_counter() - began
        self._given += texts
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def splitter(chunk_size: int | None) -> SentenceSplitter:
    """The default splitter (1024 tokens, 200 of them shared), or one of another size, which shares 20."""
    if chunk_size is None:
        return SentenceSplitter()
    return SentenceSplitter(chunk_size=chunk_size, chunk_overlap=DEFAULT_CHUNK_OVERLAP)


def split(texts: Sequence[str], parser: SentenceSplitter) -> list[BaseNode]:
    """The chunks of the texts, each text one document."""
    return parser.get_nodes_from_documents([Document(text=text) for text in texts])


def index(nodes: Sequence[BaseNode], embedding: LocalEmbedding) -> VectorStoreIndex:
    """The index over the chunks, in memory."""
    return VectorStoreIndex(nodes, embed_model=embedding)


def persist(made: VectorStoreIndex, folder: Path) -> None:
    """Write the index to a folder."""
    made.storage_context.persist(str(folder))
