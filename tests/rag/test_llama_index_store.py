"""Byline's vector store works where a stock LlamaIndex vector store does, with filters and deletion that hold."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.indices.loading import load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import BaseNode, NodeWithScore, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

from rag.engine import Engine
from rag.errors import DamagedStore, StoreError, UnsupportedQuery, UnusableFilter, UnusableNode
from rag.llama_index import BylineEmbedding, BylineVectorStore, passage_nodes

VOLUMES = {"rethinking-childrens-services", "shining-a-light", "shining-a-light-volume-2"}
SCHOOLS = "schools build trusted relationships with children and families"
BEES = [
    Document(text="The bees left the east hive in May, and the keeper blamed the damp.", doc_id="hives"),
    Document(text="A ferry crosses the sound twice a day unless the wind turns north.", doc_id="ferry"),
]


@pytest.fixture(scope="module")
def embedding(digest_engine: Engine) -> BylineEmbedding:
    return BylineEmbedding(digest_engine.embedder)


@pytest.fixture(scope="module")
def passages(digest_engine: Engine) -> list[TextNode]:
    """The passages of the digests of three volumes."""
    return [one for one in passage_nodes(digest_engine.snapshot) if one.metadata["volume_id"] in VOLUMES]


@pytest.fixture(scope="module")
def embedded(passages: list[TextNode], embedding: BylineEmbedding) -> Sequence[BaseNode]:
    """The passages, embedded by our embedder through LlamaIndex."""
    return embedding(passages)


@pytest.fixture
def store(embedded: Sequence[BaseNode]) -> BylineVectorStore:
    filled = BylineVectorStore()
    filled.add(embedded)
    return filled


@pytest.fixture
def stock_index(embedded: Sequence[BaseNode], embedding: BylineEmbedding) -> VectorStoreIndex:
    """A stock index over our store: the nodes come in, and the store is asked, as LlamaIndex does it."""
    storage = StorageContext.from_defaults(vector_store=BylineVectorStore())
    return VectorStoreIndex(embedded, storage_context=storage, embed_model=embedding)


def by(name: str) -> MetadataFilters:
    return MetadataFilters(filters=[MetadataFilter(key="authors", value=name, operator=FilterOperator.CONTAINS)])


def node(node_id: str, vector: list[float] | None, text: str = "words") -> TextNode:
    return TextNode(id_=node_id, text=text, embedding=vector)


def ask(store: BylineVectorStore, vector: list[float], count: int = 5) -> list[str]:
    return store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=count)).ids or []


def test_the_embedding_is_the_one_that_the_index_was_made_with(
    digest_engine: Engine, embedding: BylineEmbedding
) -> None:
    (direct,) = digest_engine.embedder.embed([SCHOOLS])
    assert embedding.get_query_embedding(SCHOOLS) == pytest.approx(direct.tolist(), abs=1e-6)
    assert embedding.get_text_embedding(SCHOOLS) == pytest.approx(direct.tolist(), abs=1e-6)
    assert asyncio.run(embedding.aget_query_embedding(SCHOOLS)) == pytest.approx(direct.tolist(), abs=1e-6)
    batch = asyncio.run(embedding.aget_text_embedding_batch([SCHOOLS, "a ferry"]))
    assert batch[0] == pytest.approx(direct.tolist(), abs=1e-5)


def test_a_stock_query_engine_over_a_stock_index_gets_sources_with_their_bylines(
    stock_index: VectorStoreIndex,
) -> None:
    retriever = stock_index.as_retriever(similarity_top_k=5)
    response = RetrieverQueryEngine.from_args(retriever, llm=MockLLM()).query(f"Lisa Harker: {SCHOOLS}")
    assert str(response)
    assert len(response.source_nodes) == 5
    assert response.source_nodes[0].metadata["authors"] == ["Lisa Harker"]
    for source in response.source_nodes:
        assert {"volume", "section", "authors", "byline", "kind", "edition", "lines", "start"} <= set(source.metadata)


def test_it_ranks_as_the_dense_half_of_byline_does(digest_engine: Engine, stock_index: VectorStoreIndex) -> None:
    ours = stock_index.as_retriever(similarity_top_k=10).retrieve(SCHOOLS)
    snapshot = digest_engine.snapshot
    mask = snapshot.passage_mask(
        frozenset(ref.id for ref in snapshot.section_refs.values() if ref.volume_id in VOLUMES)
    )
    rows, _ = snapshot.vectors.search(digest_engine.embedder.embed([SCHOOLS])[0], 10, mask)
    theirs = {f"{one.section_id}#{one.first}-{one.last}" for one in snapshot.passages(rows.tolist())}
    assert len(theirs & {found.node_id for found in ours}) >= 8


def test_a_filter_never_costs_a_result(passages: list[TextNode], stock_index: VectorStoreIndex) -> None:
    writers = Counter(name for one in passages for name in one.metadata["authors"])
    assert len(writers) > 20
    for name, count in writers.items():
        found = stock_index.as_retriever(similarity_top_k=3, filters=by(name)).retrieve("the weather at sea")
        assert len(found) == min(3, count)
        assert all(name in one.metadata["authors"] for one in found)


def test_filters_of_a_stock_retriever_combine(stock_index: VectorStoreIndex) -> None:
    harker = MetadataFilter(key="authors", value="Lisa Harker", operator=FilterOperator.CONTAINS)
    forewords = MetadataFilter(key="kind", value=["foreword"], operator=FilterOperator.IN)

    def retrieve(condition: FilterCondition) -> list[NodeWithScore]:
        filters = MetadataFilters(filters=[harker, forewords], condition=condition)
        return stock_index.as_retriever(similarity_top_k=400, filters=filters).retrieve(SCHOOLS)

    either = retrieve(FilterCondition.OR)
    assert {"Lisa Harker" in one.metadata["authors"] for one in either} == {True, False}
    assert all("Lisa Harker" in one.metadata["authors"] or one.metadata["kind"] == "foreword" for one in either)
    assert retrieve(FilterCondition.AND) == []


def test_a_deleted_document_is_gone_and_its_place_is_nobodys(stock_index: VectorStoreIndex) -> None:
    best = stock_index.as_retriever(similarity_top_k=1).retrieve(SCHOOLS)[0].node
    assert best.ref_doc_id is not None
    stock_index.delete_ref_doc(best.ref_doc_id)
    stock_index.insert(BEES[0])
    found = stock_index.as_retriever(similarity_top_k=500).retrieve(SCHOOLS)
    assert best.ref_doc_id not in {one.node.ref_doc_id for one in found}
    (hive,) = [one for one in found if one.node.ref_doc_id == "hives"]
    assert hive.text == BEES[0].text
    assert hive.get_score() < 0.3


def test_documents_of_a_stranger_go_in_and_come_out(embedding: BylineEmbedding) -> None:
    index = VectorStoreIndex.from_documents(
        BEES,
        storage_context=StorageContext.from_defaults(vector_store=BylineVectorStore()),
        embed_model=embedding,
        transformations=[SentenceSplitter(chunk_size=64, chunk_overlap=0)],
    )
    (found,) = index.as_retriever(similarity_top_k=1).retrieve("when does the boat go?")
    assert found.node.ref_doc_id == "ferry"
    index.refresh_ref_docs([Document(text="The ferry no longer crosses the sound.", doc_id="ferry")])
    found, *_ = index.as_retriever(similarity_top_k=2).retrieve("when does the boat go?")
    assert found.text == "The ferry no longer crosses the sound."
    found_async = asyncio.run(index.as_retriever(similarity_top_k=1).aretrieve("what became of the bees?"))
    assert [one.node.ref_doc_id for one in found_async] == ["hives"]


def test_a_persisted_store_opens_with_the_same_answers(
    tmp_path: Path, stock_index: VectorStoreIndex, embedding: BylineEmbedding
) -> None:
    stock_index.storage_context.persist(tmp_path)
    opened = BylineVectorStore.from_persist_path(str(tmp_path / "default__vector_store.json"))
    storage = StorageContext.from_defaults(vector_store=opened, persist_dir=str(tmp_path))
    again = load_index_from_storage(storage, embed_model=embedding)
    before, after = (index.as_retriever(similarity_top_k=9).retrieve(SCHOOLS) for index in (stock_index, again))
    assert before == after


def test_every_node_is_nearest_to_its_own_vector(store: BylineVectorStore, embedded: Sequence[BaseNode]) -> None:
    for one in embedded[::10]:
        result = store.query(VectorStoreQuery(query_embedding=one.embedding, similarity_top_k=1))
        assert result.nodes is not None
        assert (result.similarities or [0.0])[0] == pytest.approx(1.0, abs=1e-5)
        assert result.nodes[0].get_content() == one.get_content()
        assert result.nodes[0].metadata == one.metadata


def test_what_a_caller_does_to_a_node_stays_with_the_caller(store: BylineVectorStore) -> None:
    first, second = store.get_nodes()[0], store.get_nodes()[0]
    first.metadata["authors"] = ["Somebody Else"]
    assert second.metadata["authors"] != ["Somebody Else"]
    assert store.get_nodes([first.node_id])[0].metadata == second.metadata


def test_an_id_that_is_added_again_replaces_its_node() -> None:
    store = BylineVectorStore()
    store.add([node("a", [1, 0], "old"), node("b", [0.9, 0.1])])
    store.add([node("a", [0, 1], "new")])
    assert ask(store, [1, 0]) == ["b", "a"]
    assert store.get_nodes(["a"])[0].get_content() == "new"
    assert len(store.get_nodes()) == 2


def test_the_length_of_a_vector_does_not_matter() -> None:
    store = BylineVectorStore()
    store.add([node("long", [9, 9]), node("near", [0.1, 0])])
    assert ask(store, [5, 0]) == ["near", "long"]


def test_an_empty_list_of_ids_deletes_and_gets_nothing() -> None:
    store = BylineVectorStore()
    store.add([node("a", [1, 0])])
    store.delete_nodes([])
    assert store.get_nodes([]) == []
    assert [one.node_id for one in store.get_nodes()] == ["a"]


def test_deleting_without_saying_what_is_refused() -> None:
    store = BylineVectorStore()
    store.add([node("a", [1, 0])])
    for filters in (None, MetadataFilters(filters=[])):
        with pytest.raises(UnusableFilter, match="use clear"):
            store.delete_nodes(filters=filters)
    assert ask(store, [1, 0]) == ["a"]


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        ([node("b", None)], "'b' has no embedding"),
        ([node("b", [1, 0, 0])], "3 dimensions, the others have 2"),
        ([node("b", [1, float("nan")])], "not finite"),
        ([node("b", [1, float("inf")])], "not finite"),
        ([node("b", [1, 0]), node("b", [0, 1])], "Two nodes have the id 'b'"),
        ([node("a", [0, 1]), node("b", None)], "'b' has no embedding"),
        ([Document(text="whole", doc_id="b", embedding=[1, 0])], "'b' is a Document"),
    ],
)
def test_a_batch_with_a_node_that_cannot_be_kept_changes_nothing(nodes: list[BaseNode], says: str) -> None:
    store = BylineVectorStore()
    store.add([node("a", [1, 0])])
    with pytest.raises(UnusableNode, match=says):
        store.add(nodes)
    result = store.query(VectorStoreQuery(query_embedding=[1, 0], similarity_top_k=5))
    assert (result.ids, result.similarities) == (["a"], [1.0])


@pytest.mark.parametrize("vector", [None, [], [1.0], [float("nan"), 0.0]])
def test_a_query_without_a_vector_that_fits_is_refused(vector: list[float] | None) -> None:
    store = BylineVectorStore()
    store.add([node("a", [1, 0])])
    with pytest.raises(UnsupportedQuery):
        store.query(VectorStoreQuery(query_embedding=vector))


@pytest.mark.parametrize("mode", [mode for mode in VectorStoreQueryMode if mode != VectorStoreQueryMode.DEFAULT])
def test_a_mode_that_the_store_lacks_is_refused_by_its_name(mode: VectorStoreQueryMode) -> None:
    with pytest.raises(UnsupportedQuery, match=f"'{mode.value}'"):
        BylineVectorStore().query(VectorStoreQuery(query_embedding=[1.0], mode=mode))


def test_an_empty_store_answers_with_nothing_and_stands_in_a_storage_context() -> None:
    store = BylineVectorStore()
    assert ask(store, [1, 0]) == []
    assert StorageContext.from_defaults(vector_store=store).vector_store is store


def test_a_damaged_or_missing_file_is_refused(tmp_path: Path) -> None:
    store, path = BylineVectorStore(), tmp_path / "deep" / "store.json"
    store.add([node("a", [1, 0])])
    store.persist(str(path))
    whole = path.read_text()
    swapped = json.loads(whole)
    swapped["store"] = swapped["store"].replace("words", "other")
    for damaged in (whole[:-20], whole.replace("words", "w0rds"), json.dumps(swapped), "[]", "{}", ""):
        path.write_text(damaged)
        with pytest.raises(DamagedStore, match=r"store\.json"):
            BylineVectorStore.from_persist_path(str(path))
    with pytest.raises(DamagedStore, match="cannot be read"):
        BylineVectorStore.from_persist_path(str(tmp_path / "none.json"))


def test_only_the_local_file_system_is_written_to(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="local"):
        BylineVectorStore().persist(str(tmp_path / "store.json"), fs=object())
