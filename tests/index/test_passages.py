"""A passage is a run of one section's citable sentences, of a size that can be ranked, and says who speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Author, Byline, BylineBasis, Kind, Passage, Section, Sentence, Span, Voice, Volume
from index.passages import cut_passages, embeddable_sentences

BYLINE = Byline((Author("Ada Thorne", role="head keeper"), Author("Ben Okafor")), BylineBasis.PRINTED)


def _section(*sentences: Sentence, kind: Kind = Kind.ESSAY, name: str = "the-lamp", byline: Byline = BYLINE) -> Section:
    title = name.replace("-", " ").capitalize()
    return Section(f"papers/{name}", "papers", title, kind, Span(0, 9), (1, 2), byline, sentences=sentences)


def _volume(*sections: Section) -> Volume:
    return Volume("papers", "Harbour Papers", (), "", None, "", "", "papers.txt", "full text", "0" * 64, "", sections)


def _sentence(words: int, paragraph: int = 0, voice: Voice = Voice.OWN) -> Sentence:
    return Sentence(" ".join(["light"] * words), (Span(0, 1),), voice, None, paragraph)


def _cut(*sentences: Sentence) -> list[Passage]:
    return list(cut_passages(_volume(_section(*sentences))))


def _size(passage: Passage) -> int:
    return len(passage.text.split())


def test_a_passage_has_sixty_to_a_hundred_and_twenty_words() -> None:
    sizes = [_size(passage) for passage in _cut(*[_sentence(20, number // 2) for number in range(40)])]
    assert sum(sizes) == 800
    assert all(60 <= size <= 120 for size in sizes)


def test_a_passage_ends_with_its_paragraph_once_it_is_long_enough() -> None:
    first, *_ = _cut(*[_sentence(20, 0)] * 4, *[_sentence(20, 1)] * 4)
    assert (first.first, first.last) == (0, 3)


def test_a_short_section_is_one_short_passage() -> None:
    assert [_size(passage) for passage in _cut(_sentence(7))] == [7]


def test_a_passage_never_crosses_sections() -> None:
    volume = _volume(_section(_sentence(10)), _section(_sentence(12), name="the-bell"))
    assert [(p.section_id, _size(p)) for p in cut_passages(volume)] == [
        ("papers/the-lamp", 10),
        ("papers/the-bell", 12),
    ]


def test_the_header_names_people_with_their_offices_section_and_volume() -> None:
    (passage,) = _cut(_sentence(10))
    for part in ("Ada Thorne", "head keeper", "Ben Okafor", "The lamp", "Harbour Papers"):
        assert part in passage.header
    assert passage.header in passage.indexed_text
    assert passage.text in passage.indexed_text


def test_the_header_of_an_unsigned_piece_names_nobody() -> None:
    (passage,) = cut_passages(_volume(_section(_sentence(10), byline=Byline())))
    assert passage.header == "The lamp · Harbour Papers"


@pytest.mark.parametrize("voice", [Voice.PULL_QUOTE, Voice.NOTE, Voice.HEADING, Voice.BOILERPLATE])
def test_what_is_never_cited_is_in_no_passage(voice: Voice) -> None:
    (passage,) = _cut(_sentence(10), Sentence("Never cited words", (Span(0, 1),), voice), _sentence(10))
    assert "Never" not in passage.text
    assert _cut(_sentence(10, voice=voice)) == []


@pytest.mark.parametrize("kind", [Kind.NOTES, Kind.CONTENTS, Kind.FRONT_MATTER])
def test_what_is_no_prose_has_no_passages(kind: Kind) -> None:
    assert list(cut_passages(_volume(_section(_sentence(80), kind=kind)))) == []
    assert list(embeddable_sentences(_volume(_section(_sentence(80), kind=kind)))) == []


def test_a_sentence_is_embedded_by_itself_unless_it_is_too_short_to_mean_anything() -> None:
    volume = _volume(_section(_sentence(2), _sentence(12), _sentence(12, voice=Voice.HEADING)))
    assert [(section_id, ordinal) for section_id, ordinal, _ in embeddable_sentences(volume)] == [
        ("papers/the-lamp", 1)
    ]


_SENTENCES = st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.sampled_from(list(Voice))), max_size=40)


@given(_SENTENCES)
def test_every_citable_sentence_is_in_exactly_one_passage(shapes: list[tuple[int, bool, Voice]]) -> None:
    paragraph, sentences = 0, []
    for words, begins_paragraph, voice in shapes:
        paragraph += begins_paragraph
        sentences.append(_sentence(words, paragraph, voice))
    passages = _cut(*sentences)
    covered = [ordinal for passage in passages for ordinal in range(passage.first, passage.last + 1)]
    assert len(covered) == len(set(covered))
    words_in = [word for passage in passages for word in passage.text.split()]
    assert len(words_in) == sum(len(s.text.split()) for s in sentences if s.voice in _citable())


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=60))
def test_passages_of_ordinary_sentences_keep_their_size(shapes: list[tuple[int, bool]]) -> None:
    paragraph, sentences = 0, []
    for words, begins_paragraph in shapes:
        paragraph += begins_paragraph
        sentences.append(_sentence(words, paragraph))
    *full, last = [_size(passage) for passage in _cut(*sentences)]
    assert all(60 <= size <= 120 for size in full)
    assert last <= 150


def _citable() -> set[Voice]:
    return {Voice.OWN, Voice.QUOTED, Voice.REPORTED, Voice.EPIGRAPH, Voice.VERSE, Voice.MORAL}
