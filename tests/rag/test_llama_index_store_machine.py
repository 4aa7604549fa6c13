"""Whatever is added, deleted, replaced and filtered, in whatever order: an id brings its own text and vector.

The store is compared, step by step, with a dictionary and a full sort.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)

from rag.llama_index import BylineVectorStore

IDS = [f"node-{number}" for number in range(16)]
DOCUMENTS = ["Harbour", "Orchard", "Mill"]
AUTHORS = ["Ada", "Bo", "Cy"]

ASKEW = [7.1, -7.3, -6.4]
"""Two of the vectors below that differ in direction differ in their cosine with this one."""

ids = st.sampled_from(IDS)
documents = st.sampled_from(DOCUMENTS)
vectors = st.lists(st.integers(-3, 3), min_size=3, max_size=3).map(lambda numbers: [float(n) for n in numbers])


@dataclass(frozen=True)
class Written:
    """A node as the model of the store remembers it."""

    text: str
    vector: list[float]
    document: str
    authors: list[str]
    year: int

    def node(self, node_id: str) -> TextNode:
        return TextNode(
            id_=node_id,
            text=self.text,
            embedding=self.vector,
            metadata={"authors": list(self.authors), "year": self.year},
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=self.document)},
        )


@dataclass(frozen=True)
class Choice:
    """A filter for the store and, apart from it, which nodes it means."""

    filters: MetadataFilters | None
    means: Callable[[Written], bool]


def _filter(key: str, value: str | int | list[int], operator: FilterOperator) -> MetadataFilter:
    return MetadataFilter(key=key, value=value, operator=operator)


def _choice(author: str, year: int, shape: str) -> Choice:
    by = _filter("authors", author, FilterOperator.CONTAINS)
    years = [year, year + 1]
    choices = {
        "all": Choice(None, lambda w: True),
        "by": Choice(MetadataFilters(filters=[by]), lambda w: author in w.authors),
        "in": Choice(MetadataFilters(filters=[_filter("year", years, FilterOperator.IN)]), lambda w: w.year in years),
        "and": Choice(
            MetadataFilters(filters=[by, _filter("year", year, FilterOperator.NE)]),
            lambda w: author in w.authors and w.year != year,
        ),
        "or": Choice(
            MetadataFilters(filters=[by, _filter("year", year, FilterOperator.EQ)], condition=FilterCondition.OR),
            lambda w: author in w.authors or w.year == year,
        ),
        "not": Choice(MetadataFilters(filters=[by], condition=FilterCondition.NOT), lambda w: author not in w.authors),
    }
    return choices[shape]


choices = st.builds(
    _choice, st.sampled_from(AUTHORS), st.integers(2000, 2003), st.sampled_from(["all", "by", "in", "and", "or", "not"])
)
batches = st.dictionaries(
    ids,
    st.tuples(vectors, documents, st.lists(st.sampled_from(AUTHORS), max_size=2, unique=True), st.integers(2000, 2003)),
    min_size=2,
    max_size=8,
)


class StoreMachine(RuleBasedStateMachine):
    """Does to a store and to a dictionary the same things."""

    def __init__(self) -> None:
        super().__init__()
        self.store = BylineVectorStore()
        self.written: dict[str, Written] = {}
        self.versions = 0

    @rule(batch=batches)
    def add(self, batch: dict[str, tuple[list[float], str, list[str], int]]) -> None:
        new: dict[str, Written] = {}
        for node_id, (vector, document, authors, year) in batch.items():
            self.versions += 1
            new[node_id] = Written(f"version {self.versions}", vector, document, authors, year)
        nodes = [one.node(node_id) for node_id, one in new.items()]
        assert self.store.add(nodes) == list(new)
        for node in nodes:
            node.text = "changed by its owner after it was added"
            node.metadata["authors"].append("Nobody")
        self.written.update(new)

    @rule(document=documents)
    def delete_document(self, document: str) -> None:
        self.store.delete(document)
        self.written = {node_id: one for node_id, one in self.written.items() if one.document != document}

    @rule(gone=st.lists(ids, max_size=3))
    def delete_by_id(self, gone: list[str]) -> None:
        self.store.delete_nodes(gone)
        self.written = {node_id: one for node_id, one in self.written.items() if node_id not in gone}

    @rule(gone=st.lists(ids, min_size=1, max_size=8), choice=choices)
    def delete_by_id_and_filter(self, gone: list[str], choice: Choice) -> None:
        self.store.delete_nodes(gone, choice.filters)
        self.written = {
            node_id: one for node_id, one in self.written.items() if node_id not in gone or not choice.means(one)
        }

    @precondition(lambda machine: len(machine.written) > 8)
    @rule()
    def clear(self) -> None:
        self.store.clear()
        self.written = {}

    @rule()
    def persist_and_open(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.store.persist(f"{folder}/store.json")
            self.store = BylineVectorStore.from_persist_path(str(Path(folder) / "store.json"))

    @rule(vector=vectors, count=st.integers(1, 5), choice=choices, within=st.none() | st.lists(documents, max_size=2))
    def query(self, vector: list[float], count: int, choice: Choice, within: list[str] | None) -> None:
        query = VectorStoreQuery(query_embedding=vector, similarity_top_k=count, filters=choice.filters, doc_ids=within)
        result = self.store.query(query)
        matching = {
            node_id: one
            for node_id, one in self.written.items()
            if choice.means(one) and (within is None or one.document in within)
        }
        assert result.nodes is not None
        assert result.ids == [node.node_id for node in result.nodes]
        assert len(set(result.ids)) == len(result.ids) == min(count, len(matching))
        assert set(result.ids) <= set(matching)
        best = sorted((_cosine(one.vector, vector) for one in matching.values()), reverse=True)[:count]
        np.testing.assert_allclose(result.similarities or [], best, atol=1e-6)
        for node, score in zip(result.nodes, result.similarities or [], strict=True):
            own = matching[node.node_id]
            assert node.get_content() == own.text
            assert node.ref_doc_id == own.document
            assert node.metadata == {"authors": own.authors, "year": own.year}
            assert abs(score - _cosine(own.vector, vector)) < 1e-6
            node.metadata["authors"].append("Nobody")

    @invariant()
    def it_holds_what_was_written_and_nothing_else(self) -> None:
        held = {node.node_id: node.get_content() for node in self.store.get_nodes()}
        assert held == {node_id: one.text for node_id, one in self.written.items()}

    @invariant()
    def every_node_has_its_own_vector(self) -> None:
        result = self.store.query(VectorStoreQuery(query_embedding=ASKEW, similarity_top_k=len(IDS)))
        scores = dict(zip(result.ids or [], result.similarities or [], strict=True))
        assert scores.keys() == self.written.keys()
        assert all(abs(scores[node_id] - _cosine(one.vector, ASKEW)) < 1e-6 for node_id, one in self.written.items())

    @invariant()
    def no_row_number_is_given_twice(self) -> None:
        assert self.store.client.next_row == self.versions


def _cosine(one: list[float], other: list[float]) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.dot(one, other)) / lengths if lengths else 0.0


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.sampled_from(AUTHORS), min_size=5, max_size=40), st.integers(1, 10))
def test_filters_come_before_ranking(seed: int, authors: list[str], count: int) -> None:
    vectors, store = np.random.default_rng(seed).normal(size=(len(authors), 8)), BylineVectorStore()
    store.add(
        [
            TextNode(id_=str(number), text=author, embedding=vectors[number].tolist(), metadata={"author": author})
            for number, author in enumerate(authors)
        ]
    )
    query, wanted = np.random.default_rng(seed + 1).normal(size=8).tolist(), authors[0]
    filters = MetadataFilters(filters=[_filter("author", wanted, FilterOperator.EQ)])
    found = store.query(VectorStoreQuery(query_embedding=query, similarity_top_k=count, filters=filters))
    own = [number for number, author in enumerate(authors) if author == wanted]
    best = sorted(own, key=lambda number: -_cosine(vectors[number].tolist(), query))[:count]
    assert found.ids == [str(number) for number in best]


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
