"""How much may be asked: by one key at length, by all together at once, and how long one answer may take.

In: requests. Out: the same, or 429 (`RateExceeded`), 503 (`ServiceBusy`) and 504 (`TookTooLong`). What is refused is
refused as it comes, before its body is read.

Rates are token buckets, counted by the generic cell rate algorithm (ITU-T I.371) of throttled-py. The queue follows
CoDel's idea (Nichols and Jacobson 2012, RFC 8289): a queue that empties now and then is a burst, and may be long; one
that does not is only a wait that everybody is made to bear, and is kept short. Whether it empties is seen of a virtual
queue (Gibbens and Kelly 1999): the one that there would be had nobody been refused. The real one empties because of
the refusals, and would end them a moment before they are due again.
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

from api.errors import RateExceeded, ServiceBusy
from api.problems import problem_of
from rag.watch import ended_by

OFF: Final = "off"
ASKS_AT_ONCE: Final = os.cpu_count() or 2
"""More would only take turns on the same cores and slow each other, and the event loop, down."""
_BUCKETS = 10_000
"""So many keys and addresses are told apart; who was not heard of for longest is forgotten."""
_STANDING_S = 1.0
"""A queue that has not been empty for so long is a standing one."""
_FORGOTTEN_S = 5.0
"""Who was refused counts as one who waits for so long at most: many of them will not ask again."""
_WORK = frozenset({"/v1/ask", "/v1/quote", "/v1/search", "/v1/chat/completions"})
"""What is worked out; the rest is looked up."""
_REMEMBERED = 32
"""The pace of answers is the mean of so many."""
_FIRST_GUESS_S = 0.25
"""That pace before anything was answered."""


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
        >>> queue = Queue(at_once=2, burst=64, steady=0)
        >>> queue.enter()
        >>> queue.leave()
    """

    def __init__(self, at_once: int, burst: int, steady: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Let `burst` questions wait for `at_once` being worked on; `steady` ones where the queue never empties."""
        self._at_once = at_once
        self._burst = burst
        self._steady = min(steady, burst)
        self._clock = clock
        self._inside = 0
        self._stands_since: float | None = None
        self._apart: deque[float] = deque([_FIRST_GUESS_S], maxlen=_REMEMBERED)
        self._left = self._owes_until = clock()

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
        now = self._clock()
        owed = max(0.0, self._owes_until - now)
        stands = self._stands(now, owed)
        self._owes_until = now + min(owed + self._pace, max(_FORGOTTEN_S, (self._inside + 1) * self._pace))
        if self._inside >= self._at_once + (self._steady if stands else self._burst):
            raise ServiceBusy(
                "More is being asked than can be answered now. Ask again as soon as Retry-After says.",
                self._owes_until - now,
            )
        if not self._inside:
            self._left = now
        self._inside += 1

    def leave(self) -> None:
        """Count one out."""
        now = self._clock()
        self._apart.append(now - self._left)
        self._left = now
        self._inside -= 1

    @property
    def _pace(self) -> float:
        """Seconds from one answer to the next while there is something to answer."""
        return sum(self._apart) / len(self._apart)

    def _stands(self, now: float, owed: float) -> bool:
        """Whether there has been a queue for long, with the refused; `owed` is the work before all of them."""
        if owed <= self._at_once * self._pace and not self.waiting:
            self._stands_since = None
        elif self._stands_since is None:
            self._stands_since = now
        return self._stands_since is not None and now - self._stands_since > _STANDING_S


@contextmanager
def turn(queue: Queue, seconds: float) -> Iterator[None]:
    """Work in one's turn, for so many seconds at most.

    Raises:
        ServiceBusy: as many wait as may wait.
    """
    queue.enter()
    try:
        with ended_by(time.monotonic() + seconds):
            yield
    finally:
        queue.leave()


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
