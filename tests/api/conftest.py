"""A real server on a free port, for every test that speaks HTTP."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from threading import Thread

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.opening import Opening
from api.serve import listen
from index.settings import Settings
from rag.engine import Engine

Served = Callable[..., AbstractContextManager[httpx.Client]]


def wait_until_ready(client: httpx.Client) -> None:
    """Return when the engine behind `client` is open, within a minute."""
    end = time.monotonic() + 60
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < end, "the engine does not open"
        time.sleep(0.01)


@contextmanager
def _served(open_engine: Callable[[], Engine], settings: Settings | None = None) -> Iterator[httpx.Client]:
    with closing(listen("127.0.0.1", 0)) as listener:
        app = create_app(Opening(open_engine), settings)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_level="critical", timeout_graceful_shutdown=30))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(90)
            assert not thread.is_alive(), "the server does not stop"


@pytest.fixture(scope="session")
def served() -> Served:
    """Serve whatever engine the given function opens, guarded where settings are given, and speak to it."""
    return _served


@pytest.fixture(scope="session")
def client(engine: Engine) -> Iterator[httpx.Client]:
    """Speak to a server that answers from the real engine."""
    with _served(lambda: engine) as client:
        wait_until_ready(client)
        yield client
