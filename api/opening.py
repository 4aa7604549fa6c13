"""Opening an engine while the service is already up, and another one when another index is published.

In: a way to open an engine. Out: the open engine, later; from then on always the one over the newest index, once it is
warm. A request keeps the engine that it began with.
"""

import gc
import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from index.errors import BylineError, SnapshotError
from index.manifest import CURRENT
from rag.answer import Answer
from rag.engine import Engine
from rag.views import renewed

_log = logging.getLogger(__name__)
_LOOKS_EVERY_S = 1.0


def _number(generation: str) -> int:
    """The number of a generation; later ones have greater numbers."""
    return int(generation.rpartition("-")[2])


def _nothing(engine: Engine) -> None:
    """Prepare nothing."""


class Opening:
    """An engine that opens and warms in a thread of its own, so that whoever waits for it can do other things.

    Example:
        >>> opening = Opening(lambda: Engine.open(load_settings()))
        >>> app = create_app(opening)
    """

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        when_done: Callable[[], None] = lambda: None,
        *,
        follows: Path | None = None,
        prepare: Callable[[Engine], None] = _nothing,
    ) -> None:
        """Prepare to open an engine; nothing happens before `start`.

        Args:
            open_engine: called once.
            when_done: called when that has ended, with an engine or without.
            follows: the home whose newest index is served; None stays with the one that is opened.
            prepare: called with every engine before it is served.
        """
        self._open_engine = open_engine
        self._when_done = when_done
        self._home = follows
        self._prepare = prepare
        self._begun = False
        self._done = Event()
        self._stopped = Event()
        self._engine: Engine | None = None
        self._failure: BylineError | None = None
        self._observers: list[Callable[[Answer], None]] = []
        self.switches = 0
        """How many engines were served after the first one."""

    @property
    def failure(self) -> BylineError | None:
        """What opening ended with where it did not end with an engine."""
        return self._failure

    def observe(self, observer: Callable[[Answer], None]) -> None:
        """Have `observer` called with every answer of the engine that is opened, or going to be."""
        self._observers.append(observer)

    def start(self) -> None:
        """Begin, where nobody has, and return at once; a process that is told to end meanwhile ends when it is done."""
        if not self._begun:
            self._begun = True
            Thread(target=self._run, name="open-engine").start()

    def stop(self) -> None:
        """Look for no other index any longer, and let what was opened be collected as garbage."""
        self._stopped.set()
        gc.unfreeze()

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

    def wait_for(self, generation: str, seconds: float, stopped: Event) -> bool:
        """Whether this generation or a later one is served within so many seconds, or before `stopped` is set.

        An opening that follows no home serves what it serves, and is not waited for.
        """
        until = time.monotonic() + seconds
        while self._home is not None and time.monotonic() < until:
            if self._engine is not None and _number(self._engine.snapshot.generation) >= _number(generation):
                return True
            if stopped.wait(_LOOKS_EVERY_S / 20):
                break
        return self._home is None

    def _run(self) -> None:
        pointer = self._pointer()
        try:
            engine = self._open_engine()
            engine.warm()
            engine.observers.append(self._tell)
            self._prepare(engine)
            self._engine = engine
        except BylineError as error:
            self._failure = error
        except Exception:
            _log.exception("the index could not be opened")
            self._failure = SnapshotError(
                "The index could not be opened, and the server's log says why. Mend that and start the server again."
            )
        if not self._stopped.is_set():
            gc.freeze()  # going over an engine's objects, which stay, would keep answers waiting a tenth of a second
        self._done.set()
        self._when_done()
        if self._home is not None and self._failure is None:
            Thread(target=self._follow, args=[pointer], name="follow-index", daemon=True).start()

    def _follow(self, pointer: str) -> None:
        """Serve whatever index is published, until told to stop; one that cannot be opened leaves the last one."""
        while not self._stopped.wait(_LOOKS_EVERY_S):
            if (newest := self._pointer()) in (pointer, ""):
                continue
            pointer = newest
            try:
                self._switch()
            except Exception:
                _log.exception("the index published last could not be opened; the one before it answers")

    def _switch(self) -> None:
        assert self._engine is not None
        engine = renewed(self._engine)
        engine.warm()
        self._prepare(engine)
        self._engine = engine
        self.switches += 1
        gc.unfreeze()
        gc.collect()
        if not self._stopped.is_set():
            gc.freeze()

    def _tell(self, answer: Answer) -> None:
        for observe in self._observers:
            observe(answer)

    def _pointer(self) -> str:
        """What names the newest index; empty where nothing does."""
        try:
            return (self._home / CURRENT).read_text("utf-8") if self._home else ""
        except (OSError, UnicodeDecodeError):
            return ""
