"""A speaker stands beside a word of telling, and is called what the text calls them."""

import pytest

from index.cast import Cast
from index.speakers import find_speaker, goes_on_claiming, reported_by, sole_person

CAST = Cast(["We asked Clara Moss, Tom Ashby and Rosa Ashby.", "At last Ofwel came. The board of Ofwel met."])


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Dr Clara Moss writes at length.", "Clara Moss"),
        ("Moss writes at length.", "Clara Moss"),
        ("As Clara says, it is cold.", "Clara Moss"),
        ("Ashby writes at length.", "Ashby"),
        ("One young woman told us of the winter.", "one young woman"),
        ("As one boy from the harbour school put it,", "one boy from the harbour school"),
        ("My mum said it often.", "my mum"),
        ("A report by the Harbour Board found three lamps.", "a report by the Harbour Board"),
        ("Ben's father told me so.", "Ben's father"),
        ("In 1987 the Harbour Board stated it.", None),
        ("By then, the Harbour Board stated it.", "the Harbour Board"),
        ("Ofwel said no.", "Ofwel"),
        ("According to the Lamp Guild, it is cold.", "the Lamp Guild"),
        ("In the words of Dr. Moss: it is cold.", "Clara Moss"),
        ("This is a story of a child at sea in her own words:", "a child at sea"),
        ("“   ”, asked one of the visitors.", "one of the visitors"),
    ],
)
def test_whoever_stands_beside_a_word_of_telling_is_the_speaker(text: str, speaker: str | None) -> None:
    assert find_speaker(text, CAST) == speaker


@pytest.mark.parametrize(
    "text",
    [
        "I said it was cold.",
        "As I told the Harbour Board, it was cold.",
        "Others say that it was cold.",
        "Research says that it was cold.",
        "It says on the door that it was cold.",
        "Clara Moss would never have lit the lamp.",
        "We acted as the Harbour Guild and a good neighbour.",
        "As a Lamp Keeper you are on your own.",
        "They found Clara Moss at the lamp.",
    ],
)
def test_nobody_is_made_a_speaker_by_the_way(text: str) -> None:
    assert find_speaker(text, CAST) is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Clara Moss argues that it is cold.", "Clara Moss"),
        ("Clara Moss, who kept the lamp for years, argues that it is cold.", "Clara Moss"),
        ("But Moss also argues for a second stove.", "Clara Moss"),
        ("As Moss told us, the lamp is cold.", "Clara Moss"),
        ("According to Moss, the lamp is cold.", "Clara Moss"),
        ("The lamp is cold, according to a survey by Moss.", "a survey by Moss"),
        ("A survey of forty towers found that nine are cold.", "a survey of forty towers"),
        ("One girl told the harbour master that it was cold.", "one girl"),
        ("Ofwel estimates that nine are cold.", "Ofwel"),
    ],
)
def test_indirect_speech_is_its_speakers(text: str, speaker: str) -> None:
    assert reported_by(text, CAST) == speaker


@pytest.mark.parametrize(
    "text",
    [
        "Clara Moss found two lamps in the tower.",
        "Clara Moss might say that it is cold.",
        "If Clara Moss says that it is cold, she is right.",
        "Our survey found that nine are cold.",
        "Clara Moss says that it is cold, but I would light it at noon.",
        "As Clara told her tales the keepers slept.",
        "It is said that nine are cold.",
        "He told me that it was cold.",
    ],
)
def test_what_is_not_another_speakers_claim_is_not_reported(text: str) -> None:
    assert reported_by(text, CAST) is None


def test_a_pronoun_goes_on_with_a_claim() -> None:
    assert goes_on_claiming("She also argues that it is cold.")
    assert not goes_on_claiming("She found the lamp.")
    assert not goes_on_claiming("She might argue that it is cold.")


def test_one_person_is_meant_only_where_one_is_named() -> None:
    assert sole_person("We met Clara Moss at the tower.", CAST) == "Clara Moss"
    assert sole_person("We met Moss and Tom Ashby at the tower.", CAST) is None
    assert sole_person("We met at the Royal Lamp Guild.", CAST) is None
