"""What the probes are fitted on, and that what they learn is what it teaches."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from eval.clapnq import is_measured, load_clapnq
from eval.probes import Example, are_enough, chunkeval_examples, clapnq_examples, fit_probes, own_examples
from eval.schema import Question
from index.settings import Settings
from rag.engine import Engine
from rag.probes import States
from rag.rerank import OnnxReranker, open_reranker
from tests.conftest import SilentProgress

HARBOUR = (
    "Ropes are dried on the quay. The bell was hung by Ada Kent in 1802. Gulls sleep on the gallery. "
    "It weighs as much as four oxen. Fog has no edges. The harbour master writes the log every night. "
    "Painters like the harbour in May. "
) + "The tide comes in and goes out again, as it did before. " * 30


@pytest.fixture(scope="module")
def reranker() -> OnnxReranker:
    opened = open_reranker(Settings(threads=1))
    assert isinstance(opened, OnnxReranker)
    return opened


@pytest.fixture
def chunkeval(tmp_path: Path) -> Path:
    """A folder like the chunking evaluation's, of one corpus and one question with two excerpts."""
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    excerpts = ("The bell was hung by Ada Kent in 1802.", "It weighs as much as four oxen.")
    references = [
        {"content": text, "start_index": HARBOUR.index(text), "end_index": HARBOUR.index(text) + len(text)}
        for text in excerpts
    ]
    asked = {"id": "h-1", "question": "what is known of the bell?", "corpus_id": "harbour", "references": references}
    (tmp_path / "questions.jsonl").write_text(json.dumps(asked), encoding="utf-8")
    return tmp_path


def test_clapnq_teaches_with_the_half_that_is_not_measured(reranker: OnnxReranker, clapnq: Path) -> None:
    examples = clapnq_examples(reranker, clapnq, SilentProgress())
    fitting = {question.id: question for question in load_clapnq(clapnq) if not is_measured(question)}
    assert [example.group for example in examples] == list(fitting)
    for example in examples:
        question = fitting[example.group]
        assert example.answers == bool(question.references)
        assert (example.belongs is not None) == example.answers
        if example.belongs is not None:
            assert {place for place, belongs in enumerate(example.belongs) if belongs} == set(question.chosen)
            assert question.chosen


def test_an_excerpt_teaches_by_a_page_around_it_and_one_after_it(reranker: OnnxReranker, chunkeval: Path) -> None:
    first, second, after = chunkeval_examples(reranker, chunkeval, SilentProgress())
    assert (first.answers, second.answers, after.answers) == (True, True, False)
    assert first.belongs is not None
    assert second.belongs is not None
    assert sum(first.belongs) == sum(second.belongs) == 2
    assert first.belongs[0], "begins with the excerpt itself"
    assert not second.belongs[0], "begins some words before"
    assert after.belongs is None


def test_our_questions_teach_by_what_they_find(digest_engine: Engine, question: Callable[..., Question]) -> None:
    assert isinstance(digest_engine.reranker, OnnxReranker)
    section = next(s for s in digest_engine.snapshot.section_refs.values() if "Demand management" in s.title)
    entry = digest_engine.snapshot.section(section.id)
    people = [author.name for author in entry.authors]
    gold = {"doc": "001", "section": entry.title, "authors": people, "start_line": 1, "end_line": 1}
    answered = question(id="a", question="what did Harker say about schools?", gold=[gold], facts=[["schools"]])
    nowhere = question(id="b", question="how far can a zebra jump on Neptune?", answerable=False, gold=[], facts=[])
    examples = own_examples(digest_engine, digest_engine.reranker, [answered, nowhere], SilentProgress())
    told = [example for example in examples if example.group == "a"]
    assert told
    assert {example.answers for example in told} <= {True, None}
    assert any(any(example.belongs or ()) for example in told)
    assert {example.answers for example in examples if example.group == "b"} == {False}
    assert {example.belongs for example in examples if example.group == "b"} == {None}


def _example(answers: bool, at: float) -> Example:
    noise = np.random.default_rng(int(at * 1000)).normal(size=(4, 3)).astype(np.float32)
    sentences = noise + np.array([[at, 0, 0], [-at, 0, 0], [at, 0, 0], [-at, 0, 0]], np.float32)
    whole = noise[0] + np.array([0, 4 if answers else -4, 0], np.float32)
    return Example(f"{at}", 1.0, States(whole, sentences), answers, (True, False) * 2 if answers else None)


def test_the_probes_find_what_tells_the_classes_apart() -> None:
    probes = fit_probes([_example(answers, at) for at in np.linspace(3, 5, 40) for answers in (True, False)])
    assert int(np.argmax(np.abs(probes.passage.weights))) == 1
    assert int(np.argmax(np.abs(probes.sentence.weights))) == 0
    assert probes.passage.weights[1] > 0
    yes, no = (probes.passage.log_odds(np.array([0, side, 0], np.float32)) for side in (4, -4))
    assert yes > 0 > no


def test_one_class_teaches_nothing() -> None:
    assert not are_enough([])
    assert not are_enough([_example(True, 3.0)])
    assert not are_enough([_example(False, 3.0)])
    assert are_enough([_example(True, 3.0), _example(False, 3.0)])
