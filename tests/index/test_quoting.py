"""Quoted and reported words are told from the writer's own, with the speaker whom the text names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cast import Cast
from index.model import Voice
from index.quoting import announces, quoted_mask, voices_of
from index.sentences import split_sentences

CAST = Cast(["Clara Moss kept the lamp.", "We asked Tom Ashby, and Ada Thorne too."], writers=["Ada Thorne"])


def _inside(text: str) -> str:
    """What of a text stands in quotation marks."""
    return "".join(char for char, inside in zip(text, quoted_mask(text), strict=True) if inside)


def _voices(text: str, announced: str | None = None) -> list[tuple[Voice, str | None]]:
    return voices_of(text, split_sentences(text), CAST, announced)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("She said “it is lit” twice.", "“it is lit”"),
        ('She said "it is lit" twice.', '"it is lit"'),
        ("She said ‘it is lit’ twice.", "‘it is lit’"),
        ("She said 'it is lit' twice.", "'it is lit'"),
        ("“One,” he said, “two.”", "“One,”“two.”"),
        ("‘The keeper’s lamp is lit’ it read.", "‘The keeper’s lamp is lit’"),
        ("The keepers' lamps and the pilot's boat", ""),
        ("It isn't lit and it wasn't ever", ""),
        ("“It was never closed", ""),
    ],
)
def test_what_stands_in_quotation_marks_is_found(text: str, inside: str) -> None:
    assert _inside(text) == inside


@pytest.mark.parametrize(
    ("text", "voice", "speaker"),
    [
        ("The lamp is lit at dusk.", Voice.OWN, None),
        ("We call it a “living” lamp and tend it by night.", Voice.OWN, None),
        ("“The lamp was lit at dusk and nobody saw it.”", Voice.QUOTED, None),
        ("“The lamp was lit at dusk and nobody saw it,” said Clara Moss.", Voice.QUOTED, "Clara Moss"),
        ("As Clara Moss put it: “The lamp was lit at dusk and nobody saw it.”", Voice.QUOTED, "Clara Moss"),
        ("As Moss put it: “The lamp was lit at dusk and nobody saw it.”", Voice.QUOTED, "Clara Moss"),
        ("“The lamp was lit at dusk,” he said.", Voice.QUOTED, None),
        ("Clara Moss argues that the lamp should be lit at dusk.", Voice.REPORTED, "Clara Moss"),
        ("Clara Moss lit the lamp at dusk, as she had said she would.", Voice.OWN, None),
    ],
)
def test_a_sentence_has_one_voice(text: str, voice: Voice, speaker: str | None) -> None:
    assert _voices(text) == [(voice, speaker)]


def test_a_name_inside_the_quotation_is_not_its_speaker() -> None:
    text = "“Clara Moss said that the lamp was lit at dusk and that nobody saw it,” he told us."
    assert _voices(text) == [(Voice.QUOTED, None)]


@pytest.mark.parametrize(
    "text",
    [
        "Clara Moss said: “The lamp was lit at dusk. Nobody saw it. It burned.”",
        "“The lamp was lit at dusk. Nobody saw it. It burned all night long”, said Clara Moss.",
        "“The lamp was lit at dusk,” said Clara Moss. “Nobody saw it burn.”",
        "“The lamp was lit at dusk and nobody saw it.” (Clara Moss).",
        "We spoke to Clara Moss last winter. She said “the lamp was lit at dusk and nobody saw it”.",
    ],
)
def test_a_quotation_of_several_sentences_is_one_speakers(text: str) -> None:
    speakers = [speaker for voice, speaker in _voices(text) if voice is Voice.QUOTED]
    assert speakers
    assert set(speakers) == {"Clara Moss"}


def test_a_quotation_after_the_writers_own_words_has_no_speaker_from_before() -> None:
    text = "Clara Moss said that the lamp was lit. The fog came in and we all went home. “Nobody saw it.”"
    assert _voices(text)[-1] == (Voice.QUOTED, None)


def test_a_line_that_ends_in_a_colon_announces_the_speaker_of_the_next_paragraph() -> None:
    assert announces("This is what one young keeper told us:", CAST) == "one young keeper"
    assert announces("One young keeper told us a story.", CAST) is None
    assert _voices("“It was dark.”", "one young keeper") == [(Voice.QUOTED, "one young keeper")]
    assert _voices("It was dark.", "one young keeper") == [(Voice.OWN, None)]


@pytest.mark.parametrize(
    ("before", "speaker"),
    [
        ("For Clara Moss, in the first chapter, the lamp is a promise.", "Clara Moss"),
        ("For Clara Moss and Tom Ashby the lamp is a promise.", None),
        ("The lamp is a promise.", None),
    ],
)
def test_she_is_the_one_person_whom_the_sentence_before_names(before: str, speaker: str | None) -> None:
    _, (voice, found) = _voices(f"{before} She argues that it must be lit at dusk.")
    assert (voice, found) == (Voice.REPORTED if speaker else Voice.OWN, speaker)


def test_what_a_writer_is_said_to_say_in_her_own_piece_is_her_own() -> None:
    assert _voices("Ada Thorne argues that the lamp should be lit at dusk.") == [(Voice.OWN, None)]


_PROSE = st.text(alphabet="aB “”‘’\"'.", max_size=60) | st.text(max_size=40)


@given(_PROSE)
def test_the_mask_has_one_place_for_every_character(text: str) -> None:
    assert len(quoted_mask(text)) == len(text)


@given(_PROSE)
def test_a_text_without_quotation_marks_is_not_quoted(text: str) -> None:
    plain = "".join(char for char in text if char not in "“”‘’\"'")
    assert not any(quoted_mask(plain))
    assert all(voice is not Voice.QUOTED for voice, _ in _voices(plain))
