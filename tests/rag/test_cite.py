"""A citation says where its words stand, exactly, and whose they are."""

import pytest

from rag.answer import AnswerSentence, Citation
from rag.cite import cite, plain_text, section_url
from rag.compose import Part
from rag.engine import Engine
from rag.others import quoted_from
from rag.summarise import summarise


@pytest.fixture(scope="module")
def parts(any_engine: Engine) -> list[Part]:
    """A summary of every seventh section."""
    ids = sorted(set(any_engine.snapshot.passage_sections))[::7]
    return [part for section_id in ids for part in summarise(any_engine.snapshot, section_id)]


@pytest.fixture(scope="module")
def cited(any_engine: Engine, parts: list[Part]) -> tuple[list[AnswerSentence], list[Citation]]:
    return cite(any_engine.snapshot, parts)


Cited = tuple[list[AnswerSentence], list[Citation]]


def test_a_quote_is_its_slice_of_the_source(any_engine: Engine, cited: Cited) -> None:
    for citation in cited[1]:
        assert citation.quote == any_engine.snapshot.source(citation.volume_id)[citation.start : citation.end]
        assert citation.quote


def test_lines_are_those_that_the_quote_stands_on(any_engine: Engine, cited: Cited) -> None:
    for citation in cited[1]:
        first, last = citation.lines
        lines = any_engine.snapshot.source(citation.volume_id).split("\n")
        assert citation.quote in "\n".join(lines[first - 1 : last])
        assert citation.quote not in "\n".join(lines[first:last])


def test_citations_are_numbered_in_the_order_of_the_answer(cited: Cited) -> None:
    sentences, citations = cited
    assert [citation.id for citation in citations] == list(range(1, len(citations) + 1))
    assert [number for sentence in sentences for number in sentence.citations] == [c.id for c in citations]
    assert all(sentence.citations for sentence in sentences)


def test_a_citation_names_the_section_and_its_people(any_engine: Engine, cited: Cited) -> None:
    for citation in cited[1]:
        section = any_engine.snapshot.section(citation.section_id)
        assert citation.authors == [author.name for author in section.authors]
        assert (citation.section, citation.kind, citation.volume) == (section.title, section.kind, section.volume)
        assert (citation.file, citation.edition) == (section.file, section.edition)
        assert section.span.start <= citation.start < citation.end <= section.span.end
        assert (citation.byline == "unknown") == (not citation.authors)


def test_the_first_sentence_of_a_part_has_a_frame_and_others_only_where_somebody_is_quoted(
    parts: list[Part], cited: Cited
) -> None:
    said = iter(cited[0])
    for part in parts:
        framed = [bool(next(said).frame) for _ in part.sentences]
        quotes = [quoted_from(part.section, sentence) is not None for sentence in part.sentences]
        assert framed[0]
        assert any(quotes) or not any(framed[1:])


def test_plain_text_has_a_paragraph_a_frame_and_every_mark(cited: Cited) -> None:
    sentences, citations = cited
    text = plain_text(sentences)
    assert len(text.split("\n\n")) == sum(bool(sentence.frame) for sentence in sentences)
    assert all(f"[{citation.id}]" in text for citation in citations)


def test_nothing_to_cite_is_no_text(any_engine: Engine) -> None:
    assert cite(any_engine.snapshot, []) == ([], [])
    assert plain_text([]) == ""


def test_a_url_leads_to_the_span() -> None:
    assert section_url("adcs-blog/in-the-space", 3, 9) == "/#/sections/adcs-blog/in-the-space?start=3&end=9"
