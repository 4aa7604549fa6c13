"""`byline mcp`: one client on standard input and output, which sees everything that this machine holds.

In: settings. Out: messages of MCP on standard output and nothing else there; logs go to standard error.
"""

import signal
from functools import partial
from threading import Event

import anyio
from anyio import CapacityLimiter, to_thread
from mcp.server.stdio import stdio_server

from api.limits import ASKS_AT_ONCE, Queue, turn
from api.logs import log_as_json, log_question
from api.mcp.desk import Context, Desk
from api.mcp.server import mcp_server
from api.opening import Opening
from index.settings import Settings
from rag.engine import Engine


def serve_stdio(settings: Settings) -> None:
    """Answer until standard input ends, or a signal; a newer index is used as soon as it is published.

    Raises:
        SnapshotError: there is no index to answer from, or it cannot be used.
    """
    if settings.log == "json":
        log_as_json()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a thread waits for standard input, and no exception would reach it
    engine = Engine.open(settings)
    opened = Event()
    opening = Opening(lambda: engine, opened.set, follows=settings.home)
    if settings.log_questions:
        opening.observe(log_question)
    opening.start()
    try:
        anyio.run(_serve, settings, opening, opened)
    finally:
        opening.stop()


async def _serve(settings: Settings, opening: Opening, opened: Event) -> None:
    at_once = settings.asks_at_once or ASKS_AT_ONCE
    queue = Queue(at_once, settings.queue, settings.queue_steady)
    limiter = CapacityLimiter(at_once)

    async def find_desk(context: Context) -> Desk:
        await to_thread.run_sync(opened.wait, abandon_on_cancel=True)
        take_turn = partial(turn, queue, settings.ask_seconds)
        return Desk(opening.engine(), limiter, take_turn, anyio.sleep_forever)

    server = mcp_server(find_desk)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
