"""An HTTP client for endpoints that may do anything: hang, drip, or send for ever.

In: a limit in seconds. Out: an httpx client whose responses end at that limit or at `MOST_BYTES`; it follows no
redirect and reads no proxy from the environment, so that passages go nowhere but to the address named.
"""

import time
import weakref
from collections.abc import Iterator

import httpx

MOST_BYTES = 4 * 1024 * 1024
"""Of one response; a token as an event of a stream takes some 200."""


def bounded_client(seconds: float) -> httpx.Client:
    """A client whose every response ends within the limits."""
    return httpx.Client(transport=bounded_transport(seconds), timeout=seconds, trust_env=False, follow_redirects=False)


def bounded_transport(seconds: float) -> httpx.BaseTransport:
    """The transport of such a client."""
    return _BoundedTransport(seconds)


class _BoundedTransport(httpx.BaseTransport):
    """Every request has its own connection, which ends with its response, read or not.

    A response that nobody reads to its end is closed whenever the garbage collector meets it: with connections in
    common, that may be while the same thread holds their lock, which then is never let go.
    """

    def __init__(self, seconds: float) -> None:
        self._trusted = httpx.create_ssl_context(trust_env=False)
        self._seconds = seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        ends = time.monotonic() + self._seconds
        connection = httpx.HTTPTransport(verify=self._trusted)
        try:
            response = connection.handle_request(request)
        except BaseException:
            connection.close()
            raise
        assert isinstance(response.stream, httpx.SyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_BoundedStream(response.stream, connection, ends, request),
            extensions=response.extensions,
        )


class _BoundedStream(httpx.SyncByteStream):
    def __init__(
        self, inner: httpx.SyncByteStream, connection: httpx.HTTPTransport, ends: float, request: httpx.Request
    ) -> None:
        self._inner = inner
        self._connection = connection
        self._end = weakref.finalize(self, connection.close)
        self._ends = ends
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._inner:
            size += len(piece)
            if size > MOST_BYTES:
                raise httpx.ReadError("The response is larger than an answer can be.", request=self._request)
            if time.monotonic() > self._ends:
                raise httpx.ReadTimeout("The response took too long.", request=self._request)
            yield piece

    def close(self) -> None:
        self._inner.close()
        self._end()
