"""The words around a quotation name everybody who wrote it, and say so where nobody is known."""

from dataclasses import replace

import pytest

from index.model import Author, Voice
from rag.cite import cite
from rag.compose import Part
from rag.engine import Engine
from rag.frame import frame, people_in_words
from rag.ground import hold


@pytest.mark.parametrize(
    ("names", "words"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_names_are_joined_as_one_says_them(names: list[str], words: str) -> None:
    assert people_in_words(names) == words


def test_a_frame_names_the_writers_the_piece_and_the_volume(any_engine: Engine) -> None:
    for section_id in sorted(set(any_engine.snapshot.passage_sections)):
        section = any_engine.snapshot.section(section_id)
        words = frame(section, 2016)
        assert all(author.name in words for author in section.authors)
        assert section.title in words
        assert section.volume in words
        assert "2016" in words
        assert words.endswith(":")


def test_a_frame_says_that_a_digest_is_one(digest_engine: Engine) -> None:
    for section_id in sorted(set(digest_engine.snapshot.passage_sections)):
        assert "digest" in frame(digest_engine.snapshot.section(section_id), None)


def test_a_frame_says_that_nobody_is_named(workshop: Engine) -> None:
    section = workshop.snapshot.section("workshop-papers/the-loom-by-the-window")
    assert frame(section, None).startswith("Benedict Okafor, in ")
    assert "does not name" in frame(replace(section, authors=()), None)


def test_a_frame_names_all_of_several_writers(workshop: Engine) -> None:
    section = workshop.snapshot.section("workshop-papers/the-loom-by-the-window")
    both = replace(section, authors=(Author("Ada Thorne"), Author("Benedict Okafor")))
    assert frame(both, None).startswith("Ada Thorne and Benedict Okafor, in ")


def test_a_claim_reported_of_somebody_is_framed_as_its_writers_and_passes_the_gate(engine: Engine) -> None:
    snapshot = engine.snapshot
    reported = [
        (snapshot.section(section_id), sentence)
        for section_id in sorted(set(snapshot.passage_sections))
        for sentence in snapshot.sentences(section_id)
        if sentence.voice is Voice.REPORTED
    ]
    assert len(reported) > 20
    for section, sentence in reported:
        answer, (citation, *_) = cite(snapshot, [Part(section, (sentence,))])
        assert citation.speaker
        assert citation.speaker not in citation.authors
        assert citation.speaker not in answer[0].frame.split("“")[0]
        assert hold(answer, [citation], snapshot) or len(sentence.spans) > 1
