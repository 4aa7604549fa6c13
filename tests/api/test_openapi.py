"""Whoever reads the OpenAPI document as a stranger finds everything said, and shown by an example that is true."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from fastapi import FastAPI
from jsonschema_rs import Draft202012Validator

from api.guard import is_public, scope_of
from api.illustrated_schema import EXAMPLES, path_example
from api.keys import Keys, Scope
from api.plain_parameters import describe_parameters_plainly
from index.settings import Settings
from rag.engine import Engine
from tests.api.asked_examples import asked, copied
from tests.api.conftest import Served
from tests.api.test_documents import Service

Operations = dict[str, dict[str, Any]]
WITHOUT_CONTENT = {"204"}
KEPT_FREE = frozenset({"citations", "doubts", "notes", "suggestions", "timings_ms", "differences", "places", "also"})
"""What may hold something or nothing, or other names, from one generation of the index to the next."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(copied(tmp_path_factory.mktemp("strangers"))) as service:
        yield service


@pytest.fixture(scope="module")
def document(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get("/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> Operations:
    return {
        operation["operationId"]: {**operation, "method": method.upper(), "path": path}
        for path, each in document["paths"].items()
        for method, operation in each.items()
    }


def test_every_operation_says_what_it_does(operations: Operations) -> None:
    for name, operation in operations.items():
        assert 10 < len(operation["summary"]) < 120, name
        assert len(operation["description"]) >= len(operation["summary"]), name
        assert operation["tags"], name
    summaries = [operation["summary"] for operation in operations.values()]
    assert len(summaries) == len(set(summaries))


def test_every_parameter_is_described_and_shown(document: dict[str, Any], operations: Operations) -> None:
    for name, operation in operations.items():
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            assert parameter["description"], (name, parameter["name"])
            shown = [*schema.get("examples", []), *([parameter["example"]] if "example" in parameter else [])]
            is_plain = "default" in schema or "$ref" in str(schema) or "enum" in str(schema)
            assert shown or is_plain, (name, parameter["name"])
            for example in shown:
                assert faults(document, schema, example) == [], (name, parameter["name"], example)


def test_a_parameter_is_left_out_and_never_null(document: dict[str, Any], operations: Operations) -> None:
    schemas = {
        (name, parameter["name"]): parameter["schema"]
        for name, operation in operations.items()
        for parameter in operation.get("parameters", [])
    }
    assert [which for which, schema in schemas.items() if not faults(document, schema, None)] == []
    assert schemas["replace_document", "editors"]["type"] == "array"
    assert schemas["list_jobs", "state"]["$ref"] == "#/components/schemas/State"


def test_a_parameter_of_several_types_keeps_them() -> None:
    service = FastAPI()

    @service.get("/")
    def read(which: int | Literal["all"] | None = None) -> None: ...

    (parameter,) = describe_parameters_plainly(service.openapi())["paths"]["/"]["get"]["parameters"]
    assert [each["type"] for each in parameter["schema"]["anyOf"]] == ["integer", "string"]
    assert not parameter["required"]


def test_every_request_and_every_response_has_an_example_that_fits(
    document: dict[str, Any], operations: Operations
) -> None:
    for name, operation in operations.items():
        said = {status: response.get("content", {}) for status, response in operation["responses"].items()}
        contents = {f"{status} {kind}": each for status, by_kind in said.items() for kind, each in by_kind.items()}
        contents |= operation.get("requestBody", {}).get("content", {})
        assert all(by_kind for status, by_kind in said.items() if status not in WITHOUT_CONTENT), name
        for which, content in contents.items():
            assert "example" in content, (name, which)
            if "schema" in content:
                assert faults(document, content["schema"], content["example"]) == [], (name, which)


def test_every_problem_is_shown_with_its_status_and_its_path(operations: Operations) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            for example in (content["example"] for content in response.get("content", {}).values()):
                if status.startswith("2"):
                    continue
                assert response["description"], (name, status)
                if "error" in example:
                    assert example["error"]["message"].endswith("."), (name, status)
                else:
                    assert example["status"] == int(status), (name, status)
                    pattern = re.sub(r"\\\{\w+\\\}", "..+", re.escape(operation["path"]))
                    assert re.fullmatch(pattern, example["instance"]), (name, status)


def test_what_is_refused_before_an_operation_is_reached_is_shown(
    served: Served, digest_engine: Engine, operations: Operations, tmp_path: Path
) -> None:
    guarded = {name: operation for name, operation in operations.items() if not is_public(operation["path"])}
    with served(lambda: digest_engine, Settings(home=tmp_path, rate="off")) as client:

        def refuses(name: str, status: int, **headers: str) -> None:
            method, path = guarded[name]["method"], guarded[name]["path"]
            refused = client.request(method, path_example(path), headers=headers)
            assert refused.status_code == status, name
            contents = guarded[name]["responses"][str(status)]["content"]
            assert [content["example"] for content in contents.values()] == [refused.json()]

        for name in guarded:
            refuses(name, 421, Host="byline.example")
        tokens = {scope: Keys(tmp_path).create("contract", [scope])[1] for scope in (Scope.ASK, Scope.INGEST)}
        for name, operation in guarded.items():
            refuses(name, 401)
            may_ask = scope_of(operation["method"], operation["path"]) is Scope.ASK
            token = tokens[Scope.INGEST if may_ask else Scope.ASK]
            refuses(name, 403, Authorization=f"Bearer {token}")


def test_the_examples_are_what_the_service_answers(service: Service) -> None:
    """Of the same fields and kinds; `python -m tests.api.asked_examples` writes them anew where this fails."""
    assert kinds(json.loads(EXAMPLES.read_text(encoding="utf-8"))) == kinds(asked(service))


def kinds(value: Any) -> Any:
    """What sort of thing a value is, and those that it holds; what names a kind of problem stands for itself."""
    if isinstance(value, dict):
        return {
            name: part if name in ("type", "title", "status") else None if name in KEPT_FREE else kinds(part)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [kinds(part) for part in value[:1]]
    return "number" if isinstance(value, int | float) else type(value).__name__


def faults(document: dict[str, Any], schema: dict[str, Any], example: Any) -> list[str]:
    """What is wrong with an example of a schema of the document."""
    whole = {**schema, "components": document["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(example)]
