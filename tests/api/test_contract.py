"""The API is what its OpenAPI document says: schemathesis asks real servers whatever the document allows, and does not.

The suite asks a little and always the same. `CONTRACT_EXAMPLES=300 pytest tests/api/test_contract.py` asks as much as
one has time for; `-k` with the name of a group asks that group only.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.keys import Keys, Scope
from api.linked_schema import LINKS
from index.settings import Settings
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready
from tests.api.test_conversations import keeping_in
from tests.api.test_documents import Service, collection_in, orchard

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "5"))
IS_THOROUGH = EXAMPLES >= 100
"""Whether to ask for documents all that the coverage phase does: each is read before it is answered, for a second."""
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
HOOKS = CONFIGURATION.with_name("schemathesis_hooks.py")
GROUPS = {
    "answers": "^/v1/(ask|quote|search|chat|models)",
    "collection": "^/(v1/(sections|citations|volumes|people)|healthz|readyz)",
    "kept": "^/v1/(conversations|feedback)",
}
DOCUMENTS = "^/v1/(documents|jobs)"
LINKED_TO_DOCUMENTS = "^/v1/(documents|jobs|volumes)"


def asked_at_random(
    client: httpx.Client, folder: Path, *options: str, examples: int = EXAMPLES, hooks: Path | None = None
) -> str:
    """What schemathesis reports of a server, where it finds nothing wrong."""
    key = client.headers.get("authorization")
    found = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", f"--config-file={CONFIGURATION}"),
            *("run", f"{client.base_url}/openapi.json", f"--max-examples={examples}"),
            *("--generation-deterministic", "--continue-on-failure", "--no-shrink", "--no-color"),
            *("--request-timeout=120", *([f"--header=Authorization: {key}"] if key else []), *options),
        ],
        cwd=folder,
        env=os.environ | ({"SCHEMATHESIS_HOOKS": str(hooks)} if hooks else {}),
        capture_output=True,
        text=True,
        timeout=300 + 30 * examples,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    print(found.stdout)
    return found.stdout


@pytest.fixture(scope="module")
def guarded(served: Served, digest_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with a key, which the client holds; it answers without a reranker, and so soon."""
    home = tmp_path_factory.mktemp("guarded")
    key = Keys(home).create("contract", [Scope.ADMIN])[1]
    with served(lambda: keeping_in(home, digest_engine.fast), Settings(home=home, rate="off")) as client:
        wait_until_ready(client)
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


@pytest.fixture(scope="module")
def taking(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with a key over a small collection, to which one document was sent and is indexed."""
    collection = collection_in(tmp_path_factory.mktemp("taking"), digest_settings)
    key = Keys(collection.home).create("contract", [Scope.ADMIN])[1]
    with Service(collection) as service:
        service.client.headers["Authorization"] = f"Bearer {key}"
        service.done(service.send(orchard("forty"), id="essays-on-lamps"))
        yield service.client


@pytest.mark.parametrize("group", GROUPS)
def test_a_guarded_server_keeps_to_its_description(guarded: httpx.Client, tmp_path: Path, group: str) -> None:
    report = asked_at_random(
        guarded, tmp_path, "--phases=examples,coverage,fuzzing", f"--include-path-regex={GROUPS[group]}"
    )
    assert {"Coverage", "Fuzzing"} <= _passed(report), report


def test_links_lead_on(guarded: httpx.Client, tmp_path: Path) -> None:
    report = asked_at_random(guarded, tmp_path, "--phases=stateful", f"--exclude-path-regex={DOCUMENTS}")
    assert _passed(report) == {"Stateful"}, report


def test_documents_are_taken_as_described(taking: httpx.Client, tmp_path: Path) -> None:
    phases = "examples,coverage,fuzzing" if IS_THOROUGH else "examples,fuzzing"
    report = asked_at_random(taking, tmp_path, f"--phases={phases}", f"--include-path-regex={DOCUMENTS}", hooks=HOOKS)
    assert {"Examples", "Fuzzing"} <= _passed(report), report


def test_what_is_no_document_is_refused_as_described(taking: httpx.Client, tmp_path: Path) -> None:
    uploads = ("--include-operation-id=send_document", "--include-operation-id=replace_document")
    rubbish = "--exclude-checks=positive_data_acceptance"
    examples = EXAMPLES if IS_THOROUGH else max(2, EXAMPLES // 2)
    report = asked_at_random(taking, tmp_path, "--phases=fuzzing", rubbish, *uploads, examples=examples)
    assert _passed(report) == {"Fuzzing"}, report


def test_links_of_documents_lead_on(taking: httpx.Client, tmp_path: Path) -> None:
    for name in ("frost", "hail", "wasps"):
        assert _sent_when_there_is_room(taking, name).status_code == 202
    report = asked_at_random(
        taking, tmp_path, "--phases=stateful", f"--include-path-regex={LINKED_TO_DOCUMENTS}", hooks=HOOKS
    )
    assert _passed(report) == {"Stateful"}, report


def _sent_when_there_is_room(taking: httpx.Client, name: str) -> httpx.Response:
    """Send a document; the jobs of the test before may still fill the queue."""
    for _ in range(120):
        sent = taking.post("/v1/documents", params={"filename": f"{name}.md", "id": name}, content=orchard(name))
        if sent.status_code != 503:
            break
        time.sleep(5)
    return sent


def _passed(report: str) -> set[str]:
    """The phases in which something was asked, and nothing found."""
    return set(re.findall(r"✅  ?(Examples|Coverage|Fuzzing|Stateful) \(in", report))


def test_an_open_server_keeps_to_its_description(served: Served, digest_engine: Engine, tmp_path: Path) -> None:
    with served(lambda: keeping_in(tmp_path, digest_engine.fast)) as client:
        wait_until_ready(client)
        phases = "--phases=examples,fuzzing"
        asked_at_random(client, tmp_path, phases, f"--exclude-path-regex={DOCUMENTS}", examples=max(2, EXAMPLES // 4))


def test_a_server_that_breaks_its_description_is_found_out(
    served: Served, digest_engine: Engine, tmp_path: Path
) -> None:
    class Forgetful(Engine):
        """An engine whose answers lack what they must have."""

        def ask(self, ask):  # type: ignore[no-untyped-def]
            raise RuntimeError("a fault")

    broken = Forgetful(digest_engine.snapshot, digest_engine.settings)
    with served(lambda: broken) as client:
        wait_until_ready(client)
        with pytest.raises(AssertionError, match="Server error"):
            asked_at_random(client, tmp_path, "--phases=examples", "--include-path=/v1/ask", examples=2)


def test_every_operation_is_asked(guarded: httpx.Client) -> None:
    asked = re.compile("|".join([*GROUPS.values(), DOCUMENTS]))
    assert [path for path in guarded.get("/openapi.json").json()["paths"] if not asked.search(path)] == []


def test_every_link_leads_from_an_operation_to_another(guarded: httpx.Client) -> None:
    document = guarded.get("/openapi.json").json()
    operations = {
        operation["operationId"]: operation
        for operations in document["paths"].values()
        for operation in operations.values()
    }
    for link in LINKS:
        described = operations[link.after]["responses"][link.status]["links"][link.to]
        named = {parameter["name"] for parameter in operations[link.to].get("parameters", [])}
        assert set(described.get("parameters", {})) <= named, link
        assert "requestBody" not in described or "requestBody" in operations[link.to], link


@pytest.mark.parametrize(("path", "status"), [("/v1/citations/a%0Ab", 422), ("/v1/sections/a%0Ab", 404)])
def test_a_path_of_two_lines_is_refused_by_its_own_operation(guarded: httpx.Client, path: str, status: int) -> None:
    refused = guarded.get(path)
    assert refused.status_code == status
    assert refused.json()["type"].startswith("urn:byline:problem:")
