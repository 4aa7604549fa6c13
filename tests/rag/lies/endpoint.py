"""A language model's endpoint on loopback that answers what a test wrote: a real server, which reads the real prompt.

It speaks the protocols of OpenAI, Ollama and Anthropic, streaming. `<<some words>>` in an answer becomes the number of
the source that holds these words, as the prompt numbers it.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Behaviour = Callable[["Handler"], None]


class Endpoint:
    """The server; `with` starts and stops it."""

    def __init__(self) -> None:
        self.answer = ""
        self.behaviour: Behaviour | None = None
        self.asked: list[dict[str, Any]] = []
        self.done = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.endpoint = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.done.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def says(self, answer: str, behaviour: Behaviour | None = None) -> None:
        """What it answers from now on, or does instead."""
        self.answer, self.behaviour = answer, behaviour

    @property
    def prompt(self) -> str:
        """The last prompt: rules and data."""
        return _prompt(self.asked[-1])


def numbered(answer: str, prompt: str) -> str:
    """The answer with every `<<words>>` as the mark of the source that holds them."""
    sources = dict(re.findall(r"^[0-9a-f]{12} \[(\d+)\] (.*)$", prompt, re.M))

    def mark(match: re.Match[str]) -> str:
        (number,) = [number for number, text in sources.items() if match.group(1) in text]
        return f"[{number}]"

    return re.sub(r"<<(.+?)>>", mark, answer)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that was asked."""
        found = self.server.endpoint  # type: ignore[attr-defined]
        assert isinstance(found, Endpoint)
        return found

    def do_POST(self) -> None:
        """Answer in the protocol of the path."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.endpoint.asked.append({**asked, "path": self.path, "authorization": self.headers.get("authorization")})
        try:
            if self.endpoint.behaviour:
                self.endpoint.behaviour(self)
            else:
                self.tell(numbered(self.endpoint.answer, _prompt(asked)))
        except (BrokenPipeError, ConnectionResetError):
            return

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        """Send the head of a response."""
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, data: str | bytes) -> None:
        """Send some of the body at once."""
        self.wfile.write(data.encode() if isinstance(data, str) else data)
        self.wfile.flush()

    def tell(self, answer: str, ends: bool = True) -> None:
        """Stream an answer, a few letters at a time; without its end where the stream is to break off."""
        if self.path.endswith("/api/chat"):
            self.begin(kind="application/x-ndjson")
        else:
            self.begin()
        events = {"/api/chat": _ollama, "/v1/messages": _anthropic}.get(self.path, _openai)
        for event in events(answer, ends):
            self.send(event)


def _pieces(answer: str) -> list[str]:
    return re.findall(r".{1,7}", answer, re.S)


def _openai(answer: str, ends: bool) -> Iterator[str]:
    def event(delta: dict[str, str], reason: str | None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        body = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return f"data: {json.dumps(body)}\n\n"

    yield event({"role": "assistant", "content": ""}, None)
    for piece in _pieces(answer):
        yield event({"content": piece}, None)
    if ends:
        yield event({}, "stop")
        yield "data: [DONE]\n\n"


def _ollama(answer: str, ends: bool) -> Iterator[str]:
    for piece in _pieces(answer):
        yield json.dumps({"model": "m", "message": {"role": "assistant", "content": piece}, "done": False}) + "\n"
    if ends:
        last = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
        yield json.dumps(last) + "\n"


def _anthropic(answer: str, ends: bool) -> Iterator[str]:
    def event(kind: str, **body: object) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **body})}\n\n"

    message: dict[str, Any] = {
        "id": "1", "type": "message", "role": "assistant", "content": [], "model": "m", "stop_reason": None,
        "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip
    yield event("message_start", message=message)
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for piece in _pieces(answer):
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    if ends:
        yield event("content_block_stop", index=0)
        stop = {"stop_reason": "end_turn", "stop_sequence": None}
        yield event("message_delta", delta=stop, usage={"output_tokens": 9})
        yield event("message_stop")


def _prompt(asked: dict[str, Any]) -> str:
    """All that was sent to be read, whichever protocol wraps it."""
    texts = [asked.get("system", ""), *(message["content"] for message in asked["messages"])]
    return "\n".join(text if isinstance(text, str) else "".join(part["text"] for part in text) for text in texts)


def hang(handler: Handler) -> None:
    """Take the request and say nothing."""
    handler.endpoint.done.wait(30)


def drip(handler: Handler) -> None:
    """Send comments of the event stream, one after the other, and never an event."""
    handler.begin()
    while not handler.endpoint.done.wait(0.05):
        handler.send(": wait\n\n")


def babble(handler: Handler) -> None:
    """Tell one sentence after the other and never end."""
    handler.begin()
    for event in _openai("The keepers are many and the night is long. " * 10**5, ends=False):
        handler.send(event)


def flood(handler: Handler) -> None:
    """Send bytes without a line's end until nobody takes them."""
    handler.begin()
    while not handler.endpoint.done.is_set():
        handler.send(b"data: " + b"x" * 65536)


def garbage(handler: Handler) -> None:
    """Send bytes that are no text."""
    handler.begin()
    handler.send(bytes(range(256)) * 40)


def broken_json(handler: Handler) -> None:
    """Send events whose data is no JSON."""
    handler.begin()
    for _ in range(20):
        handler.send('data: {"choices": [{"delta": {"content": "Kee\n\n')


def wrong_shape(handler: Handler) -> None:
    """Send JSON that means nothing."""
    handler.begin()
    handler.send('data: {"choices": "many"}\n\ndata: [1, 2]\n\ndata: null\n\ndata: [DONE]\n\n')


def html(handler: Handler) -> None:
    """Answer with a web page, as a proxy does."""
    handler.begin(kind="text/html")
    handler.send("<html><body><h1>Welcome</h1></body></html>")


def close(handler: Handler) -> None:
    """Close without a word."""
    handler.connection.close()


def no_words(handler: Handler) -> None:
    """End at once."""
    handler.tell("")


def cut(handler: Handler) -> None:
    """Break off after a true sentence."""
    answer = numbered(handler.endpoint.answer, _prompt(handler.endpoint.asked[-1]))
    handler.tell(answer, ends=False)


def error_event(handler: Handler) -> None:
    """Report an error in the middle of the stream."""
    handler.begin()
    handler.send('data: {"error": {"message": "out of memory", "type": "server_error", "code": 500}}\n\n')


def status(code: int) -> Behaviour:
    """Answer with an error status."""

    def answer(handler: Handler) -> None:
        handler.begin(code, "application/json", **({"location": "http://127.0.0.1:9/"} if code == 307 else {}))
        handler.send(json.dumps({"error": {"message": "no", "type": "x", "code": str(code)}}))

    return answer


def late(handler: Handler) -> None:
    """Tell something true, then wait for ever."""
    handler.tell(numbered(handler.endpoint.answer, _prompt(handler.endpoint.asked[-1])), ends=False)
    while not handler.endpoint.done.wait(0.05):
        time.sleep(0.05)
