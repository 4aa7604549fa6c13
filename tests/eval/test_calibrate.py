"""The decision between answering and silence is fitted on questions and written where the engine reads it."""

import json
from pathlib import Path

import pytest

from eval import calibrate as module
from eval.calibrate import calibrate
from eval.errors import EvalError
from index.settings import Settings
from rag.abstain import CALIBRATION, FEATURES, SPEAKS_AGAINST
from rag.probes import PROBES, load_probes
from tests.conftest import SilentProgress

ANSWERABLE = (
    "what did Harker say about schools?", "why does zombie social work happen?", "what helps children leaving care?",
    "what do inspections do to services?", "how are adoption agencies organised?", "why do relationships matter?",
    "what does Kathy Evans say about tendering?", "how are foster carers supported?",
)  # fmt: skip
UNANSWERABLE = (
    "how far can a zebra jump on Neptune?", "who won the cup final?", "what is the boiling point of mercury?",
    "which opera did Verdi write first?", "how do volcanoes erupt?", "recipe for goulash",
)  # fmt: skip


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the result goes, so that the one in use stays."""
    path = tmp_path / "calibration.json"
    monkeypatch.setattr(module, "CALIBRATION", path)
    monkeypatch.setattr(module, "PROBES", tmp_path / "probes.json")
    return path


def questions(path: Path) -> Path:
    lines = [
        json.dumps({"id": f"c-{number}", "question": question, "kind": "any", "answerable": question in ANSWERABLE})
        for number, question in enumerate((*ANSWERABLE, *UNANSWERABLE))
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.usefixtures("digest_engine")
def test_it_tells_questions_with_an_answer_from_those_without(
    digest_settings: Settings, written: Path, tmp_path: Path
) -> None:
    before = CALIBRATION.read_bytes()
    fitted = calibrate(digest_settings, [questions(tmp_path / "training.jsonl")], SilentProgress())
    data = json.loads(written.read_text(encoding="utf-8"))
    assert data == fitted.data
    assert data["fitted_on"] == ["training.jsonl"]
    for mode in ("reranked", "fast"):
        assert set(data[mode]["weights"]) == set(FEATURES)
        assert all(weight >= 0 for name, weight in data[mode]["weights"].items() if name not in SPEAKS_AGAINST)
        assert 0.0 < data[mode]["threshold"] < 1.0
        assert data[mode]["questions"] == len(ANSWERABLE) + len(UNANSWERABLE)
        assert data[mode]["cross_validated"]["auroc"] > 0.7
    assert data["fast"]["weights"]["relevance"] == 0.0
    assert str(written) in fitted.summary
    assert CALIBRATION.read_bytes() == before
    assert not (tmp_path / "probes.json").exists(), "nothing says which passages answer"


@pytest.mark.usefixtures("digest_engine")
def test_probes_are_fitted_where_something_teaches_them(
    digest_settings: Settings, written: Path, tmp_path: Path, clapnq: Path
) -> None:
    before = PROBES.read_bytes()
    fitted = calibrate(digest_settings, [questions(tmp_path / "training.jsonl")], SilentProgress(), clapnq)
    assert json.loads(written.read_text(encoding="utf-8")) == fitted.data
    assert len(load_probes(tmp_path / "probes.json").passage.weights) == len(load_probes().passage.weights)
    assert (tmp_path / "probes.json").read_bytes() != before
    assert PROBES.read_bytes() == before


@pytest.mark.usefixtures("digest_engine")
def test_a_malformed_file_changes_nothing(digest_settings: Settings, written: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{}", encoding="utf-8")
    with pytest.raises(EvalError, match=r"bad\.jsonl:1"):
        calibrate(digest_settings, [tmp_path / "bad.jsonl"], SilentProgress())
    assert not written.exists()
