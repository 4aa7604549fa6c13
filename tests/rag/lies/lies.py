"""Lies about the keepers' papers, each of its own kind, and true sentences as an honest model words them: copied,
credited, trimmed, joined.

`<<words>>` marks the source that is cited, by words that it holds. Every lie is near to something true: most keep all
words but one. Most truths stand beside a lie that differs in a word, so that a gate which stops everything does not
pass for a good one.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.support.verdict import Verdict

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Lie:
    """A lie by name: the question it answers, what the model writes, and the verdict due."""

    name: str
    question: str
    text: str
    verdict: Verdict
    after: str = ""
    """A true sentence that it follows."""


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_HERE / name).read_text(encoding="utf-8").splitlines()]


LIES = tuple(Lie(**{**row, "verdict": Verdict(row["verdict"])}) for row in _rows("lies.jsonl"))
TRUTHS = tuple((row["question"], row["text"]) for row in _rows("truths.jsonl"))
