"""A LlamaIndex user can ask Byline itself, and its citations are the source nodes, word for word."""

import asyncio

import pytest
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import QueryBundle
from llama_index.core.tools import QueryEngineTool

from index.errors import NotFound
from rag.answer import Answer, Ask, Filters
from rag.engine import Engine
from rag.errors import EmptyQuestion
from rag.llama_index import BylineQueryEngine

HARKER = "what did Lisa Harker say about schools?"
NONSENSE = "what is the boiling point of tungsten in a vacuum?"


@pytest.fixture(scope="module")
def response(any_engine: Engine) -> Response:
    found = BylineQueryEngine(engine=any_engine).query(HARKER)
    assert isinstance(found, Response)
    return found


@pytest.fixture(scope="module")
def answer(any_engine: Engine) -> Answer:
    return any_engine.ask(Ask(question=HARKER))


def test_it_answers_as_the_engine_does(answer: Answer, response: Response) -> None:
    assert response.response == answer.answer
    assert response.metadata is not None
    assert response.metadata["status"] == "answered"
    assert response.metadata["notes"] == answer.notes
    assert [sentence["text"] for sentence in response.metadata["sentences"]] == [s.text for s in answer.sentences]


def test_a_mark_of_the_answer_is_the_number_of_its_source(answer: Answer, response: Response) -> None:
    assert [source.metadata["citation"] for source in response.source_nodes] == [c.id for c in answer.citations]
    for source, citation in zip(response.source_nodes, answer.citations, strict=True):
        assert source.text == citation.quote
        for field in ("authors", "byline", "voice", "speaker", "volume", "section", "kind", "edition", "lines", "page"):
            assert source.metadata[field] == getattr(citation, field)


def test_a_source_is_the_file_word_for_word(any_engine: Engine, response: Response) -> None:
    assert response.source_nodes
    for source in response.source_nodes:
        info = source.node.get_node_info()  # type: ignore[attr-defined]  # NodeWithScore holds TextNodes here
        file = any_engine.snapshot.source(source.metadata["volume_id"])
        assert source.text == file[info["start"] : info["end"]]
        assert (info["start"], info["end"]) == (source.metadata["start"], source.metadata["end"])
        assert source.node.ref_doc_id == source.metadata["section_id"]


def test_silence_is_a_response_without_sources(any_engine: Engine) -> None:
    silent = BylineQueryEngine(engine=any_engine).query(NONSENSE)
    assert silent.source_nodes == []
    assert silent.metadata is not None
    assert silent.metadata["status"] == "abstained"
    assert silent.metadata["reason"] == "not_in_collection"
    assert str(silent) == any_engine.ask(Ask(question=NONSENSE)).answer


def test_a_filter_holds_for_every_answer(any_engine: Engine) -> None:
    for filters in (Filters(people=["Lisa Harker"]), Filters(volumes=["adcs-blog"])):
        response = BylineQueryEngine(engine=any_engine, filters=filters).query(HARKER)
        answer = any_engine.ask(Ask(question=HARKER, filters=filters))
        assert str(response) == answer.answer
        assert [source.text for source in response.source_nodes] == [c.quote for c in answer.citations]
    assert not response.source_nodes


def test_a_question_that_cannot_be_asked_is_refused(any_engine: Engine) -> None:
    with pytest.raises(EmptyQuestion):
        BylineQueryEngine(engine=any_engine).query(" ")
    with pytest.raises(NotFound, match="Nobody Atall"):
        BylineQueryEngine(engine=any_engine, filters=Filters(people=["Nobody Atall"])).query(HARKER)


def test_asked_from_an_event_loop_it_answers_the_same(any_engine: Engine, response: Response) -> None:
    found = asyncio.run(BylineQueryEngine(engine=any_engine).aquery(QueryBundle(HARKER)))
    assert isinstance(found, Response)
    assert found.response == response.response
    assert found.source_nodes == response.source_nodes


def test_a_stock_tool_carries_it(any_engine: Engine, response: Response) -> None:
    tool = QueryEngineTool.from_defaults(BylineQueryEngine(engine=any_engine), description="what the texts say")
    output = tool.call(HARKER)
    assert output.content == response.response
    assert output.raw_output.source_nodes == response.source_nodes
