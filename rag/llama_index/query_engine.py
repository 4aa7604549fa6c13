"""Byline's engine as a LlamaIndex query engine.

In: a question. Out: a `Response`: the answer's text, its citations as source nodes, all else of the answer as metadata.
"""

import asyncio

from llama_index.core.base.response.schema import Response
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.schema import NodeWithScore
from pydantic import Field

from rag.answer import Answer, Ask, Filters
from rag.engine import Engine
from rag.llama_index.nodes import citation_node


class BylineQueryEngine(CustomQueryEngine):
    """A LlamaIndex query engine that answers as Byline does.

    Source nodes come in the order of the citations, so that mark `[1]` is `source_nodes[0]`; they have no score, since
    an answer's citations are not ranked. `metadata` has the rest of the answer: `status`, `reason`, `notes`,
    `confidence`, `sentences`. An abstention is a response that says so, with no source node.

    Example:
        >>> engine = BylineQueryEngine(engine=Engine.open(load_settings()))
        >>> response = engine.query("what did Harker say about schools?")
        >>> for source in response.source_nodes:
        ...     print(source.metadata["citation"], source.metadata["authors"], source.text)
    """

    engine: Engine
    filters: Filters = Field(default_factory=Filters)
    """Restricts every answer."""

    def custom_query(self, query_str: str) -> Response:
        """Answer a question.

        Raises:
            QuestionError: the question is empty, too long or no text.
            NotFound: a filter names something that is not here.
        """
        return _response(self.engine.ask(Ask(question=query_str, filters=self.filters)))

    async def acustom_query(self, query_str: str) -> Response:
        """Answer a question without holding up the event loop; raises what `custom_query` raises."""
        return await asyncio.to_thread(self.custom_query, query_str)


def _response(answer: Answer) -> Response:
    return Response(
        response=answer.answer,
        source_nodes=[NodeWithScore(node=citation_node(citation)) for citation in answer.citations],
        metadata=answer.model_dump(mode="json", exclude={"answer", "citations"}),
    )
