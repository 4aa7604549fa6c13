"""Asking a language model and reading its answer as it streams, within a limit of time that holds whatever it does.

In: a model and a prompt. Out: pieces of text. Every way to fail is one error, `LlmFailed`.
"""

import queue
import threading
import time
from collections.abc import Generator
from typing import Any

from rag.errors import LlmFailed
from rag.llm.prompt import Prompt
from rag.llm.provider import Model
from rag.watch import watching

MOST_CHARACTERS = 20_000
"""Of one answer; a model that writes more does not stop by itself."""
_LOOK_UP_S = 0.1


def stream(model: Model, prompt: Prompt, seconds: float) -> Generator[str, None, None]:
    """The answer in pieces.

    Raises:
        LlmFailed: no connection, an error of the endpoint, garbage, a broken stream, too much text or no more time.
    """
    ends = time.monotonic() + seconds
    pieces: queue.Queue[str | Exception | None] = queue.Queue(maxsize=256)
    stopped = threading.Event()
    threading.Thread(target=_ask, args=(model, prompt, pieces, stopped), name="byline-llm", daemon=True).start()
    size = 0
    try:
        while True:
            piece = _next(pieces, ends)
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise LlmFailed(f"the language model failed ({type(piece).__name__})") from piece
            size += len(piece)
            if size > MOST_CHARACTERS:
                raise LlmFailed("the language model did not stop writing")
            yield piece
    finally:
        stopped.set()


def _next(pieces: "queue.Queue[str | Exception | None]", ends: float) -> str | Exception | None:
    """The next piece; looks now and then whether anybody still waits for it."""
    while True:
        watching().check()
        left = max(0.0, ends - time.monotonic())
        try:
            return pieces.get(timeout=min(left, _LOOK_UP_S))
        except queue.Empty as error:
            if left <= _LOOK_UP_S:
                raise LlmFailed("the language model took too long") from error


def _ask(
    model: Model,
    prompt: Prompt,
    pieces: "queue.Queue[str | Exception | None]",
    stopped: threading.Event,
) -> None:
    """Put the pieces into the queue until the answer ends or nobody waits for it."""
    from llama_index.core.llms import ChatMessage, MessageRole

    messages = [
        ChatMessage(role=MessageRole.SYSTEM, content=prompt.system),
        ChatMessage(role=MessageRole.USER, content=prompt.user),
    ]
    try:
        has_ended = False
        for response in model.llm.stream_chat(messages):
            has_ended = has_ended or _says_it_ends(response.raw)
            if response.delta and not _put(pieces, response.delta, stopped):
                return
        _put(pieces, None if has_ended else ConnectionError("the stream broke off"), stopped)
    except Exception as error:
        _put(pieces, error, stopped)


def _put(
    pieces: "queue.Queue[str | Exception | None]", piece: str | Exception | None, stopped: threading.Event
) -> bool:
    while not stopped.is_set():
        try:
            pieces.put(piece, timeout=0.2)
        except queue.Full:
            continue
        return True
    return False


def _says_it_ends(raw: Any) -> bool:
    """Whether an event of the stream says that the answer ends, in the words of whichever protocol."""
    told = raw if isinstance(raw, dict) else vars(raw) if hasattr(raw, "__dict__") else {}
    choices, delta = told.get("choices") or (), told.get("delta")
    return (
        bool(told.get("done"))
        or any(getattr(choice, "finish_reason", None) for choice in choices)
        or bool(getattr(delta, "stop_reason", None))
    )
