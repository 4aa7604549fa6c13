"""LlamaIndex over the texts: its default pipeline, its BM25, both fused, and both fused and reranked.

In: texts, the embedder, a cross-encoder. Out: a `Peer` for each way. The file name is left out of what is embedded, as
LlamaIndex's own directory reader does.
"""

from collections.abc import Sequence

import bm25s
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, TextNode
from pydantic import PrivateAttr
from Stemmer import Stemmer

from eval.finding import DEPTH, Place
from eval.peers.peer import CANDIDATES, Embed, Peer, Scorer, chunk_place, rerank
from index.texts import SourceText

_BATCH = 256


def llama_index_peers(
    texts: Sequence[SourceText], embed: Embed, scorer: Scorer | None, splitter: SentenceSplitter | None = None
) -> list[Peer]:
    """Peers over one way of cutting; LlamaIndex's own (1024 tokens, 200 of them shared) unless another is given."""
    splitter = splitter or SentenceSplitter()
    nodes = splitter.get_nodes_from_documents([_document(text) for text in texts])
    dense = VectorStoreIndex(nodes, embed_model=Embedding(embed)).as_retriever(similarity_top_k=CANDIDATES)
    lexical = Bm25Retriever(nodes, CANDIDATES)
    hybrid = QueryFusionRetriever(
        [dense, lexical],
        llm=MockLLM(),
        mode=FUSION_MODES.RECIPROCAL_RANK,
        similarity_top_k=CANDIDATES,
        num_queries=1,
        use_async=False,
    )
    sources = {text.file: text for text in texts}

    def peer(name: str, retriever: BaseRetriever, by: Scorer | None = None) -> Peer:
        def find(query: str) -> list[Place]:
            places = [_place(found, sources) for found in retriever.retrieve(query)]
            return rerank(by, query, places) if by else places[:DEPTH]

        return Peer(f"LlamaIndex {name}, {splitter.chunk_size} tokens", find)

    peers = [peer("dense", dense), peer("BM25", lexical), peer("hybrid", hybrid)]
    return [*peers, peer("hybrid + cross-encoder", hybrid, scorer)] if scorer else peers


class Embedding(BaseEmbedding):
    """Byline's embedder as one of LlamaIndex's."""

    _embed: Embed = PrivateAttr()

    def __init__(self, embed: Embed) -> None:
        super().__init__(model_name="all-MiniLM-L6-v2", embed_batch_size=_BATCH)
        self._embed = embed

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in vector] for vector in self._embed(texts)]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class Bm25Retriever(BaseRetriever):
    """What llama-index-retrievers-bm25 does: bm25s as it comes, English stop words and Snowball stems.

    The package itself asks for PyStemmer below 3, which Byline is past.
    """

    def __init__(self, nodes: Sequence[BaseNode], count: int) -> None:
        """Index the nodes; `count` of them are retrieved."""
        super().__init__()
        self._nodes = nodes
        self._count = min(count, len(nodes))
        self._stemmer = Stemmer("english")
        self._bm25 = bm25s.BM25()
        self._bm25.index(self._tokens([node.get_content() for node in nodes]), show_progress=False)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        rows, scores = self._bm25.retrieve(self._tokens([query_bundle.query_str]), k=self._count, show_progress=False)
        return [
            NodeWithScore(node=self._nodes[row], score=score)
            for row, score in zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        ]

    def _tokens(self, texts: Sequence[str]) -> bm25s.tokenization.Tokenized:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)


def _document(text: SourceText) -> Document:
    return Document(
        id_=text.file,
        text=text.text,
        metadata={"file_name": text.file},
        excluded_embed_metadata_keys=["file_name"],
        excluded_llm_metadata_keys=["file_name"],
    )


def _place(found: NodeWithScore, sources: dict[str, SourceText]) -> Place:
    node = found.node
    if not isinstance(node, TextNode) or node.start_char_idx is None:
        raise ValueError(f"LlamaIndex does not say where its node {node.node_id} begins.")
    return chunk_place(sources[node.metadata["file_name"]], node.start_char_idx, node.text)
