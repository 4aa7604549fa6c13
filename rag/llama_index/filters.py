"""LlamaIndex's metadata filters as a question to one node's metadata.

In: `MetadataFilters`, nested to any depth, combined by AND, OR or NOT. Out: a predicate over metadata. Operators mean
what they mean to LlamaIndex's own `SimpleVectorStore`, but a value of another type than the one asked for is no match
instead of a failure in the middle of a query. A filter that means nothing is refused before any node is looked at.
"""

from collections.abc import Callable, Mapping
from typing import Any

from llama_index.core.vector_stores.types import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters

from rag.errors import UnusableFilter

Predicate = Callable[[Mapping[str, Any]], bool]


def predicate(filters: MetadataFilters | None) -> Predicate:
    """Whether a node's metadata passes the filters; no filters let everything pass.

    A field that is missing or null passes `!=`, `nin` and `is_empty` only.

    Raises:
        UnusableFilter: an operator is not one of ours, or its value is not of the kind that it takes.
    """
    if filters is None or not filters.filters:
        return lambda metadata: True
    parts = [predicate(one) if isinstance(one, MetadataFilters) else _single(one) for one in filters.filters]
    condition = filters.condition or FilterCondition.AND
    if len(parts) == 1 and condition is not FilterCondition.NOT:
        return parts[0]
    if condition is FilterCondition.AND:
        return lambda metadata: all(part(metadata) for part in parts)
    if condition is FilterCondition.OR:
        return lambda metadata: any(part(metadata) for part in parts)
    return lambda metadata: not any(part(metadata) for part in parts)


def _single(one: MetadataFilter) -> Predicate:
    key, wanted, operator = one.key, one.value, one.operator
    if operator is FilterOperator.IS_EMPTY:
        return lambda metadata: metadata.get(key) in (None, "", [])
    if operator in _OF_A_LIST:
        compare, takes, fits = _OF_A_LIST[operator], "a list", isinstance(wanted, list)
    elif operator in _OF_ONE_VALUE:
        compare, takes, fits = _OF_ONE_VALUE[operator], "one value", not isinstance(wanted, list | None)
    elif operator in _OF_ANY_VALUE:
        compare, takes, fits = _OF_ANY_VALUE[operator], "a value (is_empty asks for none)", wanted is not None
    else:
        known = ", ".join(op.value for op in (*_OF_ANY_VALUE, *_OF_ONE_VALUE, *_OF_A_LIST, FilterOperator.IS_EMPTY))
        raise UnusableFilter(
            f"Filter on {key!r}: the operator {operator.value!r} is not supported. Use one of {known}; to look for "
            "words, use BylineRetriever."
        )
    if not fits:
        raise UnusableFilter(f"Filter on {key!r}: {operator.value!r} takes {takes}, but was given {wanted!r}.")
    if_missing = operator in (FilterOperator.NE, FilterOperator.NIN)

    def passes(metadata: Mapping[str, Any]) -> bool:
        found = metadata.get(key)
        return if_missing if found is None else compare(found, wanted)

    return passes


def _holds(found: Any, item: Any) -> bool:
    """Whether a list has an item, or a text a piece of text."""
    if isinstance(found, list):
        return item in found
    return isinstance(found, str) and isinstance(item, str) and item in found


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """The comparison, false for what has no order: a text beside a number."""

    def compared(found: Any, wanted: Any) -> bool:
        numbers = isinstance(found, int | float) and isinstance(wanted, int | float)
        texts = isinstance(found, str) and isinstance(wanted, str)
        return (numbers or texts) and compare(found, wanted)

    return compared


_OF_ANY_VALUE: dict[FilterOperator, Callable[[Any, Any], bool]] = {
    FilterOperator.EQ: lambda found, wanted: bool(found == wanted),
    FilterOperator.NE: lambda found, wanted: bool(found != wanted),
}
_OF_ONE_VALUE: dict[FilterOperator, Callable[[Any, Any], bool]] = {
    FilterOperator.GT: _ordered(lambda found, wanted: found > wanted),
    FilterOperator.GTE: _ordered(lambda found, wanted: found >= wanted),
    FilterOperator.LT: _ordered(lambda found, wanted: found < wanted),
    FilterOperator.LTE: _ordered(lambda found, wanted: found <= wanted),
    FilterOperator.CONTAINS: _holds,
}
_OF_A_LIST: dict[FilterOperator, Callable[[Any, Any], bool]] = {
    FilterOperator.IN: lambda found, wanted: found in wanted,
    FilterOperator.NIN: lambda found, wanted: found not in wanted,
    FilterOperator.ANY: lambda found, wanted: any(_holds(found, item) for item in wanted),
    FilterOperator.ALL: lambda found, wanted: all(_holds(found, item) for item in wanted),
}
