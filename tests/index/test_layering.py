"""Imports point one way, and nothing that can run a stranger's code is used anywhere."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.settings import PACKAGE_ROOT

PACKAGES = ("index", "rag", "api", "eval")
MAY_IMPORT = {
    "index": {"index"},
    "rag": {"rag", "index"},
    "api": {"api", "rag", "index"},
    "eval": {"eval", "api", "rag", "index"},
}
"""Of our packages, what each may import."""
MEASURES = {"api/eval_cli.py", "api/eval_documents_cli.py", "api/feedback_cli.py", "api/batch_cli.py"}
"""The commands that start an evaluation, write questions for one, or write for those of others."""

FORBIDDEN_MODULES = {"pickle", "cPickle", "_pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}
FORBIDDEN_CALLS = {"eval", "exec"}

CODE = sorted(path for package in PACKAGES for path in (PACKAGE_ROOT / package).rglob("*.py"))
EVERYTHING = sorted({*CODE, *(PACKAGE_ROOT / "tests").rglob("*.py"), *(PACKAGE_ROOT / "seeds").rglob("*.py")})


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE_ROOT).as_posix()


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def _dangers(tree: ast.Module) -> Iterator[str]:
    yield from (name for name in _imported(tree) if name.split(".")[0] in FORBIDDEN_MODULES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _dangers_of_call(node)


def _dangers_of_call(call: ast.Call) -> Iterator[str]:
    if isinstance(call.func, ast.Name) and call.func.id in FORBIDDEN_CALLS:
        yield f"{call.func.id}()"
    if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) in ("yaml.load", "os.system", "os.popen"):
        yield ast.unparse(call.func)
    for keyword in call.keywords:
        risky = keyword.arg in ("allow_pickle", "shell", "trust_remote_code", "allow_dangerous_deserialization")
        if risky and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False):
            yield f"{keyword.arg}={ast.unparse(keyword.value)}"


def test_there_is_code_in_every_package() -> None:
    assert {_name(path).split("/")[0] for path in CODE} == set(PACKAGES)


@pytest.mark.parametrize("path", CODE, ids=_name)
def test_a_module_imports_only_its_own_package_and_those_below(path: Path) -> None:
    package = _name(path).split("/")[0]
    allowed = MAY_IMPORT[package] | ({"eval"} if _name(path) in MEASURES else set())
    ours = {name.split(".")[0] for name in _imported(_parse(path))} & {*PACKAGES, "tests", "seeds"}
    assert ours <= allowed


@pytest.mark.parametrize("path", EVERYTHING, ids=_name)
def test_a_module_uses_nothing_that_runs_a_strangers_code(path: Path) -> None:
    assert list(_dangers(_parse(path))) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "np.load(path, allow_pickle=True)",
        "yaml.load(text)",
        "eval(text)",
        "exec(text)",
        "subprocess.run(line, shell=True)",
    ],
)
def test_what_is_dangerous_would_be_found(line: str) -> None:
    assert list(_dangers(ast.parse(line)))


@pytest.mark.parametrize("line", ["np.load(path, allow_pickle=False)", "model.eval()", "json.loads(text)"])
def test_what_is_harmless_is_let_through(line: str) -> None:
    assert list(_dangers(ast.parse(line))) == []
