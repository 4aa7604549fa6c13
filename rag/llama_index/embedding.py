"""Byline's embedder as a LlamaIndex embedding model.

In: texts. Out: unit vectors as lists of floats. Given as `embed_model`, it keeps LlamaIndex from reaching for a
service.
"""

import asyncio

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from index.embedding import Embedder

_BATCH = 256
"""Texts a call; the embedder sorts them by length and cuts batches of its own."""


class BylineEmbedding(BaseEmbedding):
    """A LlamaIndex embedding model that runs here: ONNX Runtime, no torch, no network.

    Example:
        >>> embedding = BylineEmbedding(Engine.open(load_settings()).embedder)
        >>> index = VectorStoreIndex.from_documents(documents, embed_model=embedding)
    """

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        """Embed with an opened model; one engine's `embedder` can serve both."""
        super().__init__(model_name=embedder.exported.name, embed_batch_size=_BATCH)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        """The name that LlamaIndex shows."""
        return "BylineEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed(texts).tolist()
        return vectors

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)
