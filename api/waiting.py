"""Working for a client for as long as it waits.

In: a request and the work that answers it. Out: what the work brings. Where the client goes away the work's watch is
cancelled: what waits for its turn gives it up at once, and what runs in a thread stops at the engine's next step.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import create_task_group
from fastapi import Request
from starlette.types import Receive

from api.tracing import StageWatch
from rag.errors import Cancelled
from rag.watch import Watch, watched_by

T = TypeVar("T")


async def while_waiting(request: Request, work: Callable[[], Awaitable[T]]) -> T:
    """What the work brings; to be called when the request's body has been read.

    Raises:
        Cancelled: the client went away.
        Exception: whatever the work raises.
    """
    return await while_watched(StageWatch(), lambda: until_gone(request.receive), work)


async def while_watched(watch: Watch, gone: Callable[[], Awaitable[None]], work: Callable[[], Awaitable[T]]) -> T:
    """What the work brings under a watch, which is cancelled when `gone` returns or this call itself is cancelled.

    Raises:
        Cancelled: the client went away.
        Exception: whatever the work raises.
    """
    brought: list[T] = []
    failure: Exception = Cancelled("The client went away before it was answered, and the work was stopped.")
    async with create_task_group() as tasks:

        async def stop_with_client() -> None:
            try:
                await gone()
            finally:
                watch.cancel()
            tasks.cancel_scope.cancel()

        tasks.start_soon(stop_with_client)
        try:
            with watched_by(watch):
                brought.append(await work())
        except Exception as error:
            failure = error
        tasks.cancel_scope.cancel()
    if not brought:
        raise failure
    return brought[0]


async def until_gone(receive: Receive) -> None:
    """Return when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
