"""The requests of the examples in the OpenAPI document, and what a real service answers them with.

`python -m tests.api.asked_examples` writes the examples anew, from the digests and one document that is sent.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.illustrated_schema import EVERY_OPERATION, EXAMPLES, PATH_PARAMETERS, path_example
from api.keys import Keys, Scope
from index.build import build_index
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import PACKAGE_ROOT, Settings
from tests.api.test_documents import Service
from tests.conftest import TEST_HOME, SilentProgress
from tests.index.collection import Collection

DIGESTS = Settings(home=TEST_HOME / "digest", texts=PACKAGE_ROOT / "seeds" / "texts")
DOCUMENT = """# Essays on lamps

## The second stove

Ada Thorne, head keeper

A cold keeper makes mistakes. A mistake at night may cost a ship.
"""
QUESTION = "what did Harker say about schools?"
UNANSWERED = "what did Harker say about volcanoes?"
LONGEST_LIST = 1
_GET = {
    "resolve_citation": "/v1/citations/{address}",
    "list_volumes": "/v1/volumes",
    "read_volume": "/v1/volumes/{volume_id}",
    "read_person": "/v1/people/{person_id}",
    "list_documents": "/v1/documents",
    "read_document": "/v1/documents/{volume_id}",
    "read_section": "/v1/sections/{section_id}",
    "list_models": "/v1/models",
    "read_model": "/v1/models/{model}",
    "healthz": "/healthz",
    "readyz": "/readyz",
    "list_conversations": "/v1/conversations",
    "list_feedback": "/v1/feedback",
}
_JSON = {"Content-Type": "application/json"}
_LARGE = b" " * (2 << 20)
_NO_VOLUME = {"volumes": ["no-such-volume"]}
_BODIES: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
    ("ask", "/v1/ask", {"question": " "}, {"question": QUESTION, "filters": _NO_VOLUME}),
    ("search", "/v1/search", {"question": QUESTION, "limit": 0}, {"question": QUESTION, "filters": _NO_VOLUME}),
    ("quote", "/v1/quote", {"quote": "?"}, {"quote": "winter", "filters": _NO_VOLUME}),
    ("give_feedback", "/v1/feedback", {"verdict": "right"}, {"verdict": "right", "answer_id": "0f" * 16}),
    ("begin_conversation", "/v1/conversations", {"title": "a\x00b"}, {}),
)
"""Operation, path, a body that cannot be used and one that names what is not here."""
_NOWHERE = (
    ("read_section", "GET", "/v1/sections/essays-on-lamps/no-such-section"),
    ("read_volume", "GET", "/v1/volumes/no-such-volume"),
    ("read_person", "GET", "/v1/people/no-such-person"),
    ("read_model", "GET", "/v1/models/no-such-model"),
    ("read_job", "GET", "/v1/jobs/no-such-job"),
    ("read_document", "GET", "/v1/documents/no-such-document"),
    ("replace_document", "PUT", "/v1/documents/no-such-document"),
    ("delete_document", "DELETE", "/v1/documents/no-such-document"),
    ("read_conversation", "GET", "/v1/conversations/no-such-conversation"),
    ("delete_conversation", "DELETE", "/v1/conversations/no-such-conversation"),
)
_SHORTENED = frozenset({"list_volumes", "read_volume", "list_people", "read_person"})
"""Of these a list holds more than an example needs."""


@dataclass(frozen=True)
class _Copy(Collection):
    """The digests, with a home of their own."""

    @property
    def home(self) -> Path:
        return self.folder

    @property
    def settings(self) -> Settings:
        return DIGESTS.model_copy(update={"home": self.folder})


def copied(folder: Path) -> Collection:
    """A collection of the digests in an empty folder, indexed; nothing is embedded anew that was before."""
    (folder / "models").symlink_to(ensure_export(DIGESTS.home, DEFAULT_MODEL).parent, target_is_directory=True)
    if (kept := DIGESTS.home / "embeddings.sqlite").exists():
        shutil.copy(kept, folder)
    collection = _Copy(folder)
    build_index(collection.settings, SilentProgress())
    return collection


def asked(service: Service) -> dict[str, dict[str, Any]]:
    """By operation, a request where it takes one, and the response."""
    client = service.client

    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = client.post(path, json=body)
        assert response.is_success, response.text
        return {"request": body, "response": response.json()}

    sent = client.post("/v1/documents", params={"filename": "lamps.md"}, content=DOCUMENT.encode())
    service.done(sent)
    found = {"send_document": {"request": DOCUMENT, "response": sent.json()}}
    read = client.get(sent.headers["location"])
    found |= {"read_job": {"response": read.json()}, "list_jobs": {"response": client.get("/v1/jobs").json()}}
    found["begin_conversation"] = post("/v1/conversations", {"title": "Volcanoes"})
    talk = found["begin_conversation"]["response"]["id"]
    found["ask"] = post("/v1/ask", {"question": QUESTION})
    answer = post("/v1/ask", {"question": UNANSWERED, "conversation_id": talk})["response"]
    found["search"] = post("/v1/search", {"question": QUESTION, "limit": 1})
    found["quote"] = post("/v1/quote", {"quote": "a mistake at night may cost a ship"})
    said = {"verdict": "right", "answer_id": answer["id"], "comment": "She does not write about them."}
    found["give_feedback"] = post("/v1/feedback", said)
    message = {"role": "user", "content": QUESTION}
    found["complete_chat"] = post("/v1/chat/completions", {"model": "byline-fast", "messages": [message]})
    for operation, path in _GET.items():
        response = client.get(path_example(path))
        assert response.is_success, response.text
        found[operation] = {"response": _short(response.json()) if operation in _SHORTENED else response.json()}
    people = client.get("/v1/people").json()["people"]
    (harker,) = (person for person in people if person["id"] == PATH_PARAMETERS["person_id"][1])
    found["list_people"] = {"response": _short({"people": [harker]})}
    found["read_conversation"] = {"response": client.get(f"/v1/conversations/{talk}").json()}
    problems: dict[str, dict[str, Any]] = {}
    for operation, status, refused in _refused(client):
        assert refused.status_code == status, refused.text
        problems.setdefault(operation, {})[str(status)] = refused.json()
    again = DOCUMENT.replace("a ship", "two ships")
    found["replace_document"] = {
        "request": again,
        "response": client.put("/v1/documents/essays-on-lamps", content=again.encode()).json(),
    }
    found["delete_document"] = {"response": client.delete("/v1/documents/essays-on-lamps").json()}
    Keys(service.home).create("contract", [Scope.INGEST])
    problems[EVERY_OPERATION]["401"] = client.get("/v1/volumes").json()
    for operation, refusals in problems.items():
        found.setdefault(operation, {})["problems"] = refusals
    return found


def _refused(client: httpx.Client) -> Iterator[tuple[str, int, httpx.Response]]:
    """Operation, status and response of requests that are refused for what they ask."""
    for operation, path, unusable, nowhere in _BODIES:
        yield operation, 400, client.post(path, content='{"question": ', headers=_JSON)
        yield operation, 413, client.post(path, content=_LARGE, headers=_JSON)
        yield operation, 422, client.post(path, json=unusable)
        if nowhere:
            yield operation, 404, client.post(path, json=nowhere)
    chat = {"model": "byline", "messages": [{"role": "user", "content": QUESTION}]}
    yield "complete_chat", 400, client.post("/v1/chat/completions", json=chat | {"n": 2})
    yield "complete_chat", 404, client.post("/v1/chat/completions", json=chat | {"model": "no-such-model"})
    yield "complete_chat", 413, client.post("/v1/chat/completions", content=_LARGE, headers=_JSON)
    for operation, method, path in _NOWHERE:
        yield operation, 404, client.request(method, path, content=b"a" if method == "PUT" else None)
    yield "resolve_citation", 422, client.get("/v1/citations/no-address")
    for listed in ("feedback", "conversations", "jobs"):
        yield f"list_{listed}", 422, client.get(f"/v1/{listed}", params={"limit": 0})
    for operation, method, path, digest in (
        ("send_document", "POST", "/v1/documents?filename=lamps.md", "/v1/documents?filename=lamps.md&id=adcs-blog"),
        ("replace_document", "PUT", "/v1/documents/essays-on-lamps", "/v1/documents/adcs-blog"),
    ):
        yield operation, 409, client.request(method, digest, content=b"a")
        yield operation, 413, client.request(method, path, content=_LARGE)
        yield operation, 415, client.request(method, path, files={"file": b"a"})
        yield operation, 422, client.request(method, path)
    yield "delete_document", 409, client.delete("/v1/documents/adcs-blog")
    yield EVERY_OPERATION, 421, client.get("/v1/volumes", headers={"Host": "byline.example"})


def _short(value: Any) -> Any:
    """A response in which lists hold no more than an example needs."""
    if isinstance(value, dict):
        return {name: _short(part) for name, part in value.items()}
    return [_short(part) for part in value[:LONGEST_LIST]] if isinstance(value, list) else value


def main() -> None:
    """Write the examples."""
    with tempfile.TemporaryDirectory() as folder, Service(copied(Path(folder))) as service:
        found = asked(service)
    EXAMPLES.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
