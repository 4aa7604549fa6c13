"""The buttons of an answer: in context, copy reference, feedback, share, who does write about it."""

import sqlite3
from pathlib import Path

import pytest

from api.slack.layout import VERDICTS
from rag.answer import Answer, Ask
from rag.engine import Engine
from tests.api.slack.conftest import Opened
from tests.api.slack.sender import Sender, buttons_of
from tests.api.slack.test_asking import HARKER
from tests.api.slack.workspace import Json, Workspace, texts_of


@pytest.fixture
def message(sender: Sender, workspace: Workspace) -> Json:
    sender.mention(HARKER)
    return workspace.answered("C0ROOM")[0]


@pytest.fixture
def answer(engine: Engine) -> Answer:
    return engine.ask(Ask(question=HARKER))


def test_every_source_is_shown_between_its_neighbours(
    sender: Sender, workspace: Workspace, message: Json, engine: Engine, answer: Answer
) -> None:
    offered = [button for button in buttons_of(message) if button["action_id"] == "in_context"]
    for number in range(len(offered)):
        sender.press(message, "in_context", number=number)
        workspace.opened(number + 1)
    for view, button in zip(workspace.views, offered, strict=True):
        cited = next(each for each in answer.citations if each.id == int(button["value"].split()[1]))
        section = engine.snapshot.section(cited.section_id)
        place = next(s.ordinal for s in section.sentences if cited.start in [span.start for span in s.spans])
        shown = "\n".join(texts_of(view["blocks"]))
        assert cited.reference in shown
        for ordinal in range(max(0, place - 1), min(len(section.sentences), place + 2)):
            assert section.sentences[ordinal].text.replace("&", "&amp;") in shown


def test_with_a_public_url_the_page_shows_it(opened: Opened, workspace: Workspace, answer: Answer) -> None:
    with opened(public_url="https://byline.example.org/") as sender:
        sender.mention(HARKER)
        (message,) = workspace.answered("C0ROOM")
        urls = [button["url"] for button in buttons_of(message) if button["action_id"] == "in_context"]
        assert urls[0] == f"https://byline.example.org{answer.citations[0].url}"
        sender.press(message, "in_context")
        sender.press(message, "copy_reference")
        workspace.opened()
    assert [view["title"]["text"] for view in workspace.views] == ["Copy reference"]


def test_references_can_be_copied_in_each_style(
    sender: Sender, workspace: Workspace, message: Json, answer: Answer
) -> None:
    sender.press(message, "copy_reference")
    workspace.opened()
    shown = texts_of(workspace.views[0]["blocks"])
    assert {citation.reference for citation in answer.citations} <= set(shown)
    assert any(text.lstrip().startswith(("@", "%")) or "@" in text for text in shown)


@pytest.mark.parametrize("verdict", list(VERDICTS))
def test_feedback_is_kept_as_over_http(sender: Sender, workspace: Workspace, message: Json, verdict: str) -> None:
    url = sender.press(message, f"feedback_{verdict}")
    (said,) = workspace.responded(url)
    assert "Thank you" in said["text"]
    (kept,) = sender.client.get("/v1/feedback").json()["feedback"]
    assert (kept["verdict"], kept["is_true"], kept["answer"]["question"]) == (verdict, True, HARKER)


def test_a_private_answer_is_shared_with_the_channel_and_can_be_gone_on_with(
    sender: Sender, workspace: Workspace
) -> None:
    url = sender.command(HARKER)
    (private,) = workspace.responded(url)
    pressed = sender.press(private, "share")
    (shared,) = workspace.answered("C0ROOM")
    assert "Lisa Harker" in shared["text"]
    assert HARKER in "\n".join(texts_of(shared["blocks"]))
    assert "share" not in [button["action_id"] for button in buttons_of(shared)]
    workspace.until(lambda: {"delete_original": True}.items() <= (workspace.responses[pressed] or [{}])[-1].items())
    sender.follow_up("and Narey?", shared["ts"])
    workspace.answered("C0ROOM", shared["ts"])
    assert "Martin Narey" in workspace.replies("C0ROOM", shared["ts"])[0]["text"]


def test_where_we_are_not_in_the_channel_it_is_shared_through_the_command(sender: Sender, workspace: Workspace) -> None:
    workspace.not_in.add("C0ROOM")
    url = sender.command(HARKER)
    (private,) = workspace.responded(url)
    pressed = sender.press(private, "share")
    workspace.responded(pressed, 2)
    assert workspace.responses[pressed][0]["response_type"] == "in_channel"


def test_silence_about_one_person_names_who_does_write_about_it(
    sender: Sender, workspace: Workspace, engine: Engine
) -> None:
    silent = "what does Mark Rogers say about foster carers?"
    answer = engine.ask(Ask(question=silent))
    assert answer.suggestions
    sender.mention(silent)
    (message,) = workspace.answered("C0ROOM")
    (said,) = workspace.responded(sender.press(message, "who_writes"))
    shown = "\n".join(texts_of(said["blocks"]))
    assert all(each.name in shown and str(each.section) in shown for each in answer.suggestions)


def test_an_answer_that_is_no_longer_kept_is_called_that(
    sender: Sender, workspace: Workspace, message: Json, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "slack.sqlite") as connection:
        connection.execute("DELETE FROM answers")
    connection.close()
    for action in ("in_context", "copy_reference", "feedback_right"):
        url = sender.press(message, action)
        (said,) = workspace.responded(url)
        assert "no longer kept" in said["text"]
