"""Connections to a language model: one for each request, so that none is in another's way."""

import gc
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

import httpx
import pytest

from rag.llm.bounded import bounded_client
from tests.rag.lies import endpoint as does
from tests.rag.lies.endpoint import Endpoint

_WORDS = {"messages": [{"role": "user", "content": "?"}], "stream": True}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as started:
        yield started


def test_a_response_that_the_garbage_collector_closes_holds_nobody_up(endpoint: Endpoint) -> None:
    """It may be met while the next request holds the lock of its connections: here it always is."""
    client = bounded_client(5.0)
    _leave_unread(client, endpoint)
    collected: list[str] = []
    asking = threading.Thread(target=_ask_while_collecting, args=(client, endpoint, collected), daemon=True)
    asking.start()
    asking.join(10.0)
    assert collected == ["in the lock", "Twelve"]
    client.close()


def test_a_response_left_unread_leaves_no_connection_open(endpoint: Endpoint) -> None:
    with bounded_client(5.0) as client:
        _leave_unread(client, endpoint)
        gc.collect()  # a socket that is still open is a ResourceWarning, and those are errors here


def test_nobody_listening_is_an_error_of_the_connection() -> None:
    with bounded_client(5.0) as client, pytest.raises(httpx.ConnectError):
        client.post("http://127.0.0.1:9/", json=_WORDS)


def _leave_unread(client: httpx.Client, endpoint: Endpoint) -> None:
    """Begin to read a response, and leave it in a circle, as an exception and its frame are one."""

    def pieces() -> Iterator[bytes]:
        response = client.send(_request(client, endpoint), stream=True)
        try:
            yield from response.iter_raw()
        finally:
            response.close()

    endpoint.says("Twelve.", does.drip)
    gc.disable()
    reading = pieces()
    next(reading)
    circle: list[Any] = [reading]
    circle.append(circle)


def _ask_while_collecting(client: httpx.Client, endpoint: Endpoint, collected: list[str]) -> None:
    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_name == "_assign_requests_to_connections" and not collected:
            collected.append("in the lock")
            gc.enable()
            gc.collect()

    endpoint.says("Twelve.")
    sys.settrace(trace)
    try:
        text = client.send(_request(client, endpoint)).text
    finally:
        sys.settrace(None)
        gc.enable()
    collected.append("Twelve" if "Twelve" in text else text)


def _request(client: httpx.Client, endpoint: Endpoint) -> httpx.Request:
    return client.build_request("POST", f"{endpoint.url}/v1/chat/completions", json=_WORDS)
