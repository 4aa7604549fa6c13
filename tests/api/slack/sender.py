"""Slack's side of HTTP: events, commands and presses of buttons as Slack sends them, signed."""

import itertools
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

from tests.api.slack.workspace import BOT, SECRET, Json, Workspace

PATH = "/slack/events"
_numbers = itertools.count(1)


def signed(body: str, content_type: str, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers of a body that was signed at a time."""
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {"Content-Type": content_type, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def event_body(event: Json, event_id: str = "") -> Json:
    """An event in its envelope."""
    return {
        "type": "event_callback",
        "team_id": "T0TEAM",
        "api_app_id": "A0APP",
        "event_id": event_id or f"Ev{next(_numbers):08}",
        "event_time": int(time.time()),
        "authorizations": [{"team_id": "T0TEAM", "user_id": BOT, "is_bot": True}],
        "event": event,
    }


class Sender:
    """Sends what happens in a workspace to a server."""

    def __init__(self, client: httpx.Client, workspace: Workspace) -> None:
        self.client = client
        self.workspace = workspace

    def body(self, body: Json, **headers: str) -> httpx.Response:
        """Send any JSON."""
        text = json.dumps(body)
        return self.client.post(PATH, content=text, headers={**signed(text, "application/json"), **headers})

    def event(self, event: Json, event_id: str = "", retry: int = 0) -> httpx.Response:
        """Send an event, as the so many-th retry."""
        again = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        return self.body(event_body(event, event_id), **again)

    def mention(self, text: str, channel: str = "C0ROOM", thread: str | None = None, event_id: str = "") -> Json:
        """Somebody mentions us; the message."""
        message = self.workspace.says(channel, f"<@{BOT}> {text}", thread)
        self.taken(self.event({**message, "type": "app_mention"}, event_id))
        return message

    def direct(self, text: str, channel: str = "D0READER") -> Json:
        """Somebody writes to us; the message."""
        message = self.workspace.says(channel, text)
        self.taken(self.event({**message, "channel_type": "im"}))
        return message

    def follow_up(self, text: str, thread: str, channel: str = "C0ROOM") -> Json:
        """Somebody goes on in a thread without mentioning us; the message."""
        message = self.workspace.says(channel, text, thread)
        self.taken(self.event({**message, "channel_type": "channel"}))
        return message

    def command(self, text: str, channel: str = "C0ROOM") -> str:
        """Somebody gives the command; the URL that it is answered at."""
        url = self.workspace.response_url()
        form = {
            "command": "/byline",
            "text": text,
            "channel_id": channel,
            "user_id": "U0READER",
            "team_id": "T0TEAM",
            "trigger_id": self.workspace.trigger(),
            "response_url": url,
        }
        body = urlencode(form)
        response = self.client.post(PATH, content=body, headers=signed(body, "application/x-www-form-urlencoded"))
        assert "Reading" in self.taken(response).text
        return url

    def press(self, message: Json, action_id: str, channel: str = "C0ROOM", number: int = 0) -> str:
        """Somebody presses a button of a message; the URL that it is answered at."""
        url = self.workspace.response_url()
        found = [button for button in buttons_of(message) if button["action_id"] == action_id][number]
        self.interaction(
            {
                "type": "block_actions",
                "user": {"id": "U0READER"},
                "channel": {"id": channel},
                "container": {"type": "message", "channel_id": channel, "message_ts": message.get("ts")},
                "trigger_id": self.workspace.trigger(),
                "response_url": url,
                "actions": [{"type": "button", "block_id": "b", **found}],
            }
        )
        return url

    def interaction(self, payload: Json) -> httpx.Response:
        """Send a press or a form."""
        body = urlencode({"payload": json.dumps({"team": {"id": "T0TEAM"}, **payload})})
        headers = signed(body, "application/x-www-form-urlencoded")
        return self.taken(self.client.post(PATH, content=body, headers=headers))

    def taken(self, response: httpx.Response) -> httpx.Response:
        """A response that acknowledges."""
        assert response.status_code == 200, response.text
        return response


def buttons_of(message: Json) -> list[Json]:
    """All buttons of a message, in order."""
    found: list[Any] = []
    for block in message["blocks"]:
        found += [block["accessory"]] if "accessory" in block else []
        found += block["elements"] if block["type"] == "actions" else []
    return found
