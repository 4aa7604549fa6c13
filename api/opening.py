"""Opening an engine while the service is already up: a way to open one goes in, the open engine comes out later."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from index.errors import BylineError, SnapshotError
from rag.engine import Engine

_log = logging.getLogger(__name__)


class Opening:
    """An engine that opens and warms in a thread of its own, so that whoever waits for it can do other things.

    Example:
        >>> opening = Opening(lambda: Engine.open(load_settings()))
        >>> app = create_app(opening)
    """

    def __init__(self, open_engine: Callable[[], Engine], when_done: Callable[[], None] = lambda: None) -> None:
        """Prepare to call `open_engine`; nothing happens before `start`. `when_done` is called after either end."""
        self._open_engine = open_engine
        self._when_done = when_done
        self._done = Event()
        self._engine: Engine | None = None
        self._failure: BylineError | None = None

    @property
    def failure(self) -> BylineError | None:
        """What opening ended with where it did not end with an engine."""
        return self._failure

    def start(self) -> None:
        """Begin, and return at once; a process that is told to end meanwhile ends when the engine is open."""
        Thread(target=self._run, name="open-engine").start()

    def engine(self) -> Engine:
        """The open, warm engine.

        Raises:
            SnapshotError: the engine is not open yet.
            BylineError: what opening ended with, raised anew for every caller.
        """
        if not self._done.is_set():
            raise SnapshotError("The index is still being opened. Ask again in a few seconds.")
        if self._failure is not None:
            raise type(self._failure)(*self._failure.args)
        assert self._engine is not None
        return self._engine

    def _run(self) -> None:
        try:
            engine = self._open_engine()
            engine.warm()
            self._engine = engine
        except BylineError as error:
            self._failure = error
        except Exception:
            _log.exception("the index could not be opened")
            self._failure = SnapshotError(
                "The index could not be opened, and the server's log says why. Mend that and start the server again."
            )
        self._done.set()
        self._when_done()
