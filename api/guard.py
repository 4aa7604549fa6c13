"""Who may ask for what: every request that is no file of the page and no sign of life passes here.

In: a request. Out: the same with `request.state.key`, and with an opening whose engine sees the volumes of that key
alone; or a problem. Where no key was ever made everybody may ask, but only under a name of this machine: neither a page
of somebody else's that a browser here shows (DNS rebinding), nor whom a proxy lets in, is meant by that.
"""

from ipaddress import ip_address

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import ForeignHost, KeyNeeded, ScopeMissing
from api.keys import Key, Keys
from api.keys import Scope as KeyScope
from api.limits import Rates
from api.opening import Opening
from api.problems import problem_of
from index.errors import BylineError
from rag.engine import Engine
from rag.views import limited, limited_if_open

_PUBLIC = frozenset({"/", "/healthz", "/readyz", "/openapi.json"})
_PUBLIC_FOLDER = "/static/"
_INGEST = ("/v1/documents", "/v1/jobs")
_METRICS = "/metrics"
_FEEDBACK = "/v1/feedback"


def is_public(path: str) -> bool:
    """Whether anybody may ask for a path: the page's own files, signs of life, the description of the API."""
    return path in _PUBLIC or path.startswith(_PUBLIC_FOLDER)


def scope_of(method: str, path: str) -> KeyScope:
    """What a key must be allowed for a request; a path that is not known here needs `ask` at least."""
    if path.startswith(_INGEST):
        return KeyScope.INGEST
    if path == _METRICS or (path.startswith(_FEEDBACK) and method != "POST"):
        return KeyScope.ADMIN
    return KeyScope.ASK


class OpenedFor:
    """Stands in the place of the opening for one request: the engine that its key may use."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def engine(self) -> Engine:
        """The engine over the volumes that the key may see."""
        return self._engine


class Guard:
    """ASGI middleware that lets a request pass, knows whose it is, and refuses what it may not have."""

    def __init__(
        self,
        app: ASGIApp,
        opening: Opening,
        keys: Keys,
        rates: Rates,
        is_open: bool,
        signed_paths: frozenset[str] = frozenset(),
    ) -> None:
        """Guard `app`; where `is_open`, whoever reaches the port may ask as long as no key was ever made.

        Requests for `signed_paths` pass: their routes know by a signature whom they come from.
        """
        self._app = app
        self._opening = opening
        self._keys = keys
        self._rates = rates
        self._is_open = is_open
        self._signed_paths = signed_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a problem."""
        if scope["type"] != "http" or self._lets_pass(scope):
            return await self._app(scope, receive, send)
        request = Request(scope)
        try:
            await self._admit(request)
        except BylineError as refusal:
            return await problem_of(request, refusal)(scope, receive, send)
        return await self._app(scope, receive, send)

    def _lets_pass(self, scope: Scope) -> bool:
        path = scope["path"]
        return is_public(path) or path in self._signed_paths or _is_preflight(scope)

    async def _admit(self, request: Request) -> None:
        """Raise what keeps the request from passing."""
        key = self._key(request)
        self._rates.take(_counted_as(request, key))
        if key is None and self._keys.are_needed:
            raise KeyNeeded(_WHICH_KEY if "authorization" in request.headers else _NO_KEY)
        if key is None and not self._is_open and not _is_of_this_machine(request):
            raise ForeignHost(_NOT_HERE)
        request.state.key = key
        if key is None:
            return
        needed = scope_of(request.method, request.url.path)
        if not key.may(needed):
            raise ScopeMissing(f"This needs the scope {needed}, which the key {key.name!r} does not have.")
        await self._note_use(key)
        if key.volumes is not None:
            await self._limit(request, key.volumes)

    def _key(self, request: Request) -> Key | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return self._keys.find(token.strip()) if kind.lower() == "bearer" and self._keys.are_needed else None

    async def _note_use(self, key: Key) -> None:
        if self._keys.is_use_due(key):
            await to_thread.run_sync(self._keys.note_use, key)

    async def _limit(self, request: Request, volumes: frozenset[str]) -> None:
        """Let the request see an engine over these volumes only; one that is not open yet refuses by itself."""
        try:
            engine = self._opening.engine()
        except BylineError:
            return
        view = limited_if_open(engine, volumes)
        if view is None:
            view = await to_thread.run_sync(limited, engine, volumes)
        request.state.opening = OpenedFor(view)


_NO_KEY = "This needs a key. Send it in the header `Authorization: Bearer byl_…`; whoever runs this service makes keys."
_WHICH_KEY = "The key in the header Authorization is unknown or revoked, or it is not `Bearer byl_…`. Use another one."
_NOT_HERE = (
    "Without keys this service answers on this machine only, under localhost or 127.0.0.1. Ask there, or make a key "
    "with `byline keys create` and send it, or set BYLINE_OPEN=true where everybody who reaches it may ask."
)


def _counted_as(request: Request, key: Key | None) -> str | None:
    """Whom a request is counted for: its key, else its address; nobody on this machine who needs no key."""
    if key is not None:
        return f"key {key.id}"
    address = request.client.host if request.client else ""
    return None if _is_loopback(address) and "authorization" not in request.headers else f"address {address}"


def _is_of_this_machine(request: Request) -> bool:
    """Whether a request names this machine, as one that comes from it does."""
    host = Headers(scope=request.scope).get("host", "")
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    return name.lower() == "localhost" or name.lower().endswith(".localhost") or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_preflight(scope: Scope) -> bool:
    """Whether a browser only asks whether it may ask; nothing is routed to OPTIONS."""
    return bool(scope["method"] == "OPTIONS")
