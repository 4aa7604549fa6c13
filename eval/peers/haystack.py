"""Haystack over the texts: its splitter as it comes, BM25 and dense search in memory, joined by reciprocal rank.

In: texts and the embedder. Out: a `Peer`.
"""

import os
from collections.abc import Sequence
from importlib.util import find_spec

from eval.finding import DEPTH, Place
from eval.peers.peer import CANDIDATES, Embed, Peer, chunk_place
from index.errors import MissingExtra
from index.texts import SourceText


def haystack_peer(texts: Sequence[SourceText], embed: Embed) -> Peer:
    """The peer.

    Raises:
        MissingExtra: Haystack is not installed.
    """
    if find_spec("haystack") is None:
        raise MissingExtra("Haystack is not installed. Install the peers with `pip install 'byline[peers]'`.")
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.preprocessors import DocumentSplitter
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    sources = {text.file: text for text in texts}
    splitter = DocumentSplitter()
    whole = [Document(content=text.text, meta={"file_name": text.file}) for text in texts]
    chunks: list[Document] = splitter.run(documents=whole)["documents"]
    vectors = embed([chunk.content or "" for chunk in chunks])
    store = InMemoryDocumentStore()
    store.write_documents(
        [
            Document(content=chunk.content, meta=chunk.meta, embedding=vector.tolist())
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
    )
    lexical = InMemoryBM25Retriever(store, top_k=CANDIDATES)
    dense = InMemoryEmbeddingRetriever(store, top_k=CANDIDATES)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH)

    def find(query: str) -> list[Place]:
        by_words = lexical.run(query=query)["documents"]
        by_vector = dense.run(query_embedding=embed([query])[0].tolist())["documents"]
        found: list[Document] = joiner.run(documents=[by_words, by_vector])["documents"]
        return [
            chunk_place(sources[chunk.meta["file_name"]], chunk.meta["split_idx_start"], chunk.content or "")
            for chunk in found
        ]

    return Peer(f"Haystack hybrid, {splitter.split_length} words", find)
