"""Streaming is measured against a real server."""

from pathlib import Path

import pytest

from eval.errors import EvalError
from eval.schema import load_questions
from eval.streaming import measure_streaming
from index.settings import Settings
from tests.conftest import SilentProgress

LINE = '{{"id": "{0}", "question": "{1}", "kind": "fact", "answerable": {2}}}'


@pytest.mark.usefixtures("digest_engine")
def test_first_sentences_and_stops_are_timed(digest_settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    asked = [("a", "what did Lisa Harker say about schools?", "true"), ("b", "can a zebra jump on Neptune?", "false")]
    path.write_text("\n".join(LINE.format(*each) for each in asked), encoding="utf-8")
    report = measure_streaming(digest_settings, load_questions([path]), SilentProgress())
    assert (report.asked, report.answered, report.stopped.count) == (2, 1, 2)
    assert 0 < report.finding.p50 < report.whole.most
    assert report.first_sentence.p50 == pytest.approx(report.ratio * report.finding.p50, rel=0.01)


@pytest.mark.usefixtures("digest_engine")
def test_questions_without_an_answer_measure_nothing(digest_settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(LINE.format("b", "can a zebra jump on Neptune?", "false"), encoding="utf-8")
    with pytest.raises(EvalError, match="None of 1 questions was answered"):
        measure_streaming(digest_settings, load_questions([path]), SilentProgress())
