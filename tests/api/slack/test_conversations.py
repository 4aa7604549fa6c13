"""A thread is answered as POST /v1/ask answers with the same history.

SLACK_CONVERSATIONS=30 asks as many conversations as the figure of the issue says.
"""

import os
from pathlib import Path
from typing import Any

from api.slack.given import GivenAnswers
from api.slack.store import Store
from index.snapshot import Snapshot
from rag.engine import Engine
from tests.api.slack.sender import Sender
from tests.api.slack.test_asking import shows
from tests.api.slack.workspace import Workspace

CONVERSATIONS = int(os.environ.get("SLACK_CONVERSATIONS", "4"))
COMPARED = ("status", "reason", "answer", "sentences", "citations", "notes", "standalone_question")


def conversations(snapshot: Snapshot) -> list[list[str]]:
    """A question and three follow-ups about each of several writers."""
    written = [(person, section) for person in snapshot.people() for section in person.sections[:1]]
    step = max(1, len(written) // CONVERSATIONS)
    chosen = written[::step][:CONVERSATIONS]
    others = [person.name for person, _ in reversed(written)]
    return [
        [
            f"what does {person.name} say in “{section.title}”?",
            "why?",
            f"and {other}?",
            "what else is said about that?",
        ]
        for (person, section), other in zip(chosen, others, strict=False)
    ]


def test_threads_are_answered_as_over_http(
    sender: Sender, workspace: Workspace, engine: Engine, tmp_path: Path
) -> None:
    given = GivenAnswers(Store(tmp_path), 0)
    compared = 0
    for number, questions in enumerate(conversations(engine.snapshot)):
        channel = f"C{number:04}"
        thread = ""
        history: list[dict[str, str]] = []
        for count, question in enumerate(questions, 1):
            asked = sender.mention(question, channel) if not thread else sender.follow_up(question, thread, channel)
            thread = thread or asked["ts"]
            message = workspace.answered(channel, thread, count)[-1]
            answer = given.in_thread(channel, thread)[-1].answer
            over_http = sender.client.post("/v1/ask", json={"question": question, "history": history}).json()
            in_slack: dict[str, Any] = answer.model_dump(mode="json")
            assert {name: in_slack[name] for name in COMPARED} == {name: over_http[name] for name in COMPARED}
            assert shows(message, answer)
            history += [
                {"role": "user", "content": question},
                {"role": "assistant", "content": over_http["answer"]},
            ]
            compared += 1
    assert compared == 4 * CONVERSATIONS
    print(f"{compared} of {compared} answers the same in {CONVERSATIONS} conversations")
