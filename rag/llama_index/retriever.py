"""Byline's retrieval as a LlamaIndex retriever.

In: a question. Out: passages as nodes, best first: those that an answer of the engine would be composed from.
"""

import asyncio

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.answer import Ask, Filters
from rag.engine import Engine
from rag.llama_index.nodes import passage_node


class BylineRetriever(BaseRetriever):
    """A LlamaIndex retriever over a published index.

    It raises what `Engine.find` raises: `QuestionError` for what is no question, `NotFound` for a filter that names
    nothing here.

    Example:
        >>> retriever = BylineRetriever(Engine.open(load_settings()), filters=Filters(people=["Lisa Harker"]))
        >>> for node in retriever.retrieve("what does she say about schools?"):
        ...     print(node.metadata["authors"], node.text)
    """

    def __init__(self, engine: Engine, count: int = 5, filters: Filters | None = None) -> None:
        """Retrieve the best `count` passages of the engine's snapshot, of those that the filters leave."""
        super().__init__()
        self._engine = engine
        self._count = count
        self._filters = filters or Filters()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        ask = Ask(question=query_bundle.query_str, filters=self._filters)
        return [
            NodeWithScore(node=passage_node(self._engine.snapshot, hit.passage), score=hit.score)
            for hit in self._engine.find(ask, self._count)
        ]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
