"""A service goes on with the index that is published while it answers, and loses no request by it."""

import gc
import shutil
import threading
import time
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.limits import ASKS_AT_ONCE
from api.opening import Opening
from api.serve import listen
from index.build import build_index
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import RERANK_OFF, Settings
from rag.engine import Engine
from tests.conftest import SilentProgress
from tests.index.collection import FOG, LAMPS, Collection, make_collection, piece

QUESTION = {"question": "what does Thorne say about the stove in every tower?"}


@pytest.fixture
def collection(tmp_path: Path, digest_settings: Settings) -> Collection:
    made = make_collection(tmp_path / "collection", ensure_export(digest_settings.home, DEFAULT_MODEL).parent)
    build_index(made.settings, SilentProgress())
    return made


def _publish(collection: Collection, number: int) -> None:
    """Another index, in which Thorne writes under another title."""
    collection.put_digest(
        piece(f"Lamps in winter {number}", "**Ada Thorne**, head keeper", LAMPS),
        piece("The bell", "**Benedict Okafor**, harbour master", FOG),
    )
    build_index(collection.settings, SilentProgress())


class Serving:
    """A service over a collection, which follows its index."""

    def __init__(self, collection: Collection) -> None:
        settings = collection.settings.model_copy(update={"rerank": RERANK_OFF})
        self.opening = Opening(lambda: Engine.open(settings), follows=settings.home)
        self._listener = listen("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(create_app(self.opening), lifespan="on", log_level="critical"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})

    def __enter__(self) -> "Serving":
        self._thread.start()
        self.wait_for("gen-1")
        return self

    def __exit__(self, *error: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def wait_for(self, generation: str) -> None:
        end = time.monotonic() + 60
        while httpx.get(f"{self.address}/readyz").json().get("generation") != generation:
            assert time.monotonic() < end, f"{generation} is never served"
            time.sleep(0.05)


def test_a_new_index_is_served_and_no_request_fails(collection: Collection) -> None:
    stop, seen, failures = threading.Event(), list[str](), list[str]()

    def ask(address: str) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            while not stop.is_set():
                response = client.post("/v1/ask", json=QUESTION)
                if response.status_code != 200:
                    failures.append(response.text)
                    return
                titles = {citation["section"] for citation in response.json()["citations"]}
                if len(titles) != 1:
                    failures.append(f"an answer of {titles}")
                seen.extend(titles)

    with Serving(collection) as serving:
        clients = [threading.Thread(target=ask, args=[serving.address]) for _ in range(ASKS_AT_ONCE)]
        for client in clients:
            client.start()
        for number in (2, 3, 4):
            _publish(collection, number)
            serving.wait_for(f"gen-{number}")
            time.sleep(0.3)
        stop.set()
        for client in clients:
            client.join()
        assert serving.opening.switches == 3
    assert failures == []
    assert set(seen) == {"Lamps in winter", *(f"Lamps in winter {number}" for number in (2, 3, 4))}


def test_an_index_that_cannot_be_opened_leaves_the_one_before_it(collection: Collection) -> None:
    with Serving(collection) as serving:
        (collection.home / "CURRENT").write_text("gen-9 " + "0" * 64 + "\n")
        time.sleep(2.5)
        assert httpx.post(f"{serving.address}/v1/ask", json=QUESTION).json()["status"] == "answered"
        assert httpx.get(f"{serving.address}/readyz").json()["generation"] == "gen-1"
        shutil.rmtree(collection.home / "gen-1")
        assert httpx.post(f"{serving.address}/v1/ask", json=QUESTION).json()["status"] == "answered"


def test_models_are_shared_with_the_engine_before(collection: Collection) -> None:
    with Serving(collection) as serving:
        first = serving.opening.engine()
        _publish(collection, 2)
        serving.wait_for("gen-2")
        second = serving.opening.engine()
        assert second is not first
        assert second.embedder is first.embedder
        assert second.reranker is first.reranker


def test_what_a_service_opened_is_garbage_when_it_ends(collection: Collection) -> None:
    with Serving(collection):
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
