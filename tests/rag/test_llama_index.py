"""A LlamaIndex user can take Byline's retriever, and gets nodes that keep their byline."""

import asyncio

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode, NodeWithScore

from index.errors import NotFound
from rag.answer import Ask, Filters
from rag.engine import Engine
from rag.llama_index import BylineRetriever, passage_nodes

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


def test_a_filter_leaves_as_many_as_asked_for_and_nobody_else(any_engine: Engine) -> None:
    found = BylineRetriever(any_engine, count=3, filters=Filters(people=["Lisa Harker"])).retrieve("care for the old")
    assert len(found) == 3
    assert all("Lisa Harker" in node.metadata["authors"] for node in found)


def test_it_finds_what_the_engine_finds(any_engine: Engine, nodes: list[NodeWithScore]) -> None:
    hits = any_engine.find(Ask(question=HARKER), 5)
    assert [(node.text, node.score) for node in nodes] == [(hit.passage.text, hit.score) for hit in hits]


def test_a_filter_that_names_nobody_is_refused(any_engine: Engine) -> None:
    with pytest.raises(NotFound, match="Nobody Atall"):
        BylineRetriever(any_engine, filters=Filters(people=["Nobody Atall"])).retrieve(HARKER)


def test_asked_from_an_event_loop_it_finds_the_same(any_engine: Engine, nodes: list[NodeWithScore]) -> None:
    assert asyncio.run(BylineRetriever(any_engine).aretrieve(HARKER)) == nodes


def test_a_node_says_where_it_stands(any_engine: Engine, nodes: list[NodeWithScore]) -> None:
    for node in nodes:
        section = any_engine.snapshot.section(node.metadata["section_id"])
        start, end = node.metadata["start"], node.metadata["end"]
        assert section.span.start <= start < end <= section.span.end
        first, last = node.text.split()[0], node.text.split()[-1]
        source = any_engine.snapshot.source(section.volume_id)
        assert source[start:end].startswith(first[:3])
        assert source[start:end].rstrip("*_ ").endswith(last[-3:])
        lines = source.split("\n")[node.metadata["lines"][0] - 1 : node.metadata["lines"][1]]
        assert source[start:end] in "\n".join(lines)
        assert source[start:end].split("\n")[0] in lines[0]


def test_every_passage_is_a_node_with_its_byline(any_engine: Engine) -> None:
    snapshot = any_engine.snapshot
    every = list(passage_nodes(snapshot))
    assert len(every) == len(snapshot.passage_sections) == len({node.node_id for node in every})
    for node in every:
        ref = snapshot.section_refs[node.metadata["section_id"]]
        assert node.ref_doc_id == ref.id
        assert node.metadata["authors"] == list(ref.authors)
        assert (node.metadata["section"], node.metadata["kind"]) == (ref.title, ref.kind)
        assert node.metadata["volume_id"] == ref.volume_id
        assert node.metadata["byline"] in {"printed", "signed", "inferred", "unknown"}
        assert node.metadata["edition"] in {"full text", "digest"}
        assert node.metadata["voices"]


def test_a_model_reads_the_byline_and_not_the_offsets(nodes: list[NodeWithScore]) -> None:
    shown = nodes[0].node.get_content(MetadataMode.LLM)
    assert "authors" in shown
    assert "start:" not in shown


def test_an_embedder_reads_the_header_and_the_words_alone(any_engine: Engine) -> None:
    for node, row in zip(passage_nodes(any_engine.snapshot), range(20), strict=False):
        (passage,) = any_engine.snapshot.passages([row])
        assert node.get_content(MetadataMode.EMBED) == f"header: {passage.header}\n\n{passage.text}".strip()
