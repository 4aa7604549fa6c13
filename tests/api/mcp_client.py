"""Speaking MCP as its users do: with the official client, within a minute."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any, TypeVar

import anyio
import httpx2
from anyio import CapacityLimiter
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server
from mcp.types import CallToolResult, TextContent

from api.mcp.desk import Context, Desk
from api.mcp.server import mcp_server
from rag.engine import Engine

T = TypeVar("T")
Talk = Callable[[Client], Awaitable[T]]
MODES = ("auto", "legacy")
"""The newest protocol, and the one before it with a handshake and sessions."""
WITHIN_S = 60


def server_over(engine: Engine) -> Server[Any]:
    """The server over an engine, without a wire; nobody takes turns, and nobody goes away but by cancelling."""

    async def find_desk(context: Context) -> Desk:
        return Desk(engine, CapacityLimiter(2), nullcontext, anyio.sleep_forever)

    return mcp_server(find_desk)


def talk(target: Any, said: Talk[T], mode: str = "auto") -> T:
    """What somebody brings home who speaks to a server, an address or a transport."""

    async def run() -> T:
        with anyio.fail_after(WITHIN_S):
            return await _said(target, said, mode)

    return anyio.run(run)


async def _said(target: Any, said: Talk[T], mode: str) -> T:
    """Say it; what it raises leaves the client's task groups as itself and not in groups."""
    try:
        async with Client(target, mode=mode) as client:
            return await said(client)
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            (error,) = error.exceptions
        raise error from None


def talk_over_http(url: str, said: Talk[T], headers: dict[str, str] | None = None, mode: str = "auto") -> T:
    """The same with headers of one's own."""

    async def run() -> T:
        with anyio.fail_after(WITHIN_S):
            async with httpx2.AsyncClient(headers=headers, timeout=WITHIN_S) as http:
                return await _said(streamable_http_client(url, http_client=http), said, mode)

    return anyio.run(run)


def calling(name: str, arguments: dict[str, Any] | None = None) -> Talk[CallToolResult]:
    """Call one tool."""
    return lambda client: client.call_tool(name, arguments)


def text_of(result: CallToolResult) -> str:
    """The text of a result, which is all its content."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text
