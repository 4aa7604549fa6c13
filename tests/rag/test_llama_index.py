"""A LlamaIndex user can take Byline's retriever, and gets nodes that keep their byline."""

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode, NodeWithScore

from rag.engine import Engine
from rag.llama_index import BylineRetriever

HARKER = "what did Lisa Harker say about schools?"


@pytest.fixture(scope="module")
def nodes(any_engine: Engine) -> list[NodeWithScore]:
    return BylineRetriever(any_engine).retrieve(HARKER)


def test_a_stock_query_engine_gets_sources_with_their_authors(any_engine: Engine) -> None:
    response = RetrieverQueryEngine.from_args(BylineRetriever(any_engine), llm=MockLLM()).query(HARKER)
    assert str(response)
    assert len(response.source_nodes) == 5
    assert all("authors" in source.node.metadata for source in response.source_nodes)
    assert any(source.node.metadata["authors"] == ["Lisa Harker"] for source in response.source_nodes)


def test_the_best_node_comes_first(nodes: list[NodeWithScore]) -> None:
    scores = [node.get_score() for node in nodes]
    assert scores == sorted(scores, reverse=True)


def test_it_returns_as_many_as_asked_for(any_engine: Engine) -> None:
    assert len(BylineRetriever(any_engine, count=3).retrieve(HARKER)) == 3


def test_a_node_says_where_it_stands(any_engine: Engine, nodes: list[NodeWithScore]) -> None:
    for node in nodes:
        section = any_engine.snapshot.section(node.metadata["section_id"])
        start, end = node.metadata["start"], node.metadata["end"]
        assert section.span.start <= start < end <= section.span.end
        first, last = node.text.split()[0], node.text.split()[-1]
        source = any_engine.snapshot.source(section.volume_id)[start:end]
        assert source.startswith(first[:3])
        assert source.rstrip("*_ ").endswith(last[-3:])


def test_the_model_reads_the_byline_and_not_the_offsets(nodes: list[NodeWithScore]) -> None:
    shown = nodes[0].node.get_content(MetadataMode.LLM)
    assert "authors" in shown
    assert "start:" not in shown
