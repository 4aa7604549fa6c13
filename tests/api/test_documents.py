"""Documents over HTTP: sent, replaced and deleted while questions are answered; refused where they cannot be read."""

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.ingest.receiving import FOLDER, is_upload, plain_name
from api.keys import Keys, Scope
from api.opening import Opening
from api.serve import listen
from index.build import build_index
from index.catalogue import load_added
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import PACKAGE_ROOT, RERANK_OFF, Settings
from rag.engine import Engine
from tests.api.conftest import wait_until_ready
from tests.api.test_problems import problem
from tests.conftest import SilentProgress
from tests.index.collection import Collection, make_collection
from tests.index.readers.made import archive, encrypted_pdf, pieces_pdf

BELL = {"question": "what does Okafor say about the great bell?"}
ORCHARD = "# Orchard papers\n\n## The late frost\n\nIda Marsh\n\nFrost at apple blossom costs {} crates. {}\n"
ORCHARD_ID = "orchard-papers"
PATIENCE_S = 240


def orchard(crates: str, more: str = "A smudge pot in every fourth row saves half of them.") -> bytes:
    """An invented document; its figure tells one version from another."""
    return ORCHARD.format(crates, more).encode()


class Service:
    """A service over a small collection, which takes documents and follows its index."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        given = {"rerank": RERANK_OFF, "rate": "off", "threads": 1, "upload_mib": 1}
        self.settings = collection.settings.model_copy(update=given)
        self.home = collection.home
        self._listener = listen("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        opening = Opening(lambda: Engine.open(self.settings), follows=self.home)
        config = uvicorn.Config(create_app(opening, self.settings), lifespan="on", log_level="critical")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)
        self.client = httpx.Client(base_url=self.address, timeout=PATIENCE_S)

    def __enter__(self) -> "Service":
        self._thread.start()
        wait_until_ready(self.client)
        return self

    def __exit__(self, *error: object) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        self._listener.close()
        self.client.close()
        assert not self._thread.is_alive()

    def send(self, data: bytes, filename: str = "orchard.md", **said: Any) -> httpx.Response:
        return self.client.post("/v1/documents", params={"filename": filename} | said, content=data)

    def ended(self, taken: httpx.Response) -> dict[str, Any]:
        """The job that a request was answered with, when it has ended."""
        assert taken.status_code == 202, taken.text
        end, before = time.monotonic() + PATIENCE_S, -1.0
        while True:
            job: dict[str, Any] = self.client.get(taken.headers["location"]).json()
            assert job["progress"] >= before
            before = job["progress"]
            if job["state"] in ("done", "failed"):
                return job
            assert time.monotonic() < end, job
            time.sleep(0.05)

    def done(self, taken: httpx.Response) -> dict[str, Any]:
        job = self.ended(taken)
        assert (job["state"], job["progress"], job["problem"]) == ("done", 1.0, None), job
        return job

    def volumes(self) -> list[str]:
        return [volume["id"] for volume in self.client.get("/v1/volumes").json()["volumes"]]

    def files(self) -> list[str]:
        """The names of all files that were kept."""
        return sorted(path.name for path in (self.home / FOLDER).rglob("*") if path.is_file())


def collection_in(folder: Path, digest_settings: Settings) -> Collection:
    made = make_collection(folder / "collection", ensure_export(digest_settings.home, DEFAULT_MODEL).parent)
    build_index(made.settings, SilentProgress())
    return made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, digest_settings: Settings) -> Iterator[Service]:
    with Service(collection_in(tmp_path_factory.mktemp("documents"), digest_settings)) as service:
        yield service


@pytest.fixture
def service(shared: Service) -> Iterator[Service]:
    """One service for many tests; what one leaves there does not meet the next."""
    yield shared
    for document in shared.client.get("/v1/documents").json()["documents"]:
        shared.ended(shared.client.delete(f"/v1/documents/{document['id']}"))


@pytest.fixture
def collection(tmp_path: Path, digest_settings: Settings) -> Collection:
    return collection_in(tmp_path, digest_settings)


ASKED = {"question": "how many crates does frost at apple blossom cost?"}
CHATTED = {"model": "byline-fast", "messages": [{"role": "user", "content": ASKED["question"]}]}


class Askers:
    """Two clients who ask five times a second each, as long as the block lasts."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=[number]) for number in range(2)]
        self.failures: list[str] = []
        self.figures: list[tuple[float, str]] = []
        """When an answer was asked for, and what it cited of the document."""
        self.generations: set[str] = set()

    def __enter__(self) -> "Askers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self._address, timeout=PATIENCE_S) as client:
            due = time.monotonic() + number * 0.1
            while not self._stop.is_set():
                time.sleep(max(0.0, due - time.monotonic()))
                due += 0.2
                path, body = (("/v1/ask", ASKED), ("/v1/chat/completions", CHATTED))[number]
                began = time.monotonic()
                answered = client.post(path, json=body)
                if answered.status_code != 200:
                    self.failures.append(answered.text)
                elif number:
                    self.generations.add(answered.json()["system_fingerprint"])
                else:
                    self.figures.append((began, _figures(answered.json()["citations"])))

    def told(self, after: float, before: float) -> set[str]:
        """What was cited in answers that were asked for between two moments."""
        return {figure for began, figure in self.figures if after < began < before}


def _figures(citations: list[dict[str, Any]]) -> str:
    words = {word for cited in citations if cited["volume_id"] == ORCHARD_ID for word in cited["quote"].split()}
    return " and ".join(sorted(words & {"forty", "ninety"}))


def test_a_document_is_sent_replaced_and_deleted_and_no_request_fails(service: Service) -> None:
    published = [service.client.get("/readyz").json()["generation"]]
    changes: list[tuple[str, Callable[[], httpx.Response]]] = [
        ("forty", lambda: service.send(orchard("forty"))),
        ("ninety", lambda: service.client.put(f"/v1/documents/{ORCHARD_ID}", content=orchard("ninety"))),
        ("", lambda: service.client.delete(f"/v1/documents/{ORCHARD_ID}")),
    ]
    with Askers(service.address) as askers:
        for figure, change in changes:
            published.append(service.done(change())["generation"])
            assert service.client.get("/readyz").json()["generation"] == published[-1]
            done = time.monotonic()
            time.sleep(1.5)
            assert askers.told(done, time.monotonic()) == {figure}
    assert askers.failures == []
    assert askers.told(0, time.monotonic()) == {"", "forty", "ninety"}
    assert len(set(published)) == 4
    assert askers.generations <= set(published)
    assert len(askers.generations) > 1
    assert service.files() == []


def test_changes_are_made_in_the_order_in_which_they_came(service: Service) -> None:
    sent = service.send(pieces_pdf(), "../../Harbour papers.PDF", id="harbour", year=2020, editors=["A. B.", "C. D."])
    job = sent.json()
    assert (sent.status_code, job["action"], job["volume_id"]) == (202, "add", "harbour")
    assert sent.headers["location"] == f"/v1/jobs/{job['id']}"
    (document,) = service.client.get("/v1/documents").json()["documents"]
    assert document == service.client.get("/v1/documents/harbour").json()
    assert (document["state"], document["job"], document["filename"]) == ("adding", job["id"], "Harbour papers.pdf")
    named = {"publisher": "The Quay", "byline": "before"}
    replaced = service.client.put("/v1/documents/harbour", params=named, content=pieces_pdf())
    assert replaced.status_code == 202, replaced.text
    service.done(sent)
    answer = service.client.post("/v1/ask", json=BELL).json()
    cited = [citation for citation in answer["citations"] if citation["volume_id"] == "harbour"]
    assert {(citation["file"], citation["page"]) for citation in cited} == {("Harbour papers.pdf", "2")}
    service.done(replaced)
    document = service.client.get("/v1/documents/harbour").json()
    assert (document["state"], document["job"], document["size"]) == ("indexed", None, len(pieces_pdf()))
    assert (document["publisher"], document["year"], document["editors"]) == ("The Quay", 2020, ["A. B.", "C. D."])
    assert service.files() == ["Harbour papers.pdf"]
    deleted = service.client.delete("/v1/documents/harbour")
    document = service.client.get("/v1/documents/harbour").json()
    assert (document["state"], document["job"]) == ("removing", deleted.json()["id"])
    assert service.client.delete("/v1/documents/harbour").status_code == 404
    service.done(deleted)
    assert service.client.get("/v1/documents/harbour").status_code == 404
    jobs = service.client.get("/v1/jobs", params={"limit": 3}).json()["jobs"]
    assert [job["action"] for job in jobs] == ["remove", "replace", "add"]
    assert service.client.get("/v1/jobs", params={"state": "failed"}).json()["jobs"] == []


def test_a_file_that_is_going_to_be_removed_is_not_taken_yet(service: Service) -> None:
    service.done(service.send(orchard("sixty"), id="leaving"))
    with FileLock(service.home / "index.lock"):
        removal = service.client.delete("/v1/documents/leaving")
        assert removal.status_code == 202
        assert "already" in problem(service.send(orchard("sixty"), id="coming"), 409)["detail"]
    service.done(removal)
    service.done(service.send(orchard("sixty"), id="coming"))


def test_a_second_service_over_the_same_home_takes_documents_too(service: Service) -> None:
    with Service(service.collection) as second:
        sent = second.send(orchard("forty"), title="Frost", id=ORCHARD_ID)
        assert service.done(sent)["doubts"] == second.client.get(sent.headers["location"]).json()["doubts"]
        known = {"id": ORCHARD_ID}
        assert "PUT" in problem(service.send(orchard("ninety"), **known), 409)["detail"]
        assert ORCHARD_ID in problem(service.send(orchard("forty"), id="other"), 409)["detail"]
        assert "no file" not in problem(service.send(orchard("two"), id="harbour-papers"), 409)["detail"]
        assert service.files() == ["orchard.md"]
        service.done(second.client.delete(f"/v1/documents/{ORCHARD_ID}"))


def test_of_two_who_send_at_once_under_one_id_one_is_taken(service: Service) -> None:
    statuses = []

    def send(crates: str) -> None:
        statuses.append(service.send(orchard(crates)).status_code)

    threads = [threading.Thread(target=send, args=[crates]) for crates in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [202, 409, 409]
    service.done(service.client.delete(f"/v1/documents/{ORCHARD_ID}"))
    assert service.files() == []


@pytest.mark.parametrize(
    ("name", "data", "status", "kind"),
    [
        ("a.md", b"", 422, "empty-text"),
        ("a.md", b" \n ", 422, "empty-text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00", 415, "binary-text"),
        ("a.docx", archive(("a.txt", "no document")), 415, "unreadable-format"),
        ("a.pdf", encrypted_pdf("secret", "more"), 422, "encrypted-text"),
        ("a.md", b"a" * (2**20 + 1), 413, "oversized-text"),
    ],
)
def test_what_cannot_be_read_is_refused_at_once(
    service: Service, name: str, data: bytes, status: int, kind: str
) -> None:
    refused = problem(service.send(data, name), status)
    assert refused["type"] == f"urn:byline:problem:{kind}"
    assert str(service.home) not in refused["detail"]
    assert service.files() == []
    assert service.client.get("/v1/documents").json() == {"documents": []}


def test_a_document_of_unknown_length_is_refused_when_it_grows_too_large(service: Service) -> None:
    def chunks() -> Iterator[bytes]:
        yield from (b"a" * 65_536 for _ in range(17))

    response = service.client.post("/v1/documents", params={"filename": "a.md"}, content=chunks())
    assert "1 MiB" in problem(response, 413)["detail"]
    assert service.files() == []


def test_a_form_is_not_taken_for_a_file(service: Service) -> None:
    sent = service.client.post("/v1/documents", params={"filename": "a.md"}, files={"file": orchard("two")})
    assert problem(sent, 415)["type"] == "urn:byline:problem:form-upload"


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"year": "soon"}, "year"),
        ({"id": "../x"}, "id"),
        ({"title": "a\x00b"}, "title"),
        ({"title": " "}, "title"),
        ({"kind": "sonnet"}, "kind"),
        ({"filename": ""}, "filename"),
    ],
)
def test_what_cannot_be_said_of_a_document_is_named(service: Service, said: dict[str, str], named: str) -> None:
    assert f"{named}`" in problem(service.send(orchard("two"), **said), 422)["detail"]


def test_other_volumes_are_not_changed_over_http(service: Service) -> None:
    for method in ("PUT", "DELETE"):
        refused = problem(service.client.request(method, "/v1/documents/harbour-papers", content=b"a"), 409)
        assert refused["type"] == "urn:byline:problem:not-uploaded"
        unknown = problem(service.client.request(method, "/v1/documents/no-such", content=b"a"), 404)
        assert unknown["type"] == "urn:byline:problem:unknown-document"
    assert problem(service.client.get("/v1/documents/harbour-papers"), 404)
    assert problem(service.client.get("/v1/jobs/no-such"), 404)["type"] == "urn:byline:problem:unknown-job"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_page_of_another_site_changes_nothing(service: Service, method: str) -> None:
    path = "/v1/documents" if method == "POST" else "/v1/documents/no-such"
    for origin in ("https://other.example", "null", "http://127.0.0.1:1"):
        headers = {"Origin": origin, "Content-Type": "text/plain"}
        sent = service.client.request(method, path, params={"filename": "a"}, content=b"a", headers=headers)
        assert problem(sent, 403)["type"] == "urn:byline:problem:foreign-page"
    own = {"Origin": service.address}
    assert service.client.request("DELETE", "/v1/documents/no-such", headers=own).status_code == 404


def test_a_replacement_that_cannot_be_indexed_leaves_the_document_as_it_was(collection: Collection) -> None:
    with Service(collection) as service:
        service.done(service.send(orchard("forty")))
        digest = collection.seeds / "digests" / "harbour-papers.md"
        whole = digest.read_bytes()
        digest.write_bytes(b"\x00")
        job = service.ended(service.client.put(f"/v1/documents/{ORCHARD_ID}", content=orchard("ninety")))
        assert (job["state"], job["problem"]) == ("failed", "urn:byline:problem:binary-text")
        assert "harbour-papers.md" in job["message"]
        digest.write_bytes(whole)
        kept = service.client.get(f"/v1/documents/{ORCHARD_ID}").json()
        assert (kept["state"], kept["size"]) == ("indexed", len(orchard("forty")))
        assert _figures(service.client.post("/v1/ask", json=ASKED).json()["citations"]) == "forty"
        (path,) = (Path(entry.file) for entry in load_added(collection.home))
        assert path.read_bytes() == orchard("forty")
        assert service.files() == [path.name]


def test_a_job_that_a_restart_cuts_off_says_so_and_the_next_ones_are_done(collection: Collection) -> None:
    other = FileLock(collection.home / "index.lock")
    with Service(collection) as service, other:
        cut_off = service.send(orchard("forty"))
        waiting = service.send(orchard("ninety"), title="More orchard papers")
        end = time.monotonic() + PATIENCE_S
        while "another index run" not in service.client.get(cut_off.headers["location"]).json()["message"]:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert service.client.get(waiting.headers["location"]).json()["state"] == "queued"
    with Service(collection) as service:
        job = service.ended(cut_off)
        assert (job["state"], job["problem"]) == ("failed", "urn:byline:problem:job-cut-off")
        assert service.done(waiting)["generation"] == "gen-2"
        assert [found["id"] for found in service.client.get("/v1/jobs").json()["jobs"]] == [
            waiting.json()["id"],
            cut_off.json()["id"],
        ]
        assert service.volumes() == ["harbour-papers", "more-orchard-papers"]
        assert service.files() == ["orchard.md"]


def test_documents_are_for_keys_with_the_scope_ingest(collection: Collection) -> None:
    keys = Keys(collection.home)
    tokens = {scope: keys.create(scope, [scope])[1] for scope in Scope}
    limited = keys.create("limited", [Scope.ASK], ["harbour-papers"])[1]
    reached = {"GET": 200, "POST": 422, "PUT": 404, "DELETE": 404}
    with Service(collection) as service:

        def statuses(token: str, **headers: str) -> dict[str, int]:
            held = {"Authorization": f"Bearer {token}", **headers}
            paths = {"GET": "/v1/jobs", "POST": "/v1/documents?filename=a.md"}
            return {
                method: service.client.request(method, paths.get(method, "/v1/documents/x"), headers=held).status_code
                for method in reached
            }

        assert statuses("none") == dict.fromkeys(reached, 401)
        assert statuses(tokens[Scope.ASK]) == statuses(limited) == dict.fromkeys(reached, 403)
        assert statuses(tokens[Scope.INGEST]) == statuses(tokens[Scope.ADMIN]) == reached
        assert statuses(tokens[Scope.INGEST], Origin="https://other.example") == reached
        with closing(sqlite3.connect(collection.home / "keys.sqlite")) as connection, connection:
            connection.execute("UPDATE keys SET scopes = ? WHERE name = 'limited'", (json.dumps(["ingest"]),))
        assert statuses(limited) == dict.fromkeys(reached, 403)


def test_every_parameter_and_answer_is_described(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    for path in ("/v1/documents", "/v1/documents/{volume_id}", "/v1/jobs", "/v1/jobs/{job_id}"):
        for method, operation in document["paths"][path].items():
            assert operation["description"]
            assert all("description" in said or said["in"] == "path" for said in operation.get("parameters", []))
            if method in ("post", "put", "delete"):
                assert "Location" in operation["responses"]["202"]["headers"]
                assert "403" in operation["responses"]
            assert (method in ("post", "put")) == ("requestBody" in operation)


@given(st.text(max_size=300))
def test_a_name_is_never_a_path(given_name: str) -> None:
    name = plain_name(given_name)
    assert name == Path(name).name
    assert not name.startswith((".", " "))
    assert 0 < len(name.encode("utf-8", "surrogatepass")) <= 255
    assert name.isprintable()


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("Essays 2020.PDF", "Essays 2020.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\texts\\Über Lampen.docx", "Über Lampen.docx"),
        ("..", "document"),
        (".html", "document.html"),
        ("a/", "document"),
    ],
)
def test_a_name_stays_readable(given_name: str, name: str) -> None:
    assert plain_name(given_name) == name


def test_only_documents_may_be_large(service: Service) -> None:
    assert is_upload("POST", "/v1/documents")
    assert is_upload("PUT", "/v1/documents/x")
    assert not is_upload("POST", "/v1/documentsx")
    assert not is_upload("DELETE", "/v1/documents/x")


def test_neither_the_service_nor_the_process_that_reads_for_it_imports_torch() -> None:
    code = "import api.app, api.ingest.process, sys; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE_ROOT)
    assert done.stdout.strip() == "[]"
