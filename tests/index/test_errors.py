"""The error tree is what its module draws, and every error can be reported."""

import inspect
import re

import pytest

from index import errors
from index.errors import BylineError


def _drawn() -> list[tuple[str, str | None]]:
    """Names with their parents, from the tree in the module's docstring."""
    path: list[str] = []
    tree: list[tuple[str, str | None]] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r" {4}((?:[│ ] {3})*)(?:[├└]── )?([A-Z]\w+)\b", line)
        if match:
            is_root = "──" not in line
            depth = 0 if is_root else len(match.group(1)) // 4 + 1
            path[depth:] = [match.group(2)]
            tree.append((match.group(2), path[depth - 1] if depth else None))
    return tree


def _defined() -> list[type[BylineError]]:
    return [
        found
        for _, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, BylineError) and found.__module__ == errors.__name__
    ]


def test_the_drawn_tree_is_the_tree_of_classes() -> None:
    actual = {(cls.__name__, None if cls is BylineError else cls.__mro__[1].__name__) for cls in _defined()}
    assert set(_drawn()) == actual


def test_no_error_is_drawn_twice() -> None:
    names = [name for name, _ in _drawn()]
    assert len(names) == len(set(names)) >= 10


@pytest.mark.parametrize("error", _defined(), ids=lambda cls: cls.__name__)
def test_an_error_ends_a_command_with_a_failure_and_a_route_with_a_status(error: type[BylineError]) -> None:
    assert 1 <= error.exit_code <= 125
    assert 400 <= error.status <= 599


@pytest.mark.parametrize("error", _defined(), ids=lambda cls: cls.__name__)
def test_catching_the_base_catches_it_with_its_message(error: type[BylineError]) -> None:
    with pytest.raises(BylineError, match="what happened"):
        raise error("what happened")


def test_what_the_asker_can_correct_is_a_4xx() -> None:
    assert {error.status // 100 for error in (errors.QuestionError, errors.EmptyQuestion, errors.NotFound)} == {4}
