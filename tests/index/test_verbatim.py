"""Every sentence of the five volumes is, word for word, what stands at its spans in the file on the disk."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from index.catalogue import load_catalogue
from index.inline import read_inline
from index.model import Volume
from index.settings import PACKAGE_ROOT

IDS = [entry.id for entry in load_catalogue(PACKAGE_ROOT / "seeds" / "catalogue.toml")]


@pytest.fixture
def volume(volume_id: str, full_volumes: dict[str, Volume]) -> Volume:
    return full_volumes[volume_id]


@pytest.mark.parametrize("volume_id", IDS)
def test_the_words_at_the_spans_of_a_sentence_are_its_words(volume: Volume, texts: Path) -> None:
    source = (texts / volume.file).read_bytes().decode("utf-8")
    sentences = [sentence for section in volume.sections for sentence in section.sentences]
    assert len(sentences) > 300
    for sentence in sentences:
        found = " ".join(read_inline(source, span).text for span in sentence.spans)
        assert re.findall(r"\w+", found) == re.findall(r"\w+", sentence.text)


@pytest.mark.parametrize("volume_id", IDS)
def test_spans_are_in_order_within_their_section(volume: Volume) -> None:
    for section in volume.sections:
        for sentence in section.sentences:
            ends = [section.span.start, *(span.end for span in sentence.spans)]
            starts = [*(span.start for span in sentence.spans), section.span.end]
            assert all(end <= start for end, start in zip(ends, starts, strict=True)), sentence.text
            assert all(span.start < span.end for span in sentence.spans)


@pytest.mark.parametrize("volume_id", IDS)
def test_no_sentence_is_read_twice(volume: Volume) -> None:
    spans = sorted((span.start, span.end) for section in volume.sections for s in section.sentences for span in s.spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize("volume_id", IDS)
def test_no_word_of_a_piece_of_prose_is_lost(volume: Volume) -> None:
    """Outside the sentences of a section stand only marks: markup, notes' numbers, white space."""
    lost = 0
    for section in volume.sections:
        inside = list(volume.source[section.span.start : section.span.end])
        for sentence in section.sentences:
            for span in sentence.spans:
                start, end = span.start - section.span.start, span.end - section.span.start
                inside[start:end] = [" "] * (end - start)
        lost += sum(len(word) > 3 and word.isalpha() for word in "".join(inside).split())
    assert lost <= len(volume.source.split()) * 0.001
