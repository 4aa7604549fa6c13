"""The API is what its OpenAPI document says: schemathesis asks real servers whatever the document allows, and does not.

The suite asks a little and always the same. `CONTRACT_EXAMPLES=300 pytest tests/api/test_contract.py` asks as much as
one has time for.
"""

import os
import re
import subprocess
import sys
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

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "5"))
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
LEFT_OUT = "^/v1/(documents|jobs)"
"""Uploads are indexed in the background; test_documents.py asks them."""


def asked_at_random(client: httpx.Client, folder: Path, *options: str, examples: int = EXAMPLES) -> str:
    """What schemathesis reports of a server, where it finds nothing wrong."""
    found = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", f"--config-file={CONFIGURATION}"),
            *("run", f"{client.base_url}/openapi.json", "--checks=all", f"--max-examples={examples}"),
            *("--generation-deterministic", "--continue-on-failure", "--no-shrink", "--no-color"),
            *("--request-timeout=60", f"--exclude-path-regex={LEFT_OUT}", *options),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300 + 30 * examples,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture
def guarded(served: Served, digest_engine: Engine, tmp_path: Path) -> Iterator[httpx.Client]:
    """A server with a key, which the client holds; it answers without a reranker, and so soon."""
    key = Keys(tmp_path).create("contract", [Scope.ADMIN])[1]
    with served(lambda: keeping_in(tmp_path, digest_engine.fast), Settings(home=tmp_path, rate="off")) as client:
        wait_until_ready(client)
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


def test_a_guarded_server_keeps_to_its_description(guarded: httpx.Client, tmp_path: Path) -> None:
    report = asked_at_random(guarded, tmp_path, f"--header=Authorization: {guarded.headers['Authorization']}")
    phases = re.findall(r"✅ (Examples|Coverage|Fuzzing|Stateful)", report)
    assert {"Examples", "Coverage", "Fuzzing", "Stateful"} <= set(phases), report


def test_an_open_server_keeps_to_its_description(served: Served, digest_engine: Engine, tmp_path: Path) -> None:
    with served(lambda: keeping_in(tmp_path, digest_engine.fast)) as client:
        wait_until_ready(client)
        asked_at_random(client, tmp_path, "--phases=examples,fuzzing", examples=max(2, EXAMPLES // 4))


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
