"""What the signals of retrieval count is fitted on training questions and judged on those left out."""

from pathlib import Path

import numpy as np
import pytest

from eval.errors import EvalError
from eval.finding import passage_places
from eval.fusion import FITTED, IN_FORCE, FusionReport, Judged, eval_fusion, fit, hits, judge_proposals
from eval.schema import Question, load_questions
from index.build import build_index
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import PACKAGE_ROOT, Settings
from rag.answer import Ask, Filters
from rag.engine import Engine
from rag.retrieve import FOCUS, SIGNALS, WEIGHTS
from tests.api.command import byline
from tests.conftest import SilentProgress
from tests.index.collection import DATA, Collection, make_collection

WORKSHOP = (
    ("since when has the town clock kept time?", 22), ("what was the pendulum cast from?", 23),
    ("how tall is the pendulum?", 22), ("how much does the clock lose in a month?", 23),
    ("what should be oiled before the frost?", 27), ("what happens to a dry pivot?", 32),
    ("what does Ada Thorne say apprentices forget?", 32), ("where did Benedict Okafor move the looms?", 41),
    ("what does a loom want more than room?", 41), ("who weaves well by lamplight?", 42),
    ("what do blue threads look like by lamplight?", 43), ("which cloths have a fault in every yard?", 42),
)  # fmt: skip
"""Questions about tests/data/workshop-papers.txt, each with the line that answers it."""


def _question(number: int, text: str, line: int) -> dict[str, object]:
    gold = {"doc": "workshop", "section": "Workshop", "authors": [], "start_line": line, "end_line": line}
    return {"id": f"w-{number}", "question": text, "kind": "fact", "answerable": True, "gold": [gold]}


QUESTIONS = [Question.model_validate(_question(number, *each)) for number, each in enumerate(WORKSHOP)]


@pytest.fixture(scope="module")
def collection(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """Two short pieces of our own, indexed as a full text."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    made = make_collection(tmp_path_factory.mktemp("fusion") / "collection", models)
    (made.texts / "workshop-papers.txt").write_bytes((DATA / "workshop-papers.txt").read_bytes())
    made.put_catalogue("workshop-papers")
    build_index(made.settings, SilentProgress())
    return made


@pytest.fixture(scope="module")
def report(engine: Engine) -> FusionReport:
    """The report over the full texts, on the first of our training questions."""
    return eval_fusion(engine, load_questions([PACKAGE_ROOT / "eval" / "questions" / "first.jsonl"]))


def _telling(signal: int, questions: int = 20, rows: int = 12) -> list[Judged]:
    """Rows with noise for signals, but for one that is highest where the row is gold."""
    chance = np.random.default_rng(3)
    made = []
    for _ in range(questions):
        signals, gold = chance.random((rows, len(SIGNALS))), np.zeros(rows, dtype=np.bool_)
        gold[chance.integers(rows)] = True
        signals[:, signal] = 0.5 * signals[:, signal] + 0.5 * gold
        made.append(Judged(signals, gold))
    return made


@pytest.mark.parametrize("signal", range(len(SIGNALS)))
def test_the_signal_that_tells_gets_the_weight(signal: int) -> None:
    judged = _telling(signal)
    weights = fit(judged)
    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0)
    assert int(weights.argmax()) == signal
    assert hits(judged, weights)[:, 0].mean() > hits(judged, np.array(WEIGHTS))[:, 0].mean()


def test_a_fit_is_a_minimum_wherever_it_starts() -> None:
    judged = _telling(0)
    for start in ([0.2] * len(SIGNALS), [1.0, *[0.0] * (len(SIGNALS) - 1)]):
        np.testing.assert_allclose(fit(judged, start), fit(judged), atol=0.05)


def test_where_nothing_is_gold_the_weights_stay() -> None:
    nothing = [Judged(each.signals, np.zeros_like(each.gold)) for each in _telling(1)]
    np.testing.assert_allclose(fit(nothing), np.array(WEIGHTS) / sum(WEIGHTS))


def test_a_hit_counts_from_its_rank_on() -> None:
    one = np.zeros((10, len(SIGNALS)))
    one[:, 0] = np.arange(10, 0, -1)
    judged = [Judged(one, np.arange(10) == place) for place in (0, 4, 7, 9)]
    found = hits(judged, np.array([1.0, *[0.0] * (len(SIGNALS) - 1)]))
    assert found.tolist() == [[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]]


def test_the_weights_in_force_beat_plain_fusions(report: FusionReport) -> None:
    by_name = {row.name: row for row in report.rows}
    assert list(by_name) == ["cosine", "cosine + lexical", IN_FORCE, FITTED]
    for row in report.rows:
        assert 0.0 < row.passage_1 <= row.passage_5 <= row.passage_8 <= report.proposed / report.questions
    assert by_name[IN_FORCE].weights == dict(zip(SIGNALS, WEIGHTS, strict=True))
    best = by_name[IN_FORCE].passage_1 + by_name[IN_FORCE].passage_5
    assert all(best >= row.passage_1 + row.passage_5 for row in report.rows[:2])


def test_the_fitted_weights_sum_to_one(report: FusionReport) -> None:
    assert list(report.fitted) == list(SIGNALS)
    assert min(report.fitted.values()) >= 0.0
    assert sum(report.fitted.values()) == pytest.approx(1.0, abs=1e-3)


def test_it_ranks_as_retrieval_does(engine: Engine) -> None:
    engine = Engine(engine.snapshot, engine.settings.model_copy(update={"rerank": "off"}), engine.calibration)
    turns = [
        {"role": "user", "content": "what does Lisa Harker say about schools?"},
        {"role": "assistant", "content": "A lot."},
    ]
    for text, history in (("what helps children leaving care?", []), ("why does she think so?", turns)):
        ask = Ask.model_validate({"question": text, "history": history})
        proposed, focus = engine.proposals(ask)
        focused = [engine.snapshot.passage_sections[row] == focus for row in proposed.rows]
        scores = proposed.signals @ np.array(WEIGHTS, dtype=np.float32) + FOCUS * np.array(focused)
        best = proposed.rows[np.argsort(-scores, kind="stable")][:8]
        assert (focus is not None) == bool(history)
        assert [hit.passage.row for hit in engine.find(ask)] == best.tolist()


def test_proposals_stay_within_the_filters(digest_engine: Engine) -> None:
    ask = Ask(question="what helps families early?", filters=Filters(people=["Ray Jones"]))
    proposed, _ = digest_engine.proposals(ask)
    assert len(proposed.rows)
    refs = digest_engine.snapshot.section_refs
    sections = digest_engine.snapshot.passage_sections
    assert all("Ray Jones" in refs[sections[row]].authors for row in proposed.rows)


def test_a_row_is_gold_where_its_lines_overlap(collection: Collection) -> None:
    engine = Engine.open(collection.settings)
    place = passage_places(engine)
    for question in QUESTIONS:
        judged = judge_proposals(engine, question, place)
        proposed, _ = engine.proposals(Ask(question=question.question))
        assert judged.signals.shape == (len(judged.gold), len(SIGNALS)) == proposed.signals.shape
        found = {passage.section_id for passage in engine.snapshot.passages(proposed.rows[judged.gold])}
        piece = "the-loom-by-the-window" if question.gold[0].start_line > 37 else "winding-the-town-clock"
        assert found == {f"workshop-papers/{piece}"}, question.question
    engine.snapshot.close()


def test_digests_have_no_lines_to_learn_from(digest_engine: Engine) -> None:
    with pytest.raises(EvalError, match="full texts"):
        eval_fusion(digest_engine, load_questions([PACKAGE_ROOT / "eval" / "questions" / "first.jsonl"]))


def test_the_command_prints_a_table_and_writes_nothing(collection: Collection, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(question.model_dump_json() for question in QUESTIONS), encoding="utf-8")
    before = (PACKAGE_ROOT / "rag" / "retrieve.py").read_bytes()
    table = byline("eval-fusion", str(file), settings=collection.settings)
    assert table.code == 0, table.err
    assert f"{len(QUESTIONS)} questions with an answer" in table.out
    assert all(name in table.out for name in ("cosine + lexical", IN_FORCE, FITTED, "Fitted on all questions"))
    assert (PACKAGE_ROOT / "rag" / "retrieve.py").read_bytes() == before
