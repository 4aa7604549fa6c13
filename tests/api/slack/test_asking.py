"""Asking in Slack: mentions, direct messages, follow-ups, the command, and what is not meant for us."""

import pytest

from rag.answer import Answer, Ask
from rag.engine import Engine
from tests.api.slack.sender import Sender, buttons_of
from tests.api.slack.workspace import BOT, BOT_ID, Json, Workspace, texts_of

HARKER = "what did Lisa Harker say about schools?"
ZEBRA = "how far can a zebra jump on Neptune?"


def shows(message: Json, answer: Answer) -> bool:
    """Whether a message says all that an answer does."""
    text = "\n".join(texts_of(message["blocks"])).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    said = [sentence.text for sentence in answer.sentences] or [answer.answer]
    frames = [sentence.frame for sentence in answer.sentences if sentence.frame]
    return all(part in text for part in [*said, *frames, *(citation.reference for citation in answer.citations)])


def test_a_mention_is_answered_in_its_thread(sender: Sender, workspace: Workspace, engine: Engine) -> None:
    asked = sender.mention(HARKER)
    (message,) = workspace.answered("C0ROOM")
    assert message["thread_ts"] == asked["ts"]
    assert shows(message, engine.ask(Ask(question=HARKER)))
    posted = [given for method, given in workspace.calls if method == "chat.postMessage"]
    assert [given["text"] for given in posted] == ["Reading…"]


def test_a_direct_message_is_answered_beside_it_and_gone_on_with(
    sender: Sender, workspace: Workspace, engine: Engine
) -> None:
    sender.direct(HARKER)
    (first,) = workspace.answered("D0READER")
    assert "thread_ts" not in first
    sender.direct("and Narey?")
    second = workspace.answered("D0READER", count=2)[1]
    assert shows(second, engine.ask(Ask(question="What did Martin Narey say about schools?")))


def test_a_thread_is_a_conversation(sender: Sender, workspace: Workspace, engine: Engine) -> None:
    thread = sender.mention(HARKER)["ts"]
    workspace.answered("C0ROOM", thread)
    sender.follow_up("and Narey?", thread)
    second = workspace.answered("C0ROOM", thread, count=2)[1]
    assert shows(second, engine.ask(Ask(question="What did Martin Narey say about schools?")))


def test_what_people_said_before_is_read_too(sender: Sender, workspace: Workspace, engine: Engine) -> None:
    thread = workspace.says("C0ROOM", HARKER)["ts"]
    workspace.says("C0ROOM", "lamps?", thread, user="U0OTHER")["bot_id"] = "B0OTHER"
    sender.mention("and Narey?", thread=thread)
    (message,) = workspace.answered("C0ROOM", thread)
    assert shows(message, engine.ask(Ask(question="What did Martin Narey say about schools?")))


def test_the_command_is_answered_for_one_person(sender: Sender, workspace: Workspace, engine: Engine) -> None:
    url = sender.command(HARKER)
    (said,) = workspace.responded(url)
    assert (said["response_type"], said["replace_original"], said["unfurl_links"]) == ("ephemeral", True, False)
    assert shows(said, engine.ask(Ask(question=HARKER)))
    assert not workspace.replies("C0ROOM")


def test_silence_says_why(sender: Sender, workspace: Workspace, engine: Engine) -> None:
    sender.mention(ZEBRA)
    (message,) = workspace.answered("C0ROOM")
    assert shows(message, engine.ask(Ask(question=ZEBRA)))
    assert "who_writes" not in [button["action_id"] for button in buttons_of(message)]


def test_a_mistake_is_said_in_the_place_of_the_answer(sender: Sender, workspace: Workspace) -> None:
    sender.mention("?!")
    (message,) = workspace.answered("C0ROOM")
    assert "empty" in texts_of(message["blocks"])[0]


def test_a_message_that_two_events_tell_of_is_answered_once(sender: Sender, workspace: Workspace) -> None:
    message = workspace.says("C0ROOM", f"<@{BOT}> {HARKER}")
    sender.event({**message, "type": "app_mention"})
    sender.event({**message, "channel_type": "channel"})
    workspace.answered("C0ROOM")
    sender.mention(ZEBRA)
    workspace.answered("C0ROOM", count=2)
    assert len(workspace.replies("C0ROOM")) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"bot_id": "B0OTHER"},
        {"user": BOT, "bot_id": BOT_ID},
        {"user": BOT},
        {"subtype": "message_changed", "message": {"text": HARKER}},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"edited": {"user": "U0READER", "ts": "1.0"}},
        {"user": None},
        {"text": None},
        {"ts": 7},
    ],
)
def test_bots_edits_and_our_own_messages_are_acknowledged_and_ignored(
    sender: Sender, workspace: Workspace, change: Json
) -> None:
    message = workspace.says("D0READER", HARKER)
    response = sender.event({**message, "channel_type": "im", **change})
    assert response.status_code == 200
    sender.mention(ZEBRA)
    workspace.answered("C0ROOM")
    assert not workspace.replies("D0READER")


def test_talk_of_others_is_none_of_ours(sender: Sender, workspace: Workspace) -> None:
    said = workspace.says("C0ROOM", HARKER)
    sender.taken(sender.event({**said, "channel_type": "channel"}))
    thread = sender.mention(ZEBRA)["ts"]
    workspace.answered("C0ROOM")
    sender.follow_up("<@U0OTHER> and Narey?", thread)
    elsewhere = workspace.says("C0ROOM", "first")["ts"]
    sender.follow_up("and Narey?", elsewhere)
    sender.mention(ZEBRA)
    workspace.answered("C0ROOM", count=2)
    assert len(workspace.replies("C0ROOM")) == 2


def test_rate_limits_are_obeyed(sender: Sender, workspace: Workspace) -> None:
    workspace.limits["chat.update"] = [1, 1]
    sender.mention(HARKER)
    workspace.answered("C0ROOM")
    (_, first), (_, second) = workspace.limited
    assert second - first >= 1
    assert len(workspace.replies("C0ROOM")) == 1


def test_an_answer_whose_placeholder_is_gone_comes_by_itself(sender: Sender, workspace: Workspace) -> None:
    workspace.frozen.add("C0ROOM")
    asked = sender.mention(HARKER)
    workspace.until(lambda: len(workspace.replies("C0ROOM", asked["ts"])) == 2)
    assert workspace.replies("C0ROOM")[1]["text"].startswith("Lisa Harker")


def test_what_slack_refuses_stops_nothing_else(sender: Sender, workspace: Workspace) -> None:
    workspace.not_in.add("C0SHUT")
    sender.mention(HARKER, channel="C0SHUT")
    sender.mention(HARKER)
    workspace.answered("C0ROOM")
    assert not workspace.replies("C0SHUT")
