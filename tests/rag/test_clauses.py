"""A question that asks several things is told from one that asks one."""

import pytest

from rag.clauses import things_asked


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("why did the bell fall, and who hung it again?", ["why did the bell fall", "who hung it again"]),
        ("Where is the loom? And how old is it?", ["Where is the loom", "how old is it"]),
        ("what did the guild pay and when was it paid", ["what did the guild pay", "when was it paid"]),
        ("what do weavers and clockmakers have in common?", ["what do weavers and clockmakers have in common"]),
        ("In the tale of the loom, who cut the threads?", ["who cut the threads"]),
        ("tell me about the loom", []),
        ("", []),
    ],
)
def test_the_clauses_that_ask_are_found(question: str, asked: list[str]) -> None:
    assert things_asked(question) == asked
