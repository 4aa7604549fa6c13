"""A metadata filter means what it means to LlamaIndex's own store, and one that means nothing is refused."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from llama_index.core.vector_stores.types import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters
from llama_index.core.vector_stores.utils import build_metadata_filter_fn

from rag.errors import UnusableFilter
from rag.llama_index.filters import predicate

LISTS = {FilterOperator.IN, FilterOperator.NIN, FilterOperator.ANY, FilterOperator.ALL}
TEXT_MATCHES = {FilterOperator.TEXT_MATCH, FilterOperator.TEXT_MATCH_INSENSITIVE}
words = st.sampled_from(["Ada", "Bo", "A", "essay", ""])
numbers = st.integers(-2, 2) | st.sampled_from([0.5, 2.0])
found_values = words | numbers | st.none() | st.lists(words, max_size=3) | st.lists(st.integers(-2, 2), max_size=3)
metadata = st.dictionaries(st.sampled_from(["author", "year", "kind"]), found_values, max_size=3)


@st.composite
def single_filters(draw: st.DrawFn) -> MetadataFilter:
    operator = draw(st.sampled_from(sorted(set(FilterOperator) - TEXT_MATCHES)))
    wanted: Any = draw(words | numbers)
    if operator in LISTS:
        wanted = draw(st.lists(words, max_size=3) | st.lists(st.integers(-2, 2), max_size=3))
    return MetadataFilter(key=draw(st.sampled_from(["author", "year", "kind"])), value=wanted, operator=operator)


@settings(max_examples=500, deadline=None)
@given(metadata, st.lists(single_filters(), max_size=3), st.sampled_from(FilterCondition))
def test_it_passes_what_the_stock_filter_passes(
    found: dict[str, Any], singles: list[MetadataFilter], condition: FilterCondition
) -> None:
    filters = MetadataFilters(filters=list(singles), condition=condition)
    try:
        expected = build_metadata_filter_fn(lambda _: found, filters)("")
    except TypeError:
        assume(False)
    assert predicate(filters)(found) is expected


@settings(max_examples=300, deadline=None)
@given(metadata, single_filters(), single_filters(), single_filters())
def test_filters_nest(found: dict[str, Any], one: MetadataFilter, two: MetadataFilter, three: MetadataFilter) -> None:
    def alone(single: MetadataFilter) -> bool:
        return predicate(MetadataFilters(filters=[single]))(found)

    either = MetadataFilters(filters=[one, two], condition=FilterCondition.OR)
    neither = MetadataFilters(filters=[one, two], condition=FilterCondition.NOT)
    assert predicate(MetadataFilters(filters=[either, three]))(found) is ((alone(one) or alone(two)) and alone(three))
    assert predicate(MetadataFilters(filters=[neither]))(found) is not (alone(one) or alone(two))


@pytest.mark.parametrize("operator", [FilterOperator.GT, FilterOperator.LTE, FilterOperator.CONTAINS])
def test_a_value_of_another_kind_is_no_match(operator: FilterOperator) -> None:
    passes = predicate(MetadataFilters(filters=[MetadataFilter(key="year", value=3, operator=operator)]))
    assert not passes({"year": "three"})
    assert not passes({"year": {"nested": 3}})


@pytest.mark.parametrize("operator", sorted(TEXT_MATCHES))
def test_an_operator_that_is_not_ours_is_refused_by_its_name(operator: FilterOperator) -> None:
    with pytest.raises(UnusableFilter, match=f"'kind'.*'{operator.value}' is not supported"):
        predicate(MetadataFilters(filters=[MetadataFilter(key="kind", value="essay", operator=operator)]))


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        (FilterOperator.IN, "essay"),
        (FilterOperator.ALL, 3),
        (FilterOperator.GT, ["a"]),
        (FilterOperator.CONTAINS, ["a"]),
        (FilterOperator.EQ, None),
        (FilterOperator.NE, None),
        (FilterOperator.LT, None),
        (FilterOperator.NIN, None),
    ],
)
def test_a_value_that_an_operator_does_not_take_is_refused(operator: FilterOperator, value: Any) -> None:
    deep = MetadataFilters(filters=[MetadataFilter(key="kind", value=value, operator=operator)])
    with pytest.raises(UnusableFilter, match=f"'kind': '{operator.value}' takes"):
        predicate(MetadataFilters(filters=[deep], condition=FilterCondition.OR))


def test_no_filter_lets_everything_pass() -> None:
    assert predicate(None)({})
    assert predicate(MetadataFilters(filters=[]))({"kind": "essay"})
