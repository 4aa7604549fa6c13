"""The chunking evaluation over two small corpora of our own, with the real embedder, and its metric by hand."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.chunkers import by_tokens, recursive, token_count
from eval.chunkeval import ChunkQuestion, Reference, eval_chunks, load, measure, paired_interval
from eval.errors import EvalError
from eval.windows import Piece, Window, WindowIndex, cut_sentences, cut_windows
from index.model import Span
from index.settings import Settings
from tests.conftest import SilentProgress

HARBOUR = "\n\n".join(
    [
        "The harbour of Velm opens at six. Boats that come earlier wait behind the mole until the bell rings.",
        "A berth costs forty crowns a night. Members of the sailing club pay half, and nobody pays in February.",
        "Old nets are mended by the Orlo family. They have had the shed beside the crane for three generations.",
        "The lighthouse keeper paints the stairs every spring. Blue lasts longest, so the stairs are blue.",
        "Divers look after the chains. A chain that has lost a third of its weight is taken out and sold as scrap.",
    ]
)
KITCHEN = "\n".join(
    [
        "dough rests for nine hours in the cellar. it is folded twice, and nobody opens the door meanwhile.",
        "the oven is fired with beech. a batch of sixty loaves needs eleven logs and most of a morning.",
        "salt comes from the pans at teln. the baker weighs it on her grandmother's scales.",
    ]
)


def _question(number: str, text: str, corpus: str, *quotes: str) -> dict[str, object]:
    source = {"harbour": HARBOUR, "kitchen": KITCHEN}[corpus]
    spans = [(source.index(quote), quote) for quote in quotes]
    return {
        "id": number,
        "question": text,
        "corpus_id": corpus,
        "references": [{"content": q, "start_index": at, "end_index": at + len(q)} for at, q in spans],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An evaluation like the published one, small."""
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    (tmp_path / "corpora" / "kitchen.md").write_text(KITCHEN, encoding="utf-8")
    questions = [
        _question("a", "What does a berth cost for a night?", "harbour", "A berth costs forty crowns a night."),
        _question("b", "How many logs does a batch of loaves need?", "kitchen", "needs eleven logs"),
        _question("c", "Who mends the nets?", "harbour", "Old nets are mended by the Orlo family."),
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")
    return tmp_path


def _asked(*gold: tuple[int, int]) -> ChunkQuestion:
    references = tuple(Reference(content="", start_index=a, end_index=b) for a, b in gold)
    return ChunkQuestion(id="x", question="x", corpus_id="one", references=references)


def test_what_is_found_counts_once_and_what_is_handed_on_as_often_as_it_is() -> None:
    question = _asked((10, 20), (40, 50))
    chunks = [Piece("one", Span(0, 20)), Piece("one", Span(10, 30)), Piece("two", Span(40, 50))]
    assert measure(question, chunks) == (0.5, 10 / 50, 10 / 60)


def test_nothing_handed_on_scores_nothing() -> None:
    assert measure(_asked((10, 20)), []) == (0.0, 0.0, 0.0)


def test_the_paired_interval_holds_the_mean_difference_and_not_zero_where_all_gain() -> None:
    before = np.linspace(0, 0.5, 60)
    low, high = paired_interval(before, before + np.tile([0.1, 0.2, 0.3], 20))
    assert 0 < low < 20 < high


@given(st.text(alphabet="ab .\n?!é", max_size=400), st.integers(2, 12), st.integers(0, 1))
def test_recursive_chunks_lose_nothing_but_white_space(text: str, size: int, overlap: int) -> None:
    spans = recursive(text, size, overlap, length=len)
    held = {at for span in spans for at in range(span.start, span.end)}
    assert {at for at, char in enumerate(text) if not char.isspace()} <= held
    assert all(0 < span.end - span.start <= size for span in spans)


def test_recursive_chunks_overlap_by_whole_parts() -> None:
    spans = recursive("aa bb cc dd ee", 6, 3, length=len)
    assert ["aa bb cc dd ee"[s.start : s.end] for s in spans] == ["aa bb", "bb cc", "cc dd", "dd ee"]


def test_token_windows_have_the_size_and_step_that_are_asked_for() -> None:
    text = HARBOUR * 4
    spans = by_tokens(text, 50, 25)
    assert all(token_count(text[s.start : s.end]) == 50 for s in spans[:-1])
    assert spans[0].start == 0
    assert spans[-1].end == len(text)
    assert all(after.start < before.end for before, after in pairwise(spans))


@given(st.text(alphabet="aB .\n\\n?!,|é", max_size=900))
def test_windows_hold_every_word_of_a_text_once(text: str) -> None:
    held = [at for window in cut_windows("one", text) for at in range(window.span.start, window.span.end)]
    assert len(held) == len(set(held))
    assert {at for at, char in enumerate(text) if not char.isspace()} <= set(held)


def test_sentences_without_capitals_and_written_line_breaks_are_told_apart() -> None:
    assert len(cut_sentences(KITCHEN)) == 6
    dump = "[{'content': 'Here is how it is done, in two steps:\\n\\nOpen the valve\\nWait for the bell'}]"
    assert [dump[span.start : span.end] for span, _ in cut_sentences(dump)][1:] == [
        "Open the valve\\n",
        "Wait for the bell'}]",
    ]


def test_windows_that_touch_are_handed_on_as_one_piece_within_the_budget() -> None:
    text = "one two\nthree four\nfive six\nseven eight"
    spans = [Span(0, 7), Span(8, 18), Span(19, 27), Span(28, 39)]
    windows = [Window("t", span, 2) for span in spans]
    index = WindowIndex({"t": text}, windows, np.eye(4, dtype=np.float32))
    scores = np.array([0.9, 0.1, 0.8, 0.7], np.float32)
    assert index.grow(scores, words=6, most=5) == [Piece("t", Span(0, 7)), Piece("t", Span(19, 39))]
    assert index.grow(scores, words=8, most=5) == [Piece("t", Span(0, 39))]
    assert index.grow(scores, words=8, most=1) == [Piece("t", Span(0, 18))]


def test_every_row_finds_what_is_there(folder: Path, digest_settings: Settings) -> None:
    report = eval_chunks(digest_settings, folder, None, SilentProgress())
    rows = {row.name: row for row in report.rows}
    assert report.questions == 3
    assert list(rows) == ["Recursive 200/0", "Recursive 250/125", "TokenText 200/0", "Byline"]
    assert rows["Byline"].measured.recall == 100
    assert rows["Byline"].by_corpus == {"harbour": 100, "kitchen": 100}
    assert rows["Recursive 200/0"].recall_gain is None
    assert rows["Byline"].recall_gain is not None


def test_a_folder_without_the_evaluation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"corpora/\*\.md"):
        load(tmp_path)


def test_a_reference_that_is_not_in_its_corpus_is_refused(folder: Path) -> None:
    path = folder / "corpora" / "harbour.md"
    path.write_text("!" + HARBOUR, encoding="utf-8")
    with pytest.raises(EvalError, match="reference of a "):
        load(folder)
