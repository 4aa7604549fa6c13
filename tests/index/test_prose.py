"""The words of a piece read as their writer wrote them, whatever the printer put in between."""

import pytest

from index.model import Section, Sentence, Volume
from tests.index.collection import read, read_data, section_of, texts_of

OPEN = "We learned to keep two stoves alight, one for the lamp and one for ourselves, because neither"
REST = "can do without the other. A keeper who is cold makes mistakes."


def _volume(body: str) -> Volume:
    return read(f"# Papers\n\n## The lamp\n\n{body}\n\n## The bell\n\nIt is rung by day.\n")


def _lamp(body: str) -> Section:
    return section_of(_volume(body), "The lamp")


def _sentence(section: Section, words: str) -> Sentence:
    (found,) = (sentence for sentence in section.sentences if words in sentence.text)
    return found


def test_a_sentence_cut_by_a_page_break_is_read_whole_and_has_one_span() -> None:
    volume = _volume(f"{OPEN}\n\n\n\n{REST}")
    sentence = _sentence(section_of(volume, "The lamp"), "two stoves")
    assert sentence.text == f"{OPEN} can do without the other."
    (span,) = sentence.spans
    assert volume.source[span.start : span.end] == f"{OPEN}\n\n\n\ncan do without the other."


def test_a_sentence_cut_by_a_pull_quote_is_read_whole_and_has_two_spans() -> None:
    volume = _volume(f"{OPEN}\n\n“We learned to keep two stoves alight, one for the lamp”\n\n{REST}")
    section = section_of(volume, "The lamp")
    sentence = _sentence(section, "because neither")
    assert [volume.source[span.start : span.end] for span in sentence.spans] == [OPEN, "can do without the other."]
    assert sentence.text == f"{OPEN} can do without the other."
    assert texts_of(section, "pull quote") == ["“We learned to keep two stoves alight, one for the lamp”"]


def test_a_sentence_cut_by_a_block_of_notes_is_read_whole() -> None:
    section = _lamp(f"{OPEN}\n\n<sup>1</sup> Forty nights were measured.\n\n{REST}")
    assert _sentence(section, "two stoves").text.endswith("because neither can do without the other.")
    assert texts_of(section, "note") == ["Forty nights were measured."]


def test_a_finished_paragraph_is_not_joined_to_the_next() -> None:
    section = _lamp("The lamp is lit at dusk.\n\nThe bell is rung by day.")
    first, second = (sentence for sentence in section.sentences if sentence.voice == "own")
    assert first.paragraph != second.paragraph


def test_a_heading_that_runs_into_its_paragraph_is_no_part_of_its_sentence() -> None:
    section = _lamp("The bell was rung by day.\n\nA time for oil and rope In winter the oil grows slow and thick.")
    assert texts_of(section, "own") == ["The bell was rung by day.", "In winter the oil grows slow and thick."]
    assert "A time for oil and rope" in texts_of(section, "heading")


def test_a_name_in_the_middle_of_a_sentence_does_not_split_it() -> None:
    sentence = "The keeper at the old tower of Gull Point was never late."
    assert texts_of(_lamp(sentence), "own") == [sentence]


def test_a_short_line_over_a_paragraph_is_a_heading() -> None:
    section = section_of(read_data("lighthouse-essays.txt"), "WHAT THE FOG TAUGHT US")
    assert "Looking after the bell" in texts_of(section, "heading")
    assert not any("Looking after the bell" in text for text in texts_of(section, "own"))


def test_list_items_are_sentences_of_their_own_and_known_as_items() -> None:
    section = section_of(read_data("orchard-notes.md"), "Pruning with patience")
    items = [sentence.text for sentence in section.sentences if sentence.is_list_item]
    assert items == ["Cut above a bud that looks outwards.", "Leave the leader alone until March."]


def test_list_items_without_a_full_stop_are_not_run_together() -> None:
    section = _lamp("Bring these:\n\n- a lamp that burns all night and never smokes,\n- a bell\n\nThen come in.")
    assert "a lamp that burns all night and never smokes," in texts_of(section, "own")
    assert "a bell" in texts_of(section, "own")


def test_a_quotation_before_the_text_is_an_epigraph_of_its_speaker() -> None:
    section = _lamp("“Light is a promise to the sea.” – Clara Moss\n\nThe lamp is lit at dusk.")
    epigraph = _sentence(section, "promise")
    assert (epigraph.voice, epigraph.speaker, epigraph.text) == (
        "epigraph",
        "Clara Moss",
        "“Light is a promise to the sea.”",
    )


def test_the_speaker_of_an_epigraph_may_stand_on_the_next_line() -> None:
    section = _lamp("“Light is a promise to the sea.”\n\n– Clara Moss\n\nThe lamp is lit at dusk.")
    assert _sentence(section, "promise").speaker == "Clara Moss"
    assert texts_of(section, "own") == ["The lamp is lit at dusk."]


@pytest.mark.parametrize("ornament", ["~ ~ ~ ~ ~ ~ ~", "– – – – – – –", "* * * * * * *", "***", "…"])
def test_an_ornament_parts_paragraphs_and_says_nothing(ornament: str) -> None:
    section = _lamp(f"The lamp is lit at dusk.\n\n{ornament}\n\nThe bell is rung by day.")
    assert [text for text in texts_of(section, "own") if any(char.isalnum() for char in text)] == [
        "The lamp is lit at dusk.",
        "The bell is rung by day.",
    ]


def test_notes_contents_and_front_matter_are_not_anybodys_own_words() -> None:
    volume = read_data("lighthouse-essays.txt")
    for title in ("THE LIGHTHOUSE ESSAYS", "CONTENTS", "NOTES"):
        assert texts_of(section_of(volume, title), "own") == []
    assert texts_of(section_of(volume, "NOTES"), "note") == ["1 The stove was measured on forty nights."]


def test_the_words_of_a_piece_come_in_the_order_in_which_they_stand() -> None:
    for section in read_data("lighthouse-essays.txt").sections:
        starts = [sentence.spans[0].start for sentence in section.sentences if sentence.voice == "own"]
        assert starts == sorted(starts)


def test_the_name_under_a_quotation_in_the_text_is_its_speaker() -> None:
    words = "The lamp is lit at dusk, and the bell is rung by day when there is fog."
    section = _lamp("\n\n".join([*[words] * 5, "“Light is a promise to the sea.”", "– Clara Moss", words]))
    found = _sentence(section, "promise")
    assert (found.voice, found.speaker) == ("quoted", "Clara Moss")
    assert "Clara Moss" in texts_of(section, "heading")


def test_a_row_of_quotations_is_announced_once() -> None:
    section = _lamp("This is what children told us:\n\n‘It is cold.’\n\n‘It is dark.’\n\nWe listened.")
    assert [sentence.speaker for sentence in section.sentences if sentence.voice == "quoted"] == ["children"] * 2


def test_a_name_that_runs_into_a_sentence_about_its_bearer_is_a_heading() -> None:
    section = _lamp("Clara Moss Clara Moss is the keeper of the lamp.")
    assert texts_of(section, "own") == ["Clara Moss is the keeper of the lamp."]
    assert "Clara Moss" in texts_of(section, "heading")
