"""Quoted words are told from the writer's own, and their speaker is taken from the sentence that names one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Voice
from index.quoting import quoted_mask, voice_of


def _inside(text: str) -> str:
    """What of a text stands in quotation marks."""
    return "".join(char for char, inside in zip(text, quoted_mask(text), strict=True) if inside)


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
        ("“The lamp was lit at dusk,” he said.", Voice.QUOTED, None),
    ],
)
def test_a_sentence_is_quoted_when_most_of_its_letters_are(text: str, voice: Voice, speaker: str | None) -> None:
    assert voice_of(text, quoted_mask(text), {}) == (voice, speaker)


def test_a_name_inside_the_quotation_is_not_its_speaker() -> None:
    text = "“Clara Moss said that the lamp was lit at dusk and that nobody saw it,” he told us."
    assert voice_of(text, quoted_mask(text), {}) == (Voice.QUOTED, None)


_PROSE = st.text(alphabet="aB “”‘’\"'.", max_size=60) | st.text(max_size=40)


@given(_PROSE)
def test_the_mask_has_one_place_for_every_character(text: str) -> None:
    assert len(quoted_mask(text)) == len(text)


@given(_PROSE)
def test_a_text_without_quotation_marks_is_the_writers_own(text: str) -> None:
    plain = "".join(char for char in text if char not in "“”‘’\"'")
    assert not any(quoted_mask(plain))
    assert voice_of(plain, quoted_mask(plain), {}) == (Voice.OWN, None)
