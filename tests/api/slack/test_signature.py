"""Only Slack may send: every request that it did not sign is a 401, and what it signed is never a 500."""

import itertools
import json
import random
import time
from collections.abc import Iterator

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from tests.api.slack.conftest import Opened
from tests.api.slack.sender import PATH, Sender, signed
from tests.api.slack.workspace import SECRET, Workspace

JSON = "application/json"
CHALLENGE = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


def forgeries(count: int = 200) -> Iterator[tuple[bytes, list[tuple[bytes, bytes]]]]:
    """Bodies with headers that Slack would not send: forged, expired, malformed."""
    chance = random.Random(8)
    good = signed(CHALLENGE, JSON)
    late = (-1e9, -100_000, -302, 302, 100_000, 1e9)
    timestamps = ["", "abc", "1e9", "-1", "0", "9" * 400, "٣" * 10, "１７００００００００", "NaN", "0x65", "1_0", "٣"]
    signatures = ["", "v0=", "v1=" + "0" * 64, "v0=" + "0" * 64, "é", "v0=" + "é" * 64, "0" * 64, "v0=" + "0" * 100_00]
    for number in range(count):
        headers = dict(good)
        body = CHALLENGE.encode()
        match number % 8:
            case 0:
                headers = signed(CHALLENGE, JSON, secret=f"{chance.random()}")
            case 1:
                headers = signed(CHALLENGE, JSON, at=time.time() + chance.choice(late) + chance.randint(-1, 0))
            case 2:
                headers[TIMESTAMP] = chance.choice(timestamps)
            case 3:
                headers[SIGNATURE] = chance.choice(signatures)
            case 4:
                body = body.replace(b"abc", str(chance.random()).encode())
            case 5:
                body = json.dumps(json.loads(CHALLENGE), indent=1).encode()
            case 6:
                del headers[chance.choice((TIMESTAMP, SIGNATURE))]
            case _:
                body = body + bytes([chance.randrange(128, 256)])
        encoded = [(name.encode(), value.encode("utf-8")) for name, value in headers.items()]
        if number % 40 == 39:
            encoded.append((SIGNATURE.encode(), b"v0=" + b"0" * 64))
        yield body, encoded


def test_two_hundred_forged_expired_or_malformed_requests_are_each_a_401(sender: Sender, workspace: Workspace) -> None:
    statuses = [sender.client.post(PATH, content=body, headers=headers).status_code for body, headers in forgeries()]
    assert statuses == [401] * 200
    assert [method for method, _ in workspace.calls] == ["auth.test"]


def test_a_timestamp_that_is_signed_and_absurd_is_a_401(sender: Sender) -> None:
    for timestamp in ("abc", "9" * 400, "٣" * 10, "-5", ""):
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=CHALLENGE)
        headers = {TIMESTAMP.encode(): timestamp.encode(), SIGNATURE.encode(): str(signature).encode()}
        assert sender.client.post(PATH, content=CHALLENGE, headers=headers).status_code == 401


def test_slack_s_own_request_passes_and_is_answered(sender: Sender) -> None:
    response = sender.client.post(PATH, content=CHALLENGE, headers=signed(CHALLENGE, JSON))
    assert (response.status_code, response.json()) == (200, {"challenge": "abc"})
    assert response.headers["x-content-type-options"] == "nosniff"


NONSENSE = [
    "",
    "{",
    "[]",
    "null",
    "{}",
    '{"type": "event_callback"}',
    '{"type": "event_callback", "event": 7}',
    '{"type": "event_callback", "event": {"type": "message", "channel": {}, "ts": []}}',
    '{"type": "event_callback", "event": {"type": "app_home_opened"}}',
    '{"type": "event_callback", "event": {"type": "reaction_added"}}',
    '{"type": "event_callback", "authorizations": 7, "event": {"type": "message", "text": "", "user": "U"}}',
    '{"type": "block_actions", "actions": []}',
    "payload=",
    "payload=7",
    "payload=%7B",
    "payload=%7B%7D",
    "payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22share%22%7D%5D%7D",
    "payload=%7B%22type%22%3A%22view_submission%22%2C%22view%22%3A%7B%22callback_id%22%3A%22channel_settings%22%7D%7D",
    "command=%2Fbyline",
]
CONTENT_TYPES = [JSON, "application/x-www-form-urlencoded", "text/plain", ""]


def test_what_is_signed_and_makes_no_sense_is_no_fault_of_ours(sender: Sender) -> None:
    for body, content_type in itertools.product(NONSENSE, CONTENT_TYPES):
        response = sender.client.post(PATH, content=body, headers=signed(body, content_type))
        assert response.status_code < 500, (body, content_type, response.text)


def test_a_body_that_is_too_large_is_refused(sender: Sender) -> None:
    body = json.dumps({"type": "event_callback", "padding": "a" * 2_000_000})
    assert sender.client.post(PATH, content=body, headers=signed(body, JSON)).status_code == 413


def test_slack_needs_no_key_and_no_name_of_this_machine(opened: Opened) -> None:
    with opened() as sender:
        headers = {**signed(CHALLENGE, JSON), "Host": "byline.example.org"}
        assert sender.client.post(PATH, content=CHALLENGE, headers=headers).status_code == 200
        assert sender.client.get("/v1/volumes", headers={"Host": "byline.example.org"}).status_code == 421


@pytest.mark.parametrize("off", ["slack_bot_token", "slack_signing_secret"])
def test_where_slack_is_off_there_is_nothing(opened: Opened, off: str) -> None:
    with opened(**{off: ""}) as sender:
        response: httpx.Response = sender.client.post(PATH, content=CHALLENGE, headers=signed(CHALLENGE, JSON))
        assert response.status_code == 404
