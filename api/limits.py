"""How much may be asked: by one key at length, by all together at once, and how long one answer may take.

In: requests. Out: the same, or 429 (`RateExceeded`), 503 (`ServiceBusy`) and 504 (`TookTooLong`). What is refused is
refused as it comes, before its body is read.

Rates are token buckets, counted by the generic cell rate algorithm (ITU-T I.371) of throttled-py. The queue follows
CoDel's idea (Nichols and Jacobson 2012, RFC 8289): a queue that empties now and then is a burst, and may be long; one
that does not is only a wait that everybody is made to bear, and is kept short.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from throttled import RateLimiterType, Throttled
from throttled.store import MemoryStore

from api.problems import problem_of
from index.errors import RateExceeded, ServiceBusy
from rag.watch import ended_by

OFF: Final = "off"
ASKS_AT_ONCE: Final = os.cpu_count() or 2
"""More would only take turns on the same cores and slow each other, and the event loop, down."""
_BUCKETS = 10_000
"""So many keys and addresses are told apart; who was not heard of for longest is forgotten."""
_STANDING_S = 1.0
"""A queue that has not been empty for so long is a standing one."""
_WORK = frozenset({"/v1/ask", "/v1/quote", "/v1/search", "/v1/chat/completions"})
"""What is worked out; the rest is looked up."""
_REMEMBERED = 32
"""The time that a question takes is the mean of so many."""


def is_work(method: str, path: str) -> bool:
    """Whether a request keeps a processor busy, so that it takes turns with others."""
    return method == "POST" and path in _WORK


class Rates:
    """A token bucket for each name."""

    def __init__(self, rate: str) -> None:
        """Fill and empty buckets at a rate such as `10/s burst 100`, or not at all (`off`)."""
        self._buckets = (
            None
            if rate == OFF
            else Throttled(
                using=RateLimiterType.GCRA.value, quota=rate, store=MemoryStore(options={"MAX_SIZE": _BUCKETS})
            )
        )

    def take(self, name: str | None) -> None:
        """Take a token out of the bucket of a name; nobody's is bottomless.

        Raises:
            RateExceeded: it is empty.
        """
        if self._buckets is None or name is None:
            return
        result = self._buckets.limit(name)
        if result.limited:
            raise RateExceeded(
                f"This key or address asks more often than it may ({self._buckets.limiter.quota.get_limit()} at once). "
                "Wait as long as Retry-After says.",
                result.state.retry_after,
            )


class Queue:
    """How many questions are being worked on and wait, and whether one more may; for one event loop.

    Example:
        >>> queue = Queue(at_once=2, burst=64, steady=2)
        >>> queue.enter()
        >>> queue.leave(0.2)
    """

    def __init__(self, at_once: int, burst: int, steady: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Let `burst` questions wait for `at_once` being worked on; `steady` ones where the queue never empties."""
        self._at_once = at_once
        self._burst = burst
        self._steady = min(steady, burst)
        self._clock = clock
        self._inside = 0
        self._stands_since: float | None = None
        self._took: deque[float] = deque([1.0], maxlen=_REMEMBERED)

    @property
    def running(self) -> int:
        """How many are being worked on."""
        return min(self._inside, self._at_once)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return max(0, self._inside - self._at_once)

    def enter(self) -> None:
        """Count one more question in.

        Raises:
            ServiceBusy: as many wait as may wait.
        """
        if self._inside >= self._at_once + self._may_wait():
            turn = (self.waiting + 1) * sum(self._took) / len(self._took) / self._at_once
            raise ServiceBusy(
                "More is being asked than can be answered now. Ask again as soon as Retry-After says.", turn
            )
        self._inside += 1
        if self.waiting and self._stands_since is None:
            self._stands_since = self._clock()

    def leave(self, took: float) -> None:
        """Count one out that was inside for so many seconds."""
        self._inside -= 1
        self._took.append(took)
        if not self.waiting:
            self._stands_since = None

    def _may_wait(self) -> int:
        stands = self._stands_since is not None and self._clock() - self._stands_since > _STANDING_S
        return self._steady if stands else self._burst


@contextmanager
def turn(queue: Queue, seconds: float) -> Iterator[None]:
    """Work in one's turn, for so many seconds at most.

    Raises:
        ServiceBusy: as many wait as may wait.
    """
    queue.enter()
    began = time.monotonic()
    try:
        with ended_by(began + seconds):
            yield
    finally:
        queue.leave(time.monotonic() - began)


class Turns:
    """ASGI middleware that lets questions in as far as the queue does, and gives each its time."""

    def __init__(self, app: ASGIApp, queue: Queue, seconds: float) -> None:
        self._app = app
        self._queue = queue
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a problem."""
        if scope["type"] != "http" or not is_work(scope["method"], scope["path"]):
            return await self._app(scope, receive, send)
        return await self._in_turn(scope, receive, send)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with turn(self._queue, self._seconds):
                await self._app(scope, receive, send)
        except ServiceBusy as busy:
            await problem_of(Request(scope), busy)(scope, receive, send)
