"""Settings of a channel, App Home and help."""

import pytest

from api.slack.commands import wish_of
from rag.answer import Ask, Filters
from rag.engine import Engine
from tests.api.slack.conftest import Opened
from tests.api.slack.sender import Sender
from tests.api.slack.test_asking import HARKER, ZEBRA, shows
from tests.api.slack.workspace import Workspace, texts_of

ROGERS = "how can councils improve?"


def said(workspace: Workspace, url: str) -> str:
    (answer,) = workspace.responded(url)
    return "\n".join(texts_of(answer["blocks"]))


def test_a_channel_can_be_kept_to_volumes_and_people_and_this_outlives_a_restart(
    opened: Opened, workspace: Workspace, engine: Engine
) -> None:
    volume = engine.snapshot.volumes()[1].id
    person = engine.snapshot.people()[0].name
    with opened() as sender:
        assert volume in said(workspace, sender.command(f"settings volumes {volume}"))
        assert person in said(workspace, sender.command(f"settings people {person}, {person}", "C0OTHER"))
    with opened() as sender:
        sender.mention(ROGERS)
        (message,) = workspace.answered("C0ROOM")
        assert shows(message, engine.ask(Ask(question=ROGERS, filters=Filters(volumes=[volume]))))
        sender.mention(ROGERS, "C0OTHER")
        (message,) = workspace.answered("C0OTHER")
        assert shows(message, engine.ask(Ask(question=ROGERS, filters=Filters(people=[person]))))
        assert "all volumes" in said(workspace, sender.command("settings reset"))


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("volumes atlantis", "atlantis"),
        ("people Nobody Atall", "Nobody Atall"),
        ("silent perhaps", "perhaps"),
        ("composer llm", "BYLINE_LLM"),
        ("composer poet", "poet"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(sender: Sender, workspace: Workspace, words: str, wrong: str) -> None:
    assert wrong in said(workspace, sender.command(f"settings {words}"))


def test_a_silent_channel_is_answered_only_when_it_mentions_us(sender: Sender, workspace: Workspace) -> None:
    assert "only when mentioned" in said(workspace, sender.command("settings silent on"))
    thread = sender.mention(HARKER)["ts"]
    workspace.answered("C0ROOM", thread)
    sender.follow_up("and Narey?", thread)
    sender.mention("and Narey?", thread=thread)
    workspace.answered("C0ROOM", thread, count=2)
    assert len(workspace.replies("C0ROOM", thread)) == 2


def test_the_form_shows_and_keeps_the_settings(sender: Sender, workspace: Workspace, engine: Engine) -> None:
    volume = engine.snapshot.volumes()[0].id
    sender.command("settings")
    (form,) = workspace.opened()
    values = {
        "volumes": {"volumes": {"selected_options": [{"value": volume}]}},
        "people": {"people": {"value": "Nobody Atall"}},
        "composer": {"composer": {"selected_option": {"value": "extractive"}}},
        "silent": {"silent": {"selected_options": [{"value": "silent"}]}},
    }
    sent = {"type": "view_submission", "user": {"id": "U0READER"}, "view": {**form, "state": {"values": values}}}
    refused = sender.interaction(sent)
    assert refused.json()["response_action"] == "errors"
    assert "Nobody Atall" in refused.json()["errors"]["people"]
    values["people"]["people"]["value"] = ""  # type: ignore[index]
    assert sender.interaction(sent).content == b""
    sender.command("settings")
    again = workspace.opened(2)[1]
    chosen = {block["block_id"]: block["element"] for block in again["blocks"]}
    assert [option["value"] for option in chosen["volumes"]["initial_options"]] == [volume]
    assert chosen["composer"]["initial_option"]["value"] == "extractive"
    assert [option["value"] for option in chosen["silent"]["initial_options"]] == ["silent"]


def test_home_tells_what_it_knows_what_to_try_and_what_was_asked(
    sender: Sender, workspace: Workspace, engine: Engine
) -> None:
    sender.mention(ZEBRA)
    workspace.answered("C0ROOM")
    sender.taken(sender.event({"type": "app_home_opened", "user": "U0READER", "tab": "home", "channel": "D0READER"}))
    home = workspace.until(lambda: workspace.homes.get("U0READER"))
    shown = "\n".join(texts_of(home["blocks"]))
    assert all(volume.title.replace("&", "&amp;") in shown for volume in engine.snapshot.volumes())
    assert ZEBRA in shown
    assert "what does" in shown


def test_help_says_what_can_be_said(sender: Sender, workspace: Workspace) -> None:
    assert "settings" in said(workspace, sender.command("help"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "help"),
        ("Help", "help"),
        ("settings", "form"),
        ("settings volumes a, b", "change"),
        ("Settings reset", "change"),
        ("settings of homes for children?", "ask"),
        ("what did Harker say?", "ask"),
    ],
)
def test_words_after_the_command_are_a_wish(text: str, kind: str) -> None:
    assert wish_of(text).kind == kind
