"""Whether a request is Slack's own: its signature, over the body as it came.

In: the raw body and the headers. Out: nothing, or `NotSigned`. The headers are read before slack_sdk's verifier sees
them: it raises on several that no honest sender writes. After "Verifying requests from Slack", docs.slack.dev.
"""

import re
from collections.abc import Callable
from time import time

from slack_sdk.signature import Clock, SignatureVerifier
from starlette.datastructures import Headers

from api.errors import NotSigned

TIMESTAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_REFUSED = "This request is not signed by Slack, or was signed too long ago. Only Slack may send requests here."


class Signatures:
    """Knows Slack's signatures by the app's signing secret; those of the last five minutes hold."""

    def __init__(self, secret: str, now: Callable[[], float] = time) -> None:
        clock = Clock()
        clock.now = now  # type: ignore[method-assign]
        self._verifier = SignatureVerifier(secret, clock)

    def check(self, body: bytes, headers: Headers) -> None:
        """Let a request of Slack's pass.

        Raises:
            NotSigned: its signature is missing, malformed, too old or another's.
        """
        timestamps, signatures = headers.getlist(TIMESTAMP), headers.getlist(SIGNATURE)
        if len(timestamps) != 1 or len(signatures) != 1:
            raise NotSigned(_REFUSED)
        if not _TIMESTAMP.fullmatch(timestamps[0]) or not _SIGNATURE.fullmatch(signatures[0]):
            raise NotSigned(_REFUSED)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotSigned(_REFUSED) from error
        if not self._verifier.is_valid(text, timestamps[0], signatures[0]):
            raise NotSigned(_REFUSED)
