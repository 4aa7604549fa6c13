"""Serving with several processes on one port, which answer from one generation.

In: settings and a listening socket. Out: processes that all accept from it, until SIGTERM or Ctrl-C; one that dies is
replaced. Every process maps the same files of the index (vectors, texts, lexical index), so that the kernel keeps these
pages once; models and caches each has for itself.

What holds for all together: keys, conversations, feedback, and the counters of /metrics (prometheus_client's
multiprocess mode; gauges are those of the process that was asked, and name it). What each process counts for itself:
rates, the queue, and the turns of one conversation, so that a key may ask up to `BYLINE_WORKERS` times as often as
`BYLINE_RATE` says. Processors are shared out between them. uvicorn's supervisor starts, watches and ends them.
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Semaphore
from socket import socket
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from index.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes leave their counters for each other; prometheus_client's own variable."""
_SIGN_OF_LIFE_S = 30
"""A process that shows none for so long is replaced; importing takes seconds on a busy machine."""


@dataclass(frozen=True)
class Worker:
    """What one process serves. It is sent to the process, which calls it; nothing heavy is imported before."""

    settings: Settings
    address: str
    unannounced: Semaphore
    """Taken by the first process that can answer, which says so."""

    def __call__(self) -> "FastAPI":
        """The application of this process; its index opens when the application starts."""
        from api.app import create_app
        from api.logs import log_as_json
        from api.serve import announce, opening_for

        if self.settings.log == "json":
            log_as_json()

        def done() -> None:
            if opening.failure is not None:
                sys.stderr.flush()
                os._exit(STARTUP_FAILURE)
            if self.unannounced.acquire(block=False):
                announce(self.address)

        opening = opening_for(self.settings, done)
        return create_app(opening, self.settings)


class _Supervisor(Multiprocess):
    """uvicorn's, without its own hold on the workers' end of the line, so that it learns at once that one has died."""

    def init_processes(self) -> None:
        super().init_processes()
        self._let_go()

    def keep_subprocess_alive(self) -> None:
        super().keep_subprocess_alive()
        self._let_go()

    def _let_go(self) -> None:
        for process in self.processes:
            process.child_conn.close()


def serve_with_workers(settings: Settings, listener: socket, address: str, options: dict[str, Any]) -> bool:
    """Serve until told to stop; running questions then have the time that `options` give them.

    Args:
        settings: `workers` says how many processes.
        listener: what all of them accept from.
        address: what is said to whoever started this.
        options: of `uvicorn.Config`.

    Returns:
        Whether that is why it ended; else a process could not open the index.
    """
    with tempfile.TemporaryDirectory(prefix="byline-metrics-") as folder:
        os.environ.setdefault(METRICS_FOLDER, folder)
        try:
            config = uvicorn.Config(
                Worker(shared_out(settings), address, get_context("spawn").Semaphore(1)),
                factory=True,
                workers=settings.workers,
                timeout_worker_healthcheck=_SIGN_OF_LIFE_S,
                **options,
            )
            supervisor = _Supervisor(config, [listener])
            supervisor.run()
        finally:
            if os.environ[METRICS_FOLDER] == folder:
                del os.environ[METRICS_FOLDER]
    return all(process.exitcode != STARTUP_FAILURE for process in supervisor.processes)


def shared_out(settings: Settings) -> Settings:
    """The settings of one of the processes: where nobody said how many questions at once, it has its share."""
    at_once = settings.asks_at_once or max(1, (os.cpu_count() or 2) // settings.workers)
    return settings.model_copy(update={"asks_at_once": at_once})
