"""Byline's parts as LlamaIndex's own: take any of them into a LlamaIndex pipeline, and every source keeps its byline.

| part | is a LlamaIndex |
|---|---|
| `BylineQueryEngine` | `CustomQueryEngine`: Byline's whole answer; its source nodes are the citations, word for word |
| `BylineRetriever` | `BaseRetriever`: the passages that Byline finds |
| `BylineVectorStore` | `BasePydanticVectorStore`: any nodes, with deletion and with filters before ranking |
| `BylineEmbedding` | `BaseEmbedding`: Byline's embedder, without torch and without a network |
| `passage_nodes` | sequence of `TextNode`: what Byline read, for any other store |
"""

from rag.llama_index.embedding import BylineEmbedding
from rag.llama_index.nodes import passage_nodes
from rag.llama_index.query_engine import BylineQueryEngine
from rag.llama_index.retriever import BylineRetriever
from rag.llama_index.vector_store import BylineVectorStore

__all__ = ["BylineEmbedding", "BylineQueryEngine", "BylineRetriever", "BylineVectorStore", "passage_nodes"]
