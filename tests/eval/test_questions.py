"""Our own questions are valid, point to places that are there, and copy nothing."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from eval.schema import Question, load_questions
from index.names import fold
from index.settings import PACKAGE_ROOT
from rag.engine import Engine

FILES = sorted((PACKAGE_ROOT / "eval" / "questions").glob("*.jsonl"))
RUN = 8
MOST_FACT_WORDS = 5

each_file = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub(r"(?<=\w)['’](?=\w)", "", re.sub(r"<sup>.*?</sup>", " ", text.casefold())))


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of RUN words."""
    found = words(text)
    return (tuple(found[start : start + RUN]) for start in range(len(found) - RUN + 1))


def bare(title: str) -> str:
    """A title by its letters and figures."""
    return re.sub(r"[\W_]+", "", fold(title))


@cache
def source(folder: Path, doc: str) -> str:
    (path,) = folder.glob(f"{doc}_*.txt")
    return path.read_text(encoding="utf-8")


def test_there_are_questions() -> None:
    assert len(load_questions(FILES)) >= 40


@each_file
def test_a_file_is_valid(path: Path) -> None:
    assert load_questions([path])


def test_ids_are_unique() -> None:
    ids = [question.id for question in load_questions(FILES)]
    assert len(set(ids)) == len(ids)


def test_no_question_is_asked_twice() -> None:
    asked = [(question.question, str(question.history)) for question in load_questions(FILES)]
    assert len(set(asked)) == len(asked)


@each_file
def test_nothing_is_quoted(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        assert '"quote"' not in line, json.loads(line)["id"]


@each_file
def test_a_fact_is_short(path: Path) -> None:
    for question in load_questions([path]):
        for spelling in (spelling for fact in question.facts for spelling in fact):
            assert 0 < len(spelling.split()) <= MOST_FACT_WORDS, (question.id, spelling)


@each_file
def test_answerable_questions_have_a_place_and_the_others_none(path: Path) -> None:
    for question in load_questions([path]):
        assert bool(question.gold) == question.answerable, question.id
        assert question.answerable or not question.facts, question.id
        assert question.answerable == (question.kind != "unanswerable"), question.id


@each_file
def test_a_follow_up_follows_something(path: Path) -> None:
    for question in load_questions([path]):
        assert (question.kind != "followup") or question.history, question.id


@each_file
def test_lines_are_there(path: Path, texts: Path) -> None:
    for question in load_questions([path]):
        for gold in question.gold:
            lines = source(texts, gold.doc).split("\n")
            assert 1 <= gold.start_line <= gold.end_line <= len(lines), question.id
            assert "".join(lines[gold.start_line - 1 : gold.end_line]).strip(), question.id


@each_file
def test_sections_are_there_as_we_read_them(path: Path, engine: Engine) -> None:
    files = {volume.id: volume.file for volume in engine.snapshot.volumes()}
    titles = {(files[ref.volume_id][:3], bare(ref.title)) for ref in engine.snapshot.section_refs.values()}
    missing = [
        (question.id, gold.section)
        for question in load_questions([path])
        for gold in question.gold
        if not any(doc == gold.doc and bare(gold.section) in title for doc, title in titles)
    ]
    assert not missing


@each_file
def test_people_are_writers_as_we_read_them(path: Path, engine: Engine) -> None:
    known = {fold(name) for person in engine.snapshot.people() for name in (person.name, *person.aliases)}
    named = {
        (question.id, author) for question in load_questions([path]) for g in question.gold for author in g.authors
    }
    assert not {(asked, author) for asked, author in named if fold(author) not in known}


def said(question: Question) -> str:
    """All the words of a question but the titles of its sections."""
    history = [turn.content for turn in question.history]
    spellings = [spelling for fact in question.facts for spelling in fact]
    note = (question.model_extra or {}).get("note", "")
    return " | | ".join([question.question, *history, *question.forbid, *spellings, str(note)])


@each_file
def test_no_run_of_words_is_copied(path: Path, texts: Path, engine: Engine) -> None:
    titles = {run for ref in engine.snapshot.section_refs.values() for run in runs(ref.title)}
    guarded = {run for volume in engine.snapshot.volumes() for run in runs(source(texts, volume.file[:3]))} - titles
    copied = {
        question.id: " ".join(run)
        for question in load_questions([path])
        for part in said(question).split(" | | ")
        for run in runs(part)
        if run in guarded
    }
    assert not copied
