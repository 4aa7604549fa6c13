"""Serving on an address: settings go in, and the process answers over HTTP until it is told to stop."""

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from ipaddress import ip_address
from threading import Event
from types import FrameType
from typing import Any

import uvicorn

from api.errors import PortInUse
from api.keys import Keys
from api.opening import Opening
from api.workers import serve_with_workers
from index.errors import BylineError, SettingsError, SnapshotError
from index.restricted import remove_stale
from index.settings import Settings
from index.snapshot import Snapshot
from rag.engine import Engine
from rag.views import limited

QUESTION_TO_TRY = "what did Harker say about schools?"
GRACE_S = 10
_KEEP_ALIVE_S = 75
"""Proxies keep idle connections for a minute. A server that closes them sooner does so, now and then, at the moment at
which the next request is sent; the proxy then answers 502."""
_OPTIONS: dict[str, Any] = {
    "log_config": None,
    "lifespan": "on",
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
    "timeout_keep_alive": _KEEP_ALIVE_S,
    "timeout_graceful_shutdown": GRACE_S,
}


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C, after which running questions have ten seconds to end.

    With more than one of `settings.workers` the processes of `api.workers` do it.

    Raises:
        PortInUse: something else listens on the port.
        SettingsError: the host is no address of this machine, or the port may not be used; or others than this machine
            could ask, and no key was ever made.
        SnapshotError: there is no index to serve, or it cannot be used.
    """
    _refuse_open_door(settings, Keys(settings.home))
    with closing(listen(settings.host, settings.port)) as listener, _ended_by_sigterm():
        if settings.workers == 1:
            _serve_alone(settings, listener)
        else:
            Snapshot.open(settings.home).close()
            if not serve_with_workers(settings, listener, _address(listener), _OPTIONS):
                Engine.open(settings).warm()
                raise SnapshotError("A process could not open the index. Its log says why; mend that and start again.")


def _serve_alone(settings: Settings, listener: socket.socket) -> None:
    server: uvicorn.Server | None = None
    is_made = Event()

    def done() -> None:
        is_made.wait()
        if server is None:
            return
        if opening.failure is not None:
            server.should_exit = True
        if not server.should_exit:
            announce(_address(listener))

    opening = opening_for(settings, done)
    opening.start()
    try:
        from api.app import create_app  # takes a second, in which the models are loaded

        server = uvicorn.Server(uvicorn.Config(create_app(opening, settings), **_OPTIONS))
    finally:
        is_made.set()
    server.run(sockets=[listener])
    if opening.failure is not None:
        raise opening.failure


def announce(address: str) -> None:
    """Say where questions are answered, and one to try."""
    print(f"Byline answers on {address}\nTry: {QUESTION_TO_TRY}", flush=True)


def opening_for(settings: Settings, when_done: Callable[[], None]) -> Opening:
    """An opening of the newest index of a home, which prepares what its keys may see."""

    def open_views(engine: Engine) -> None:
        remove_stale(settings.home)
        for volumes in {key.volumes for key in Keys(settings.home).all() if key.volumes and key.revoked is None}:
            with suppress(BylineError):
                limited(engine, volumes)

    return Opening(lambda: Engine.open(settings), when_done=when_done, follows=settings.home, prepare=open_views)


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address, so that from here on nobody else can take it; port 0 takes any free one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SettingsError(
            f"BYLINE_HOST={host} cannot be used: {error}. Set it to an address of this machine."
        ) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise _why_not(host, port, error) from error
    return listener


def _why_not(host: str, port: int, error: OSError) -> PortInUse | SettingsError:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            f"Port {port} of {host} is in use by another program. Stop that program, or set BYLINE_PORT to a free port."
        )
    if error.errno == errno.EACCES:
        return SettingsError(f"BYLINE_PORT={port} may not be used by this user. Set it to a port above 1023.")
    return SettingsError(f"BYLINE_HOST={host} cannot be used: {error}. Set it to an address of this machine.")


def _refuse_open_door(settings: Settings, keys: Keys) -> None:
    """Raise SettingsError where others than this machine could ask and nobody would need a key."""
    if settings.open or keys.are_needed or is_loopback(settings.host):
        return
    raise SettingsError(
        f"BYLINE_HOST={settings.host} can be reached by others, and no key was ever made. Make one with `byline keys "
        "create`, or set BYLINE_OPEN=true where everybody who reaches it may ask."
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on a host."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return True  # listening on it says what is wrong with it
    return all(ip_address(str(address[0])).is_loopback for *_, address in found)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    everywhere = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    name = "localhost" if host in everywhere else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Leave the block without an error on SIGTERM or SIGINT, which uvicorn raises anew when it has shut down."""

    def leave(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
