"""Slack has its acknowledgement within a second, whatever the composer does; and the answer comes all the same.

SLACK_STALL_S=60 makes the composer stall as long as the figure of the issue says.
"""

import json
import os
import time
from pathlib import Path

import numpy as np

from rag.answer import Answer
from rag.engine import Engine
from tests.api.slack.conftest import Opened
from tests.api.slack.sender import PATH, event_body, signed
from tests.api.slack.test_asking import HARKER
from tests.api.slack.workspace import BOT, Workspace
from tests.api.test_conversations import keeping_in
from tests.rag.lies.endpoint import Endpoint, Handler

STALL_S = float(os.environ.get("SLACK_STALL_S", "3"))
QUESTIONS = 20


def test_acknowledgements_take_a_second_at_most_while_every_answer_stalls(
    opened: Opened, workspace: Workspace, engine: Engine, tmp_path: Path
) -> None:
    stalled = keeping_in(tmp_path, engine)

    def stall(answer: Answer) -> None:
        time.sleep(STALL_S)

    stalled.observers = [stall]
    with opened(stalled, asks_at_once=QUESTIONS // 2) as sender:
        took = []
        for _ in range(QUESTIONS):
            event = {**workspace.says("C0ROOM", f"<@{BOT}> {HARKER}"), "type": "app_mention"}
            body = json.dumps(event_body(event))
            headers = signed(body, "application/json")
            began = time.perf_counter()
            assert sender.client.post(PATH, content=body, headers=headers).status_code == 200
            took.append(time.perf_counter() - began)
            time.sleep(STALL_S / QUESTIONS)
        began = time.perf_counter()
        url = sender.command(HARKER)
        took.append(time.perf_counter() - began)
        workspace.answered("C0ROOM", count=QUESTIONS, seconds=60 + 4 * STALL_S)
        workspace.until(lambda: workspace.responses[url], 60 + 4 * STALL_S)
    print(f"ack p50 {np.percentile(took, 50):.3f} s, p99 {np.percentile(took, 99):.3f} s, stall {STALL_S:.0f} s")
    assert np.percentile(took, 99) <= 1.0


def test_where_a_language_model_stalls_the_texts_own_words_come(
    opened: Opened, workspace: Workspace, engine: Engine, tmp_path: Path
) -> None:
    def stall(handler: Handler) -> None:
        time.sleep(min(STALL_S, 10))

    with Endpoint() as endpoint:
        endpoint.says("", stall)
        settings = engine.settings.model_copy(
            update={"llm": "openai:stalls", "llm_url": f"{endpoint.url}/v1", "llm_seconds": 1.0}
        )
        talking = keeping_in(tmp_path, engine)
        talking.settings = settings.model_copy(update={"database_url": talking.settings.database_url})
        talking.__dict__.pop("llm_composer", None)
        with opened(talking) as sender:
            url = sender.command("settings composer llm")
            workspace.responded(url)
            began = time.perf_counter()
            sender.mention(HARKER)
            assert time.perf_counter() - began <= 1.0
            (message,) = workspace.answered("C0ROOM")
    assert "Lisa Harker" in message["text"]


def test_where_too_many_wait_it_says_so(opened: Opened, workspace: Workspace, engine: Engine, tmp_path: Path) -> None:
    stalled = keeping_in(tmp_path, engine)
    stalled.observers = [lambda answer: time.sleep(2)]
    with opened(stalled, asks_at_once=1, queue=0) as sender:
        for _ in range(3):
            sender.mention(HARKER)
        said = [message["text"] for message in workspace.answered("C0ROOM", count=3)]
    assert sum("More is being asked" in text for text in said) >= 1
    assert sum("Lisa Harker" in text for text in said) >= 1
