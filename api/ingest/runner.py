"""Doing jobs, one after the other, in a thread of its own.

In: the jobs of a home. Out: published generations, and jobs that say how they went. Of several services over one home
one does the jobs; when it ends, another goes on. A job that was cut off is put right before the next one begins: it is
done where its generation was published, and else undone and failed.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread

from filelock import FileLock, Timeout

from api.errors import JobCutOff
from api.ingest.child import Child
from api.ingest.jobs import Action, Job, Jobs, State
from api.ingest.messages import WAITING, Errand, Published, Stage, Steps, Task, settings_told
from api.ingest.receiving import FOLDER
from api.opening import Opening
from api.problems import type_of
from index.catalogue import load_added
from index.errors import BylineError
from index.settings import Settings

_log = logging.getLogger(__name__)
_LOCK = "jobs.lock"
_LOOKS_EVERY_S = 1.0
_ENDS_WITHIN_S = 10.0
_TELLS_EVERY_S = 0.3
_SERVED_WITHIN_S = 120.0
_ABANDONED_S = 86_400
"""A folder of nobody's is one whose request was cut off, once it is so old."""
_CUT_OFF = "The service ended before this was done, and nothing of it was published. Send it again."


class Runner:
    """Does the jobs of a home as long as the service lives."""

    def __init__(self, settings: Settings, jobs: Jobs, opening: Opening) -> None:
        """Do jobs with these settings; a job is done when `opening` serves what it published."""
        self._settings = settings
        self._jobs = jobs
        self._opening = opening
        self._stopped = Event()
        self._called = Event()
        self._starting = Lock()
        self._is_started = False
        self._child_lock = Lock()
        self._child: Child | None = None
        self._thread = Thread(target=self._run, name="ingest", daemon=True)

    def call(self) -> None:
        """Begin, or go on at once with what is new."""
        with self._starting:
            if not self._is_started:
                self._is_started = True
                self._thread.start()
        self._called.set()

    def stop(self) -> None:
        """End, and cut off the job that is being done."""
        self._stopped.set()
        self._called.set()
        with self._child_lock:
            if self._child is not None:
                self._child.kill()
        if self._is_started:
            self._thread.join(_ENDS_WITHIN_S)

    def _run(self) -> None:
        try:
            with suppress(_Stopped), self._only_one():
                self._try(self._tidy)
                while not self._stopped.is_set():
                    self._called.clear()
                    if not self._try(self._do_next):
                        self._called.wait(_LOOKS_EVERY_S)
        except OSError:
            _log.exception("no job is done: BYLINE_HOME cannot be written")

    def _try(self, what: Callable[[], object]) -> bool:
        """Whether there was something to do; an error that is no job's is logged, and tried again later."""
        try:
            return bool(what())
        except Exception:
            _log.exception("jobs cannot be done")
            return False

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        """Be the only one who does the jobs of this home; wait for it if need be."""
        self._settings.home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._settings.home / _LOCK)
        while True:
            try:
                lock.acquire(timeout=0)
                break
            except Timeout:
                if self._stopped.wait(_LOOKS_EVERY_S):
                    raise _Stopped from None
        try:
            yield
        finally:
            lock.release()

    def _do_next(self) -> bool:
        self._settle(_CUT_OFF)
        job = self._jobs.next()
        if job is None:
            return False
        try:
            generation = self._published(job)
        except JobCutOff as error:
            if self._stopped.is_set():
                return True  # the next service settles it
            self._settle(str(error))
        except BylineError as error:
            self._jobs.failed(job, type_of(error), str(error))
        else:
            self._done(job, generation)
        self._tidy()
        return True

    def _published(self, job: Job) -> str:
        """Have the generation made that a job asks for."""
        generation, told_at = "", 0.0
        stage, steps = Stage(name="reading"), 0
        self._jobs.advance(job, *_how_far(stage, 0))
        with self._child_for(self._task(job)) as child:
            for told in child.told():
                match told:
                    case Stage():
                        stage, steps, told_at = told, 0, 0.0
                    case Steps():
                        steps += told.count
                    case Published():
                        generation = told.generation
                if time.monotonic() - told_at >= _TELLS_EVERY_S:
                    self._jobs.advance(job, *_how_far(stage, steps))
                    told_at = time.monotonic()
        return generation

    def _done(self, job: Job, generation: str) -> None:
        is_served = self._opening.wait_for(generation, _SERVED_WITHIN_S, self._stopped)
        says = "answers" if is_served else "is published, but does not answer yet; the server's log may say why"
        self._jobs.done(job, generation, f"{generation} {says}.")

    def _task(self, job: Job) -> Task:
        settings = settings_told(self._settings)
        if job.action is Action.REMOVE:
            return Task(errand=Errand.REMOVE, settings=settings, volume_id=job.volume_id)
        return Task(errand=Errand.PUT, settings=settings, entry=job.entry)

    def _settle(self, why: str) -> None:
        """Undo what was cut off, and say of every job that was begun what became of it."""
        begun = [job for job in self._jobs.active() if job.state is not State.QUEUED]
        if not begun:
            return
        with self._child_for(Task(errand=Errand.RECOVER, settings=settings_told(self._settings))) as child:
            (published,) = (told for told in child.told() if isinstance(told, Published))
        entries = {entry.id: entry for entry in load_added(self._settings.home)}
        for job in begun:
            if entries.get(job.volume_id) == job.entry:
                self._done(job, published.generation)
            else:
                self._jobs.failed(job, type_of(JobCutOff()), why)
        self._tidy()

    def _tidy(self) -> None:
        """Remove the files that no document has any longer."""
        ended = {_folder_of(job) for job in self._jobs.ended()}
        kept = {_folder_of(job) for job in self._jobs.active()}
        kept |= {Path(entry.file).parent.name for entry in load_added(self._settings.home)}
        for folder in (self._settings.home / FOLDER).glob("*"):
            if folder.name not in kept and (folder.name in ended or _is_abandoned(folder)):
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _child_for(self, task: Task) -> Iterator[Child]:
        """A process at work, which `stop` ends."""
        with self._child_lock:
            if self._stopped.is_set():
                raise JobCutOff(_CUT_OFF)
            self._child = Child(task)
        try:
            with self._child as child:
                yield child
        finally:
            with self._child_lock:
                self._child = None


class _Stopped(Exception):
    """The service ends while it waits for another one's lock."""


def _folder_of(job: Job) -> str:
    """The name of the folder that holds a job's file; nothing where it has none."""
    return Path(job.entry.file).parent.name if job.entry is not None else ""


def _is_abandoned(folder: Path) -> bool:
    """Whether a folder is so old; one that a request takes away at this moment is nobody's business."""
    try:
        return time.time() - folder.stat().st_mtime > _ABANDONED_S
    except FileNotFoundError:
        return False


def _how_far(stage: Stage, steps: int) -> tuple[State, float, str]:
    """State, progress and message of a job whose process is at a stage."""
    share = steps / stage.total if stage.total else 0.0
    counted = f" {steps} of {stage.total}" if stage.total else ""
    match stage.name:
        case "reading":
            return State.READING, 0.3 * share, f"Reading volumes:{counted}." if counted else "Reading."
        case "embedding":
            message = f"Embedding new sentences and passages:{counted}." if counted else "Nothing is new to embed."
            return State.EMBEDDING, 0.4 + 0.5 * share, message
        case "publishing":
            return State.PUBLISHING, 0.9, "Publishing."
        case name if name == WAITING:
            return State.READING, 0.0, "Waiting for another index run."
        case name:
            return State.EMBEDDING, 0.3, f"{name.capitalize()}."
