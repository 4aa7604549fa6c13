"""Reading server-sent events as a browser does."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Event:
    """An event or a comment as it came, and how many seconds after the request."""

    name: str
    data: Any
    after: float


def read_events(response: httpx.Response, began: float) -> Iterator[Event]:
    """The events of a response, each as soon as it is complete; a comment is an event of the name ``:``."""
    name, data = "message", list[str]()
    for line in response.iter_lines():
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line.startswith(":"):
            yield Event(":", value, time.perf_counter() - began)
        elif not line and data:
            text = "\n".join(data)
            yield Event(name, text if text == "[DONE]" else json.loads(text), time.perf_counter() - began)
            name, data = "message", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)


def events_of(client: httpx.Client, body: dict[str, Any], path: str = "/v1/ask", **headers: str) -> list[Event]:
    """All events that answer a request."""
    began = time.perf_counter()
    with client.stream("POST", path, json=body, headers=headers) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(read_events(response, began))
