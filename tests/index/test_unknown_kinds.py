"""Texts of kinds that nobody foresaw keep all their prose, as sentences and passages of a size to cite."""

from pathlib import Path

import pytest

from index.model import CITABLE_VOICES, PROSE_KINDS, Voice, Volume
from index.outline import blank_entry
from index.passages import cut_passages
from index.reading import read_volume
from index.texts import read_bytes

_PROSE = (
    "I came to the rock in the winter of the great frost, and nobody had told me about the stairs. There are two "
    "hundred of them, and I counted them every night for a year."
)
_MORE = (
    "We make rope still, in the long shed behind the chapel, and sell it by the fathom to whoever asks. A rope "
    "remembers every hand that has pulled it."
)


def _read(text: str) -> Volume:
    return read_volume(blank_entry(Path("text.txt"), "0" * 64), read_bytes("text.txt", text.encode()))


def _citable(volume: Volume) -> list[str]:
    return [
        sentence.text
        for section in volume.sections
        for sentence in section.sentences
        if section.kind in PROSE_KINDS and sentence.voice in CITABLE_VOICES
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{_PROSE}\n\n{_MORE}\n", id="no title"),
        pytest.param(f"\ufeff{_PROSE}\r\n\r\n{_MORE}\r\n", id="byte order mark, line ends of Windows"),
        pytest.param(f"{_PROSE} {_MORE}", id="one line"),
        pytest.param(f"{_PROSE}\n\f\n\t{_MORE}", id="form feed and tab"),
        pytest.param(f"{_PROSE} {_MORE}".upper(), id="capitals"),
        pytest.param(f"{_PROSE} {_MORE}".lower(), id="no capitals"),
        pytest.param(
            f"# Ropes\n\n{_PROSE}\n\n## Oil\n\n{_MORE}\n\n## About time\n\n{_MORE}\n", id="book with a foreword"
        ),
        pytest.param(f"Lamps\n\n{_PROSE}\n\nReferences\n\n{_MORE}\n", id="references"),
        pytest.param(f"[{{'role': 'user', 'content': '{_PROSE}\\n\\n{_MORE}'}}]", id="a dump of a chat"),
    ],
)
def test_no_prose_is_lost(text: str) -> None:
    said = " ".join(_citable(_read(text))).casefold()
    assert [word for word in f"{_PROSE} {_MORE}".casefold().split() if word.strip(".,") not in said] == []
    assert "two hundred of them" in said
    assert "hand that has pulled it" in said


def test_without_capitals_sentences_end_all_the_same() -> None:
    assert len(_citable(_read(f"{_PROSE} {_MORE}".lower()))) == 4


@pytest.mark.parametrize(
    "text",
    [
        " ".join(["lamp"] * 5000),
        ", ".join(["the old lamp of the north tower"] * 400),
        "灯台の灯りは夕方にともされる。" * 300,
        "x" * 20_000,
        "\n".join(f"lamp {number} | {number} | {2 * number}" for number in range(400)),
    ],
)
def test_no_passage_is_longer_than_two_hundred_words(text: str) -> None:
    volume = _read(text)
    passages = list(cut_passages(volume))
    assert len(passages) > 1
    assert max(len(passage.text.split()) for passage in passages) <= 200
    assert all(
        volume.source[span.start : span.end].strip()
        for section in volume.sections
        for sentence in section.sentences
        for span in sentence.spans
    )


def test_a_text_without_a_title_goes_by_its_first_words() -> None:
    (section,) = _read(f"{_PROSE}\n\n{_MORE}\n").sections
    assert section.title == "I came to the rock in the winter of the …"
    assert section.sentences[0].voice is Voice.OWN


def test_an_anthology_with_plain_titles_is_cut_into_pieces_with_their_writers() -> None:
    writers = {"The lamp": "Ada Thorne", "A rope for all": "Tom Marlow", "What the tide takes": "Ruth Okafor"}
    text = "\n\n".join(f"{title}\n\n{name}\n\n{_PROSE}\n\n{_MORE}" for title, name in writers.items())
    sections = _read(text).sections
    assert {section.title: section.byline.as_printed for section in sections} == writers


def test_an_interview_keeps_its_questions() -> None:
    turns = ["Keeper: Is it lit?", f"Ada Thorne: {_PROSE}", "Keeper: Do you miss the shore?", f"Ada Thorne: {_MORE}"]
    said = _citable(_read("\n".join(turns)))
    assert {"Keeper: Is it lit?", "Keeper: Do you miss the shore?"} <= set(said)


def test_the_names_in_a_script_are_no_titles() -> None:
    script = "\n\n".join(f"{name}\nThe lamp is out again, {name.title()}." for name in ["ADA", "TOM"] * 3)
    assert len(_read(script).sections) == 1


def test_what_a_form_repeats_does_not_cut_it() -> None:
    months = "\n\n".join(f"Apologies\n\nNone.\n\n{_PROSE} It was night {night}." for night in range(6))
    assert len(_read(months).sections) == 1


def test_a_paragraph_printed_twice_is_read_twice() -> None:
    said = _citable(_read(f"Lamps\n\n{_PROSE}\n\n{_MORE}\n\n{_PROSE}\n"))
    assert sum(sentence.startswith("I came") for sentence in said) == 2
