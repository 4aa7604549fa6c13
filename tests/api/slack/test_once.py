"""Each event is answered once: however often it is sent, across restarts, and when a process dies over it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.serve import listen
from api.slack.inbox import Inbox
from api.slack.store import FILE, Store
from index.settings import PACKAGE_ROOT, Settings
from tests.api.command import MAIN
from tests.api.conftest import wait_until_ready
from tests.api.slack.conftest import Opened
from tests.api.slack.sender import Sender, event_body
from tests.api.slack.test_asking import HARKER, ZEBRA
from tests.api.slack.workspace import APP_TOKEN, BOT, SECRET, TOKEN, Json, Workspace

ONCE = "Ev0ONCE"


def mentioned(workspace: Workspace) -> Json:
    return {**workspace.says("C0ROOM", f"<@{BOT}> {HARKER}"), "type": "app_mention"}


def test_an_event_that_comes_four_times_across_a_restart_is_answered_once(opened: Opened, workspace: Workspace) -> None:
    event = mentioned(workspace)
    with opened() as sender:
        sender.taken(sender.event(event, ONCE))
        sender.taken(sender.event(event, ONCE, retry=1))
        workspace.answered("C0ROOM")
    with opened() as sender:
        sender.taken(sender.event(event, ONCE, retry=2))
        sender.taken(sender.event(event, ONCE, retry=3))
        sender.mention(ZEBRA)
        workspace.answered("C0ROOM", count=2)
    assert len(workspace.replies("C0ROOM", event["ts"])) == 1


def test_an_event_first_seen_as_a_retry_is_answered_once(sender: Sender, workspace: Workspace) -> None:
    event = mentioned(workspace)
    sender.taken(sender.event(event, ONCE, retry=1))
    sender.taken(sender.event(event, ONCE, retry=2))
    workspace.answered("C0ROOM")
    sender.mention(ZEBRA)
    workspace.answered("C0ROOM", count=2)
    assert len(workspace.replies("C0ROOM", event["ts"])) == 1


def test_nothing_of_a_message_is_kept_once_it_is_answered_but_that_it_was(
    opened: Opened, workspace: Workspace, tmp_path: Path
) -> None:
    with opened() as sender:
        sender.mention(ZEBRA, event_id=ONCE)
        workspace.answered("C0ROOM")
    rows = sqlite3.connect(tmp_path / FILE).execute("SELECT event_id, body FROM events").fetchall()
    assert rows == [(ONCE, None)]


@pytest.mark.parametrize("announced", [True, False])
def test_what_a_dead_process_left_is_answered_in_the_place_that_it_announced(
    opened: Opened, workspace: Workspace, tmp_path: Path, announced: bool
) -> None:
    event = mentioned(workspace)
    store = Store(tmp_path)
    Inbox(store).take(ONCE, f"C0ROOM:{event['ts']}", event_body(event, ONCE))
    if announced:
        ts = workspace.timestamp()
        workspace.messages["C0ROOM"][ts] = {
            "bot_id": "B0BYLINE",
            "ts": ts,
            "text": "Reading…",
            "thread_ts": event["ts"],
        }
        Inbox(store).note_placeholder(ONCE, ts)
    store.close()
    with opened() as sender:
        workspace.answered("C0ROOM")
        sender.taken(sender.event(event, ONCE, retry=1))
    assert len(workspace.replies("C0ROOM")) == 1


def test_what_was_left_long_ago_is_let_be(opened: Opened, workspace: Workspace, tmp_path: Path) -> None:
    event = mentioned(workspace)
    store = Store(tmp_path)
    Inbox(store, lambda: time.time() - 7200).take(ONCE, f"C0ROOM:{event['ts']}", event_body(event, ONCE))
    store.close()
    with opened() as sender:
        sender.mention(ZEBRA)
        workspace.answered("C0ROOM")
    assert not workspace.replies("C0ROOM", event["ts"])


def test_an_event_is_new_after_a_week_and_not_before(tmp_path: Path) -> None:
    now = [1e9]
    inbox = Inbox(Store(tmp_path), lambda: now[0])
    assert inbox.take(ONCE, "C:1", {})
    now[0] += 6 * 24 * 3600
    assert not inbox.take(ONCE, "C:2", {})
    assert not inbox.take("Ev0OTHER", "C:1", {})
    now[0] += 2 * 24 * 3600
    assert inbox.take(ONCE, "C:1", {})


@contextmanager
def process(
    home: Path, workspace: Workspace, *command: str, **more: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of the real command, and the address that it serves on."""
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    own = {
        "BYLINE_HOME": str(home),
        "BYLINE_PORT": str(port),
        "BYLINE_SLACK_BOT_TOKEN": TOKEN,
        "BYLINE_SLACK_API_URL": workspace.api_url,
        "BYLINE_RERANK": "off",
    }
    running = subprocess.Popen(
        [sys.executable, "-c", MAIN, *command],
        cwd=PACKAGE_ROOT,
        env=clean | own | more,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running, f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)


@pytest.fixture
def home(settings: Settings, engine: object, tmp_path: Path) -> Path:
    """A home with the index of the tests and state of its own."""
    home = tmp_path / "home"
    home.mkdir()
    for entry in settings.home.iterdir():
        if entry.suffix not in (".sqlite", ".lock"):
            (home / entry.name).symlink_to(entry)
    return home


def test_a_process_that_is_killed_after_it_took_an_event_answers_it_when_it_is_back(
    home: Path, workspace: Workspace
) -> None:
    event = mentioned(workspace)
    for life in range(2):
        with (
            process(home, workspace, "serve", BYLINE_SLACK_SIGNING_SECRET=SECRET) as (running, address),
            httpx.Client(base_url=address, timeout=30) as client,
        ):
            workspace.until(lambda: running.stdout and running.stdout.readline())
            wait_until_ready(client)
            sender = Sender(client, workspace)
            if life == 0:
                sender.taken(sender.event(event, ONCE))
                running.kill()
                running.wait(10)
            else:
                workspace.answered("C0ROOM")
                sender.taken(sender.event(event, ONCE, retry=1))
    assert 1 <= len(workspace.replies("C0ROOM", event["ts"])) <= 2
    assert len(workspace.answered("C0ROOM")) == 1


def test_socket_mode_answers_and_acknowledges(home: Path, workspace: Workspace) -> None:
    with process(home, workspace, "slack", BYLINE_SLACK_APP_TOKEN=APP_TOKEN) as (running, _):
        assert running.stdout is not None
        assert "answers in Slack" in running.stdout.readline()
        event = mentioned(workspace)
        envelopes = [workspace.push("events_api", event_body(event, ONCE)) for _ in range(2)]
        workspace.until(lambda: set(envelopes) <= set(workspace.acknowledged))
        workspace.answered("C0ROOM")
        url = workspace.response_url()
        command = {"command": "/byline", "text": ZEBRA, "channel_id": "C0ROOM", "user_id": "U0READER"}
        workspace.push("slash_commands", {**command, "response_url": url, "trigger_id": workspace.trigger()})
        workspace.responded(url)
        assert len(workspace.replies("C0ROOM")) == 1
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0


@pytest.mark.parametrize("refused", ["none", "wrong"])
def test_socket_mode_without_its_token_says_so(home: Path, workspace: Workspace, refused: str) -> None:
    more = {"BYLINE_SLACK_APP_TOKEN": "xapp-other"} if refused == "wrong" else {}
    with process(home, workspace, "slack", **more) as (running, _):
        assert running.wait(60) == 78
