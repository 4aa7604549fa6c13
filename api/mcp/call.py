"""One call of a tool: its arguments checked, its turn taken, its stages told, its work stopped when nobody waits.

In: a tool, arguments and the context of the call. Out: a result. What goes wrong is a result too, which says in a
sentence what to do: a language model can read it and try again.
"""

import asyncio
import logging
import math
import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

from anyio import create_memory_object_stream, create_task_group, to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.session import ServerSession
from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, ValidationError

from api.mcp.desk import Context, Desk, FindDesk
from api.mcp.tools import Tool
from api.problems import FAULT, faults_in_words
from api.waiting import while_watched
from index.errors import BylineError
from rag.errors import TooMuch
from rag.watch import Stage, Watch

_log = logging.getLogger(__name__)
_ROUTE = re.compile(r"(?:GET )?/v1/(people|volumes)")


async def call(
    tool: Tool[Any, Any], arguments: dict[str, Any], context: Context, find_desk: FindDesk
) -> CallToolResult:
    """Call a tool; raises nothing but what cancels it."""
    try:
        asked = tool.asks.model_validate(arguments)
        desk = await find_desk(context)
        given = await _told(context.session, partial(_worked, tool, asked, desk))
        return CallToolResult(
            content=[TextContent(text=tool.text(given))], structured_content=given.model_dump(mode="json")
        )
    except ValidationError as error:
        return _failed(f"{faults_in_words(error.errors())}. Correct this and call `{tool.name}` again.")
    except BylineError as error:
        return _failed(sentence_of(error))
    except Exception:
        _log.exception("a call of the tool %s failed", tool.name)
        return _failed(FAULT)


def sentence_of(error: BylineError) -> str:
    """What an error says, in the words of tools instead of routes."""
    sentence = _ROUTE.sub(r"`\1`", str(error))
    if isinstance(error, TooMuch) and error.retry_after:
        sentence += f" (Retry-After: {max(1, math.ceil(error.retry_after))} s)"
    return sentence


def _failed(sentence: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=sentence)], is_error=True)


async def _worked(tool: Tool[Any, Any], asked: BaseModel, desk: Desk, watch: Watch) -> BaseModel:
    async def work() -> BaseModel:
        limiter = desk.limiter if tool.is_work else None
        return await to_thread.run_sync(tool.run, desk.engine, asked, limiter=limiter)

    with desk.turn() if tool.is_work else nullcontext():
        return await while_watched(watch, desk.gone, work)


async def _told(session: ServerSession, work: "Callable[[Watch], Any]") -> BaseModel:
    """What the work brings, while its stages are told to whoever asked to be told."""
    telling, told = create_memory_object_stream[Stage](math.inf)
    result: list[BaseModel] = []
    failure: Exception | None = None
    async with create_task_group() as tasks:
        tasks.start_soon(_report, session, told)
        with telling:
            try:
                result.append(await work(_Telling(telling)))
            except Exception as error:
                failure = error
    if failure is not None:
        raise failure
    return result[0]


async def _report(session: ServerSession, told: MemoryObjectReceiveStream[Stage]) -> None:
    number = 0
    with told:
        async for stage in told:
            number += 1
            await session.report_progress(number, message=stage)


class _Telling(Watch):
    """A watch, called in the engine's thread, that puts the stages into a stream of the event loop."""

    def __init__(self, telling: MemoryObjectSendStream[Stage]) -> None:
        super().__init__()
        self._telling = telling
        self._loop = asyncio.get_running_loop()
        self._last: Stage | None = None

    def reach(self, stage: Stage) -> None:
        """Tell of a stage, once where it follows on itself."""
        super().reach(stage)
        if stage != self._last:
            self._loop.call_soon_threadsafe(self._telling.send_nowait, stage)
        self._last = stage
