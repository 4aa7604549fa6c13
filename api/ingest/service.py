"""Taking documents and doing jobs, for as long as the service lives.

In: an opening, and settings where there are any. Out: the desk and the jobs of a home, opened when they are first asked
for, or at once where jobs may be left to do.
"""

from api.ingest.desk import Desk
from api.ingest.jobs import Jobs
from api.ingest.runner import Runner
from api.opening import Opening
from index.settings import Settings


class Ingesting:
    """The desk, the jobs and their runner, of one home."""

    def __init__(self, opening: Opening, settings: Settings | None) -> None:
        """Take documents for the home of these settings, without them for that of the engine that is served."""
        self._opening = opening
        self._settings = settings
        self._opened: tuple[Desk, Jobs, Runner] | None = None

    def resume(self) -> None:
        """Go on with the jobs that an earlier service left."""
        if self._settings is not None and Jobs(self._settings.home).are_there:
            self._open(self._settings)
            self.call()

    def desk(self, settings: Settings) -> Desk:
        """Where documents are taken in; without settings of its own, for these."""
        return self._open(settings)[0]

    def jobs(self, settings: Settings) -> Jobs:
        """The jobs."""
        return self._open(settings)[1]

    def call(self) -> None:
        """Have jobs done that are new."""
        if self._opened is not None:
            self._opened[2].call()

    def close(self) -> None:
        """End; a job that is being done is cut off, and put right by the next service."""
        if self._opened is not None:
            self._opened[2].stop()

    def _open(self, settings: Settings) -> tuple[Desk, Jobs, Runner]:
        if self._opened is None:
            own = self._settings or settings
            jobs = Jobs(own.home)
            runner = Runner(own, jobs, self._opening)
            self._opened = Desk(own, jobs), jobs, runner
        return self._opened
