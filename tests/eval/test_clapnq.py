"""RougeL as it is defined, halves that do not mix, sentences that are chosen by what a reader says of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.clapnq import (
    ClapAnswer,
    ClapQuestion,
    by_sentence,
    choose_sentences,
    is_measured,
    load_clapnq,
    measure,
    plain,
    rouge_l,
    silenced,
    whole_passage,
    word_recall,
)
from eval.clapnq_engine import passage_engine, product_answers
from eval.errors import EvalError
from eval.score_cache import ScoreCache
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import Settings
from rag.engine import Engine
from rag.rerank import open_reranker
from tests.api.command import byline
from tests.conftest import SilentProgress


@pytest.fixture
def questions(clapnq: Path) -> list[ClapQuestion]:
    return load_clapnq(clapnq)


@pytest.mark.parametrize(
    ("answer", "reference", "f"),
    [
        ("the bell rings", "the bell rings", 1.0),
        ("The BELL, rings!", "the bell rings", 1.0),
        ("the bell", "the bell rings", 0.8),
        ("rings the bell", "the bell rings", 2 / 3),
        ("police killed the gunman", "police kill the gunman", 0.75),
        ("fog", "the bell rings", 0.0),
        ("", "the bell rings", 0.0),
    ],
)
def test_rouge_l_is_the_f_of_the_longest_common_subsequence(answer: str, reference: str, f: float) -> None:
    assert rouge_l(answer, reference) == pytest.approx(f)


@given(st.text("ab ", max_size=30), st.text("ab ", max_size=30))
def test_rouge_l_is_symmetric_and_a_share(one: str, other: str) -> None:
    assert rouge_l(one, other) == rouge_l(other, one)
    assert 0 <= rouge_l(one, other) <= 1
    assert rouge_l(one, other) <= 2 * word_recall(one, other)


def test_a_word_is_recalled_as_often_as_it_is_said() -> None:
    assert word_recall("bell rings", "the bell and the bell") == pytest.approx(1 / 5)
    assert word_recall("anything", "") == 0.0


def test_marks_stand_where_one_writes_them() -> None:
    assert (
        plain("`` Ring , '' he said ( twice ) : it is the keeper 's bell .")
        == "“Ring,” he said (twice): it is the keeper's bell."
    )


def test_sentences_nearly_as_good_as_the_best_are_chosen_in_order() -> None:
    assert choose_sentences(["a", "b", "c", "d"], [1.0, -3.0, 2.0, 0.5]) == [0, 2, 3]
    assert choose_sentences(["w " * 120, "w " * 20, "w " * 5], [2.0, 1.5, 1.0]) == [0, 2]
    assert choose_sentences(["w " * 400], [-9.0]) == [0]


def test_a_system_is_measured_by_what_it_says_and_does_not(questions: list[ClapQuestion]) -> None:
    oracle = {q.id: ClapAnswer(q.references[0] if q.references else "", float(bool(q.references))) for q in questions}
    best = measure("oracle", questions, oracle)
    assert (best.rouge_l, best.recall, best.refused, best.wrongly_refused, best.auroc) == (100, 100, 100, 0, 1.0)
    mute = measure("mute", questions, dict.fromkeys(oracle, ClapAnswer("")))
    assert (mute.rouge_l, mute.refused, mute.wrongly_refused, mute.auroc) == (0, 100, 100, None)
    whole = measure("whole", questions, whole_passage(questions))
    assert whole.refused == 0
    assert whole.recall == 100


def test_a_threshold_is_fitted_on_the_half_that_is_not_measured(questions: list[ClapQuestion]) -> None:
    fitting = [q for q in questions if not is_measured(q)]
    likely = {q.id: 0.9 if q.references else 0.3 for q in fitting} | {
        q.id: 0.31 if q.references else 0.29 for q in questions if is_measured(q)
    }
    answers = silenced(questions, {q.id: ClapAnswer("said", likely[q.id]) for q in questions})
    measured = measure("x", [q for q in questions if is_measured(q)], answers)
    assert (measured.refused, measured.wrongly_refused, measured.auroc) == (100, 0, 1.0)


def test_the_nearest_reference_counts(questions: list[ClapQuestion]) -> None:
    first, *_, last = questions
    other = {"output": [*first.output, first.output[0].model_copy(update={"answer": "Nothing of it."})]}
    two = [first.model_copy(update=other), last]
    said = {first.id: ClapAnswer(first.references[0]), last.id: ClapAnswer("")}
    assert measure("x", two, said).rouge_l == 100


def test_a_question_is_in_one_half_for_good(questions: list[ClapQuestion]) -> None:
    assert [is_measured(q) for q in questions] == [is_measured(q) for q in questions]
    for answerable in (True, False):
        assert len({is_measured(q) for q in questions if bool(q.references) is answerable}) == 2


def test_sentences_answer_or_are_silent(
    questions: list[ClapQuestion], digest_engine: Engine, digest_settings: Settings, tmp_path: Path
) -> None:
    reranker = open_reranker(digest_settings)
    assert reranker is not None
    cache = ScoreCache(reranker, tmp_path / "scores.sqlite", "x")
    answers = by_sentence(questions, cache, digest_engine.embedder.embed)
    bell, lamp = answers["0"].text, answers["1"].text
    assert "four oxen" in bell
    assert "Painters" not in bell
    assert "twice" in lamp
    row = measure("ours", [q for q in questions if is_measured(q)], answers)
    assert (row.wrongly_refused, row.auroc) == (0, 1.0)
    assert row.refused > 50
    assert row.rouge_l > 60


def test_the_product_answers_from_the_passage_of_its_question(
    questions: list[ClapQuestion], digest_settings: Settings, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(ensure_export(digest_settings.home, DEFAULT_MODEL).parent, target_is_directory=True)
    settings = digest_settings.model_copy(update={"home": home})
    engine = passage_engine(settings, questions, SilentProgress())
    assert [volume.title for volume in engine.snapshot.volumes()] == [question.title for question in questions]
    answers = product_answers(engine, questions, SilentProgress())
    assert any(answer.text for answer in answers.values())
    for question in questions:
        answer = answers[question.id]
        assert answer.text in " ".join(question.sentences)
        assert 0 <= (answer.likelihood or 0) <= 1
    again = passage_engine(settings, questions, SilentProgress())
    assert again.snapshot.generation == engine.snapshot.generation


class _Counting:
    """A reranker that counts what it reads."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        self.read += texts
        return [float(len(query) - len(text)) for text in texts]


def test_a_pair_is_read_once(tmp_path: Path) -> None:
    counting = _Counting()
    cache = ScoreCache(counting, tmp_path / "scores.sqlite", "model")
    assert cache.score("fog", ["a", "bb", "a"]) == [2.0, 1.0, 2.0]
    cache.close()
    again = ScoreCache(counting, tmp_path / "scores.sqlite", "model")
    assert again.score("fog", ["bb", "ccc"]) == [1.0, 0.0]
    assert again.score("bell", ["a"]) == [3.0]
    assert counting.read == ["a", "bb", "ccc", "a"]
    assert ScoreCache(counting, tmp_path / "scores.sqlite", "other").score("fog", ["a"]) == [2.0]
    assert counting.read[-1] == "a"
    assert b"ccc" not in (tmp_path / "scores.sqlite").read_bytes()


@pytest.mark.parametrize("line", ["no json", '{"id": "1"}', '{"id": "1", "input": "x", "passages": [], "output": []}'])
def test_a_malformed_line_is_named(clapnq: Path, line: str) -> None:
    with (clapnq / "dev_answerable.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + line)
    with pytest.raises(EvalError, match=r"dev_answerable\.jsonl:13: .*\.$"):
        load_clapnq(clapnq)


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    assert byline("eval-clapnq", str(tmp_path)).sentence.startswith(str(tmp_path))
    for name in ("dev_answerable", "dev_unanswerable"):
        (tmp_path / f"{name}.jsonl").write_text("")
    with pytest.raises(EvalError, match="questions without"):
        load_clapnq(tmp_path)
