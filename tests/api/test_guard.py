"""Who may ask for what, over HTTP."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from api.guard import is_public, scope_of
from api.keys import Keys, Scope
from index.settings import Settings
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready

QUESTION = {"question": "what did Harker say about schools?"}
OPEN_PATHS = ("/", "/static/app.js", "/healthz", "/readyz", "/openapi.json")


class Door:
    """A guarded service and its keys."""

    def __init__(self, client: httpx.Client, keys: Keys) -> None:
        self.client = client
        self.keys = keys

    def holding(self, scopes: Sequence[Scope], volumes: Sequence[str] | None = None) -> dict[str, str]:
        """The header of a new key."""
        return {"Authorization": f"Bearer {self.keys.create('test', scopes, volumes)[1]}"}


@pytest.fixture
def door(served: Served, digest_engine: Engine, tmp_path: Path) -> Iterator[Door]:
    with served(lambda: digest_engine, Settings(home=tmp_path, rate="off")) as client:
        wait_until_ready(client)
        yield Door(client, Keys(tmp_path))


def test_without_keys_this_machine_may_ask_and_from_the_first_key_on_a_key_is_needed(door: Door) -> None:
    assert door.client.get("/v1/volumes").status_code == 200
    held = door.holding([Scope.ASK])
    refused = door.client.get("/v1/volumes")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.json()["type"] == "urn:byline:problem:key-needed"
    assert door.client.get("/v1/volumes", headers=held).status_code == 200
    assert [door.client.get(path).status_code for path in OPEN_PATHS] == [200] * len(OPEN_PATHS)


@pytest.mark.parametrize(
    "host", ["byline.example", "byline.example:8000", "10.0.0.7", "[2001:db8::7]:80", "localhost.example"]
)
def test_without_keys_nobody_is_answered_under_another_name(door: Door, host: str) -> None:
    refused = door.client.get("/v1/volumes", headers={"Host": host})
    assert refused.status_code == 421
    assert refused.json()["type"] == "urn:byline:problem:foreign-host"
    held = door.holding([Scope.ASK])
    assert door.client.get("/v1/volumes", headers={"Host": host, **held}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8000", "LOCALHOST:80", "byline.localhost"])
def test_this_machine_has_several_names(door: Door, host: str) -> None:
    assert door.client.get("/v1/volumes", headers={"Host": host}).status_code == 200


def test_a_service_that_is_said_to_be_open_is(served: Served, digest_engine: Engine, tmp_path: Path) -> None:
    with served(lambda: digest_engine, Settings(home=tmp_path, open=True)) as client:
        wait_until_ready(client)
        assert client.get("/v1/volumes", headers={"Host": "byline.example"}).status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic dTpw", "bearer byl_000000000000_" + "a" * 43, "Token {}", "é"]
)
def test_what_is_no_key_is_refused_alike(door: Door, header: str) -> None:
    held = door.holding([Scope.ASK])["Authorization"].partition(" ")[2]
    given = {b"Authorization": header.replace("{}", held).encode("latin-1")}
    for request in (("GET", "/v1/volumes"), ("POST", "/v1/ask"), ("GET", "/v1/nowhere"), ("GET", "/metrics")):
        assert door.client.request(*request, headers=given).status_code == 401


def test_a_revoked_key_stops_working_at_once(door: Door) -> None:
    held = door.holding([Scope.ASK])
    assert door.client.get("/v1/volumes", headers=held).status_code == 200
    door.keys.revoke("test")
    assert door.client.get("/v1/volumes", headers=held).status_code == 401


def test_a_scope_opens_what_it_is_for_and_nothing_else(door: Door) -> None:
    ask, ingest, admin = (door.holding([scope]) for scope in Scope)
    seen = {
        (name, path): door.client.get(path, headers=held).status_code == 403
        for name, held in (("ask", ask), ("ingest", ingest), ("admin", admin))
        for path in ("/v1/volumes", "/v1/documents", "/v1/feedback", "/metrics")
    }
    assert [key for key, refused in seen.items() if refused] == [
        ("ask", "/v1/documents"),
        ("ask", "/v1/feedback"),
        ("ask", "/metrics"),
        ("ingest", "/v1/volumes"),
        ("ingest", "/v1/feedback"),
        ("ingest", "/metrics"),
    ]


def test_every_operation_of_the_api_is_guarded_or_meant_to_be_open(door: Door) -> None:
    door.holding([Scope.ASK])
    document = door.client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            status = door.client.request(method.upper(), path.replace("{", "x").replace("}", "x")).status_code
            assert (status != 401) == is_public(path), f"{method} {path}"
            assert ("401" in operation["responses"]) != is_public(path), f"{method} {path}"
            assert ("security" in operation) != is_public(path), f"{method} {path}"
    assert json.dumps(door.client.get("/openapi.json").json()) == json.dumps(document)


def test_a_key_for_some_volumes_is_a_smaller_collection(door: Door, digest_engine: Engine) -> None:
    mine = "shining-a-light"
    held = door.holding([Scope.ASK], [mine])
    volumes = door.client.get("/v1/volumes", headers=held).json()["volumes"]
    assert [volume["id"] for volume in volumes] == [mine]
    people = door.client.get("/v1/people", headers=held).json()["people"]
    assert {section["id"].split("/")[0] for person in people for section in person["sections"]} == {mine}
    assert len(people) == volumes[0]["people"]
    for section_id, ref in list(digest_engine.snapshot.section_refs.items())[::9]:
        status = door.client.get(f"/v1/sections/{section_id}", headers=held).status_code
        assert status == (200 if ref.volume_id == mine else 404)
    answer = door.client.post("/v1/ask", json=QUESTION, headers=held).json()
    assert {citation["volume_id"] for citation in answer["citations"]} <= {mine}
    assert "Lisa" not in json.dumps(answer)
    assert "Lorraine" not in json.dumps(answer)
    whole = door.client.post("/v1/ask", json=QUESTION, headers=door.holding([Scope.ASK])).json()
    assert "Lisa" in json.dumps(whole)


def test_a_filter_cannot_widen_what_a_key_sees(door: Door) -> None:
    held = door.holding([Scope.ASK], ["shining-a-light"])
    forbidden = {"volumes": "rethinking-childrens-services", "people": "Lisa Harker", "sections": "adcs-blog/x"}
    for name, value in forbidden.items():
        asked = {**QUESTION, "filters": {name: [value]}}
        refused = door.client.post("/v1/ask", json=asked, headers=held)
        unknown = door.client.post("/v1/ask", json={**QUESTION, "filters": {name: ["nobody-nowhere"]}}, headers=held)
        assert refused.status_code == unknown.status_code == 404
        assert refused.json()["detail"].replace(value, "nobody-nowhere") == unknown.json()["detail"]


def test_a_key_whose_volumes_are_gone_sees_nothing_and_is_told_so(door: Door) -> None:
    held = door.holding([Scope.ASK], ["sold-last-year"])
    for path in ("/v1/volumes", "/v1/people", "/v1/sections/shining-a-light/x"):
        refused = door.client.get(path, headers=held)
        assert refused.status_code == 403
        assert refused.json()["detail"] == "None of sold-last-year is in the collection."


def test_what_is_asked_too_often_waits_and_nobody_else_does(
    served: Served, digest_engine: Engine, tmp_path: Path
) -> None:
    with served(lambda: digest_engine, Settings(home=tmp_path, rate="1/m burst 3")) as client:
        wait_until_ready(client)
        door = Door(client, Keys(tmp_path))
        eager, other = door.holding([Scope.ASK]), door.holding([Scope.ASK])
        seen = [client.get("/v1/volumes", headers=eager) for _ in range(5)]
        assert [response.status_code for response in seen] == [200, 200, 200, 429, 429]
        assert 1 <= int(seen[-1].headers["retry-after"]) <= 60
        assert client.get("/v1/volumes", headers=other).status_code == 200
        assert client.get("/healthz").status_code == 200
        guesses = [client.get("/v1/volumes", headers={"Authorization": f"Bearer {n}"}) for n in range(5)]
        assert [response.status_code for response in guesses] == [401, 401, 401, 429, 429]


def test_pages_of_other_sites_may_ask_where_they_are_named_only(
    served: Served, digest_engine: Engine, tmp_path: Path
) -> None:
    preflight = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    friend, stranger = {"Origin": "https://desk.example"}, {"Origin": "https://other.example"}
    with served(lambda: digest_engine, Settings(home=tmp_path)) as client:
        assert "access-control-allow-origin" not in client.options("/v1/ask", headers={**friend, **preflight}).headers
    with served(
        lambda: digest_engine, Settings(home=tmp_path, origins="https://desk.example, https://b.example")
    ) as client:
        wait_until_ready(client)
        door = Door(client, Keys(tmp_path))
        held = door.holding([Scope.ASK])
        allowed = client.options("/v1/ask", headers={**friend, **preflight})
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "https://desk.example"
        assert client.options("/v1/ask", headers={**stranger, **preflight}).status_code == 400
        asked = client.get("/v1/volumes", headers={**friend, **held})
        assert asked.headers["access-control-allow-origin"] == "https://desk.example"
        assert "access-control-allow-origin" in client.get("/v1/volumes", headers=friend).headers


def test_scopes_follow_paths() -> None:
    assert scope_of("POST", "/v1/ask") is Scope.ASK
    assert scope_of("DELETE", "/v1/documents/a") is Scope.INGEST
    assert scope_of("GET", "/v1/jobs/3") is Scope.INGEST
    assert scope_of("POST", "/v1/feedback") is Scope.ASK
    assert scope_of("GET", "/v1/feedback") is Scope.ADMIN
    assert scope_of("GET", "/metrics") is Scope.ADMIN


def test_a_conversation_is_its_keys_alone(served: Served, digest_engine: Engine, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'talks.sqlite'}"
    engine = Engine(
        digest_engine.snapshot, digest_engine.settings.model_copy(update={"database_url": SecretStr(database)})
    )
    engine.embedder, engine.reranker = digest_engine.embedder, None
    with served(lambda: engine, Settings(home=tmp_path, rate="off")) as client:
        wait_until_ready(client)
        door = Door(client, Keys(tmp_path))
        mine, other = door.holding([Scope.ASK]), door.holding([Scope.ASK])
        begun = client.post("/v1/conversations", json={"title": "a secret plan"}, headers=mine).json()["id"]
        asked = {**QUESTION, "conversation_id": begun}
        assert client.post("/v1/ask", json=asked, headers=mine).status_code == 200
        assert client.post("/v1/ask", json=asked, headers=other).status_code == 404
        assert client.get("/v1/conversations", headers=other).json()["conversations"] == []
        assert client.get(f"/v1/conversations/{begun}", headers=other).status_code == 404
        assert client.delete(f"/v1/conversations/{begun}", headers=other).status_code == 404
        assert len(client.get(f"/v1/conversations/{begun}", headers=mine).json()["exchanges"]) == 1
