"""A Slack on loopback: a real server that speaks the Web API, response URLs and Socket Mode, as strict as Slack's own.

It grants what docs/slack-manifest.yaml asks for and nothing else, and refuses what Slack refuses: blocks that are too
many or too long, triggers that are used late, response URLs that are used too often.
"""

import asyncio
import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import yaml  # type: ignore[import-untyped]
from aiohttp import WSMsgType, web

from index.settings import PACKAGE_ROOT

BOT, BOT_ID = "U0BYLINE", "B0BYLINE"
TOKEN, APP_TOKEN, SECRET = "xoxb-test", "xapp-test", "8f742231b10e8888abcd99yyyzzz85a5"
MANIFEST = yaml.safe_load((PACKAGE_ROOT / "docs" / "slack-manifest.yaml").read_text("utf-8"))
SCOPES = frozenset(MANIFEST["oauth_config"]["scopes"]["bot"])
_NEEDS = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.replies": "channels:history",
    "auth.test": None,
    "views.open": None,
    "views.publish": None,
    "apps.connections.open": None,
}
_TRIGGER_S = 3.0

Json = dict[str, Any]


class Workspace:
    """The server and all that it was told; `with` starts and stops it."""

    def __init__(self) -> None:
        self.messages: dict[str, dict[str, Json]] = defaultdict(dict)
        self.calls: list[tuple[str, Json]] = []
        self.views: list[Json] = []
        self.homes: dict[str, Json] = {}
        self.responses: dict[str, list[Json]] = defaultdict(list)
        self.limits: dict[str, list[int]] = defaultdict(list)
        """For each method, the Retry-After of the calls that are refused next."""
        self.not_in: set[str] = set()
        """Channels that the bot is no member of."""
        self.frozen: set[str] = set()
        """Channels in which no message can be replaced."""
        self.limited: list[tuple[str, float]] = []
        self.acknowledged: list[str] = []
        self._triggers: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._socket: web.WebSocketResponse | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._address = self._run(self._serve())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def api_url(self) -> str:
        return f"{self._address}/api/"

    def response_url(self) -> str:
        return f"{self._address}/respond/{next(self._numbers)}"

    def trigger(self) -> str:
        name = f"trigger-{next(self._numbers)}"
        self._triggers[name] = time.monotonic()
        return name

    def timestamp(self) -> str:
        """A timestamp as Slack names messages by; each is later than the last."""
        return f"{time.time():.3f}{next(self._numbers) % 1000:03}"

    def says(self, channel: str, text: str, thread: str | None = None, user: str = "U0READER") -> Json:
        """What somebody writes: kept, and as the event tells it."""
        ts = self.timestamp()
        message = {"type": "message", "user": user, "text": text, "ts": ts, "channel": channel}
        message |= {"thread_ts": thread} if thread else {}
        self.messages[channel][ts] = message
        return message

    def replies(self, channel: str, thread: str | None = None) -> list[Json]:
        """Our own messages, of a thread where one is named."""
        own = [message for message in self.messages[channel].values() if message.get("bot_id") == BOT_ID]
        return [message for message in own if thread is None or message.get("thread_ts") == thread]

    def until(self, holds: Callable[[], Any], seconds: float = 90) -> Any:
        """What `holds` gives as soon as it is true; a test fails where that takes too long."""
        end = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < end, "it does not happen"
            time.sleep(0.02)
        return found

    def answered(self, channel: str, thread: str | None = None, count: int = 1, seconds: float = 90) -> list[Json]:
        """Our messages of a place, when there are so many that are no placeholders."""

        def there() -> list[Json]:
            done = [message for message in self.replies(channel, thread) if message.get("blocks")]
            return done if len(done) >= count else []

        return list(self.until(there, seconds))

    def opened(self, count: int = 1) -> list[Json]:
        """The modals, when there are so many."""
        return list(self.until(lambda: self.views if len(self.views) >= count else []))

    def responded(self, url: str, count: int = 1) -> list[Json]:
        """What was said to a response URL, when it is so much."""
        return list(self.until(lambda: self.responses[url] if len(self.responses[url]) >= count else []))

    def push(self, kind: str, payload: Json) -> str:
        """Send something over Socket Mode; its envelope."""
        self.until(lambda: self._socket)
        envelope = f"envelope-{next(self._numbers)}"
        body = json.dumps({"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True})
        assert self._socket is not None
        self._run(self._socket.send_str(body))
        return envelope

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _serve(self) -> str:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._called)
        app.router.add_post("/respond/{name}", self._responded)
        app.router.add_get("/socket", self._connected)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _called(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given: Json = dict(request.query)
        given |= await request.json() if "json" in request.content_type else dict(await request.post())
        for name in ("blocks", "view"):
            if isinstance(given.get(name), str):
                given[name] = json.loads(given[name])
        if self.limits[method]:
            after = self.limits[method].pop(0)
            self.limited.append((method, time.monotonic()))
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(after)}
            )
        self.calls.append((method, given))
        token = APP_TOKEN if method == "apps.connections.open" else TOKEN
        if request.headers.get("Authorization") != f"Bearer {token}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if method not in _NEEDS:
            return web.json_response({"ok": False, "error": "unknown_method"})
        if (scope := _NEEDS[method]) and scope not in SCOPES:
            return web.json_response({"ok": False, "error": "missing_scope"})
        try:
            does: Callable[[Json], Json] = getattr(self, "_" + method.replace(".", "_"))
            return web.json_response({"ok": True, **does(given)})
        except _Refusal as refusal:
            return web.json_response({"ok": False, "error": str(refusal)})

    def _auth_test(self, given: Json) -> Json:
        return {"user_id": BOT, "bot_id": BOT_ID, "team_id": "T0TEAM"}

    def _apps_connections_open(self, given: Json) -> Json:
        return {"url": self._address.replace("http", "ws", 1) + "/socket"}

    def _chat_postMessage(self, given: Json) -> Json:  # noqa: N802
        channel = given["channel"]
        if channel in self.not_in:
            raise _Refusal("not_in_channel")
        _check_blocks(given.get("blocks") or [], 50)
        if given.get("unfurl_links") is not False and given.get("unfurl_links") != "0":
            raise _Refusal("the_tests_want_no_unfurling")
        ts = self.timestamp()
        kept = {"bot_id": BOT_ID, "user": BOT, "ts": ts, **given}
        self.messages[channel][ts] = {name: value for name, value in kept.items() if value is not None}
        return {"ts": ts, "channel": channel}

    def _chat_update(self, given: Json) -> Json:
        if given["channel"] in self.frozen:
            raise _Refusal("edit_window_closed")
        message = self.messages[given["channel"]].get(given["ts"])
        if message is None or message.get("bot_id") != BOT_ID:
            raise _Refusal("message_not_found")
        _check_blocks(given.get("blocks") or [], 50)
        message.update(text=given.get("text", ""), blocks=given.get("blocks") or [])
        return {"ts": given["ts"], "channel": given["channel"]}

    def _conversations_replies(self, given: Json) -> Json:
        thread, latest = given["ts"], given.get("latest", "9")
        found = [m for m in self.messages[given["channel"]].values() if thread in (m["ts"], m.get("thread_ts"))]
        found = [message for message in found if message["ts"] < latest or message["ts"] == thread]
        return {"messages": sorted(found, key=lambda message: str(message["ts"]))[: int(given.get("limit", 100))]}

    def _views_open(self, given: Json) -> Json:
        since = self._triggers.pop(given["trigger_id"], None)
        if since is None or time.monotonic() - since > _TRIGGER_S:
            raise _Refusal("expired_trigger_id")
        _check_blocks(given["view"]["blocks"], 100)
        if len(given["view"]["title"]["text"]) > 24:
            raise _Refusal("invalid_arguments")
        self.views.append(given["view"])
        return {"view": given["view"]}

    def _views_publish(self, given: Json) -> Json:
        _check_blocks(given["view"]["blocks"], 100)
        self.homes[given["user_id"]] = given["view"]
        return {"view": given["view"]}

    async def _responded(self, request: web.Request) -> web.Response:
        url = f"{self._address}{request.path}"
        if len(self.responses[url]) == 5:
            return web.Response(status=404, text="used_url")
        said = await request.json()
        try:
            _check_blocks(said.get("blocks") or [], 50)
        except _Refusal as refusal:
            return web.Response(status=400, text=str(refusal))
        self.responses[url].append(said)
        return web.Response(text="ok")

    async def _connected(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"type": "hello"}')
        self._socket = socket
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self.acknowledged.append(json.loads(message.data)["envelope_id"])
        return socket


class _Refusal(Exception):
    """An error as Slack names it."""


def _check_blocks(blocks: list[Json], most: int) -> None:
    """Raise what Slack says of blocks that it does not take."""
    if len(blocks) > most or len(json.dumps([texts_of(block) for block in blocks])) > 13_200:
        raise _Refusal("msg_blocks_too_long")
    for block in blocks:
        texts = [block["text"]] if block["type"] == "section" else block.get("elements", [])
        if block["type"] == "context" and not 1 <= len(texts) <= 10:
            raise _Refusal("invalid_blocks")
        if block["type"] == "actions":
            names = [element["action_id"] for element in texts]
            if not 1 <= len(names) <= 25 or len(set(names)) != len(names):
                raise _Refusal("invalid_blocks")
            if any(len(element["text"]["text"]) > 75 or len(element.get("value", "")) > 2000 for element in texts):
                raise _Refusal("invalid_blocks")
            continue
        if block["type"] in ("section", "context") and any(not 1 <= len(text["text"]) <= 3000 for text in texts):
            raise _Refusal("invalid_blocks")


def texts_of(value: Any) -> list[str]:
    """Every text that is shown somewhere in blocks, in order."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for each in value.values() for text in texts_of(each) if not isinstance(each, str)]
    return [text for each in value for text in texts_of(each)] if isinstance(value, list) else []
