"""The error tree is what its modules draw, and every error can be reported."""

import ast
import inspect
import re
from types import ModuleType

import pytest

import api.errors
import eval.errors
import index.errors
import rag.errors
from index.errors import BylineError
from tests.index.test_layering import CODE, _name, _parse

MODULES = (index.errors, rag.errors, api.errors, eval.errors)


def _drawn(module: ModuleType) -> list[tuple[str, str | None]]:
    """Names with their parents, from the tree in a module's docstring."""
    path: list[str] = []
    tree: list[tuple[str, str | None]] = []
    for line in (module.__doc__ or "").splitlines():
        match = re.match(r" {4}((?:[│ ] {3})*)(?:[├└]── )?([A-Z]\w+)\b", line)
        if match:
            is_root = "──" not in line
            depth = 0 if is_root else len(match.group(1)) // 4 + 1
            path[depth:] = [match.group(2)]
            tree.append((match.group(2), path[depth - 1] if depth else None))
    return tree


def _defined(module: ModuleType) -> list[type[BylineError]]:
    return [
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, BylineError) and found.__module__ == module.__name__
    ]


def _parents(module: ModuleType) -> dict[str, str | None]:
    """What is drawn there is either defined there, or a parent from elsewhere of what is."""
    errors = [cls for each in _defined(module) for cls in each.__mro__ if issubclass(cls, BylineError)]
    return {cls.__name__: None if cls is BylineError else cls.__mro__[1].__name__ for cls in errors}


ERRORS = [error for module in MODULES for error in _defined(module)]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_drawn_tree_is_the_tree_of_classes(module: ModuleType) -> None:
    drawn = _drawn(module)
    assert dict(drawn) == _parents(module)
    assert len(drawn) == len(dict(drawn)) >= 2


def test_no_two_errors_have_one_name() -> None:
    names = [error.__name__ for error in ERRORS]
    assert len(names) == len(set(names)) >= 60


def test_every_error_stands_in_a_module_of_errors() -> None:
    names = {error.__name__ for error in ERRORS}
    elsewhere = [
        f"{_name(path)}: {node.name}"
        for path in CODE
        if _name(path) not in {f"{module.__name__.replace('.', '/')}.py" for module in MODULES}
        for node in ast.walk(_parse(path))
        if isinstance(node, ast.ClassDef) and names & {ast.unparse(base).split(".")[-1] for base in node.bases}
    ]
    assert elsewhere == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda cls: cls.__name__)
def test_an_error_ends_a_command_with_a_failure_and_a_route_with_a_status(error: type[BylineError]) -> None:
    assert 1 <= error.exit_code <= 125
    assert 400 <= error.status <= 599


@pytest.mark.parametrize("error", ERRORS, ids=lambda cls: cls.__name__)
def test_catching_the_base_catches_it_with_its_message(error: type[BylineError]) -> None:
    with pytest.raises(BylineError, match="what happened"):
        raise error("what happened")


def test_what_the_asker_can_correct_is_a_4xx() -> None:
    kinds = (rag.errors.QuestionError, rag.errors.EmptyQuestion, index.errors.NotFound)
    assert {error.status // 100 for error in kinds} == {4}
