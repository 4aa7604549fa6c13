"""What a call over MCP is answered with, whichever way it came.

In: the context of a request, over stdio or HTTP. Out: a `Desk`: the engine that this caller may use, and how it waits.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter
from mcp.server import ServerRequestContext

from rag.engine import Engine

Context = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one call is answered."""

    engine: Engine
    """Sees the volumes that the caller may see, and no other."""
    limiter: CapacityLimiter
    """So many threads work at once."""
    turn: Callable[[], AbstractContextManager[None]]
    """Entered around what is worked out; raises ServiceBusy where too many wait, and sets the time that it may take."""
    gone: Callable[[], Awaitable[None]]
    """Returns when the caller has gone away."""


FindDesk = Callable[[Context], Awaitable[Desk]]
"""Raises a BylineError where there is no desk: the index is being opened, or cannot be."""
