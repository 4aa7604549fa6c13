"""Byline's vector store as a LlamaIndex vector store: nodes with vectors, deletion, and filters before ranking.

In: embedded `TextNode`s. Out: for a query, the best nodes of those that the filters leave. What a store returns under a
node's id is that node, its text and its vector: rows are numbered once and never again, an id added again replaces its
node, and nodes are kept as copies that nobody else can change.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from threading import RLock
from typing import Any, Self

import numpy as np
from llama_index.core.schema import BaseNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from pydantic import PrivateAttr

from rag.errors import StoreError, UnsupportedQuery, UnusableFilter
from rag.llama_index.filters import predicate
from rag.llama_index.kept import KeptNode, keep, kept_again
from rag.llama_index.rows import VectorRows
from rag.llama_index.store_file import StoredRows, load, pack, save
from rag.llama_index.unit_vectors import node_vectors, query_vector


class BylineVectorStore(BasePydanticVectorStore):
    """A LlamaIndex vector store over FAISS, exact, in memory; thread-safe.

    Unlike LlamaIndex's stores over FAISS it deletes, filters, and never gives a vector another node's name. Scores are
    cosines, whatever the length of the vectors.

    Example:
        >>> storage = StorageContext.from_defaults(vector_store=BylineVectorStore())
        >>> index = VectorStoreIndex(nodes, storage_context=storage, embed_model=BylineEmbedding(engine.embedder))
    """

    stores_text: bool = True
    is_embedding_query: bool = True

    _kept: dict[int, KeptNode] = PrivateAttr(default_factory=dict)
    _row_of: dict[str, int] = PrivateAttr(default_factory=dict)
    _vectors: VectorRows = PrivateAttr(default_factory=VectorRows)
    _lock: Any = PrivateAttr(default_factory=RLock)

    def __init__(self) -> None:
        """An empty store; the first node decides how long vectors are."""
        super().__init__(stores_text=True)

    @classmethod
    def class_name(cls) -> str:
        """The name that LlamaIndex shows."""
        return "BylineVectorStore"

    @property
    def client(self) -> VectorRows:
        """What holds the vectors."""
        return self._vectors

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:
        """Add nodes with their embeddings, all or none; a node whose id is here replaces the one that has it.

        Raises:
            UnusableNode: a node is no `TextNode`, has no embedding or one that does not fit, or shares its id with
                another of the same call.
        """
        if not nodes:
            return []
        kept = keep(nodes)
        with self._lock:
            replaced = {self._row_of[one.node_id] for one in kept if one.node_id in self._row_of}
            stays = len(self._kept) > len(replaced)
            vectors = node_vectors(nodes, self._vectors.dimensions if stays else None)
            self._forget(replaced)
            self._keep(self._vectors.add(vectors), kept)
        return [one.node_id for one in kept]

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        """Delete the nodes of a document; nothing happens where there are none."""
        with self._lock:
            self._forget([row for row, kept in self._kept.items() if kept.ref_doc_id == ref_doc_id])

    def delete_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None, **delete_kwargs: Any
    ) -> None:
        """Delete nodes by id, by filter, or those that fit both. Ids that are not here are passed over.

        Raises:
            UnusableFilter: a filter cannot be used, or neither ids nor filters were given.
        """
        if node_ids is None and (filters is None or not filters.filters):
            raise UnusableFilter("delete_nodes was given neither node_ids nor filters. To delete all nodes, use clear.")
        with self._lock:
            self._forget(self._rows(node_ids, None, filters))

    def clear(self) -> None:
        """Delete all nodes."""
        with self._lock:
            self._forget(self._kept.keys())

    def get_nodes(self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None) -> list[BaseNode]:
        """Nodes without their embeddings, in the order of addition: all, or those of the ids and filters given.

        Raises:
            UnusableFilter: a filter cannot be used.
        """
        with self._lock:
            return [self._kept[row].node() for row in self._rows(node_ids, None, filters)]

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """The `similarity_top_k` nodes nearest to the query, of those that the filters, documents and ids leave.

        An empty `node_ids` restricts nothing, since that is what a stock `VectorStoreIndex` passes to a store that
        keeps the text.

        Raises:
            UnsupportedQuery: a mode other than the default, or no embedding or one that does not fit.
            UnusableFilter: a filter cannot be used.
        """
        if query.mode != VectorStoreQueryMode.DEFAULT:
            raise UnsupportedQuery(
                f"BylineVectorStore has no query mode {VectorStoreQueryMode(query.mode).value!r}, only 'default'. For "
                "words and vectors together, use BylineRetriever."
            )
        with self._lock:
            rows = self._rows(query.node_ids or None, query.doc_ids, query.filters)
            vector = query_vector(query.query_embedding, self._vectors.dimensions)
            among = None if len(rows) == len(self._kept) else rows
            hits = self._vectors.search(vector, query.similarity_top_k, among)
            nodes = [self._kept[row].node() for row, _ in hits]
        return VectorStoreQueryResult(
            nodes=nodes, similarities=[score for _, score in hits], ids=[node.node_id for node in nodes]
        )

    def persist(self, persist_path: str, fs: Any = None) -> None:
        """Write the store into one file, whole or not at all.

        Raises:
            StoreError: `fs` is given: only the local file system can replace a file in one step.
        """
        if fs is not None:
            raise StoreError("BylineVectorStore persists to local files only. Leave out fs.")
        with self._lock:
            rows = list(self._kept)
            vectors = self._vectors.get(rows)
            stored = StoredRows(
                next_row=self._vectors.next_row,
                rows=tuple(rows),
                nodes=tuple(kept.content for kept in self._kept.values()),
                dimensions=vectors.shape[1],
                vectors=pack(vectors),
            )
        save(Path(persist_path), stored)

    @classmethod
    def from_persist_path(cls, persist_path: str) -> Self:
        """The store that `persist` wrote. `StorageContext.persist` names the file `default__vector_store.json`.

        Raises:
            DamagedStore: the file is not there, or is not what was written.
        """
        stored = load(Path(persist_path))
        store = cls()
        store._vectors = VectorRows(stored.next_row)
        store._vectors.put(np.array(stored.rows, dtype=np.int64), stored.unpack())
        store._keep(stored.rows, [kept_again(content) for content in stored.nodes])
        return store

    def _rows(
        self, node_ids: Collection[str] | None, doc_ids: Collection[str] | None, filters: MetadataFilters | None
    ) -> Collection[int]:
        """The rows that pass every restriction given, in the order of addition."""
        if node_ids is None and doc_ids is None and filters is None:
            return self._kept.keys()
        passes = predicate(filters)
        ids = None if node_ids is None else set(node_ids)
        documents = None if doc_ids is None else set(doc_ids)
        return [
            row
            for row, kept in self._kept.items()
            if (ids is None or kept.node_id in ids)
            and (documents is None or kept.ref_doc_id in documents)
            and passes(kept.metadata)
        ]

    def _keep(self, rows: Sequence[int], kept: Sequence[KeptNode]) -> None:
        for row, one in zip(rows, kept, strict=True):
            self._kept[row] = one
            self._row_of[one.node_id] = row

    def _forget(self, rows: Collection[int]) -> None:
        self._vectors.remove(rows)
        for row in list(rows):
            del self._row_of[self._kept.pop(row).node_id]
