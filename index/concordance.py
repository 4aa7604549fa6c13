"""The concordance: every word of every sentence in order, and every place of a word.

In: the sentences of the sections. Out: where words stand in a row, and where many of them stand close together. It is
kept as arrays that are memory-mapped when served, some 16 bytes a word of text; looking words up scans no text.

Each section is written down as its *text*: the sentences that may be cited, one after the other, whatever the page has
in between; and, where the page has something in between, once more as its *page*: every sentence in the order in which
it stands. So words run on across a pull quote, and the words of a heading, a note or a pull quote are found too.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.model import CITABLE_VOICES, Voice
from index.wording import plain_words

FOLDER = "concordance"
UNKNOWN = -1
"""The number of a word that stands nowhere."""
_GAP = 0
"""Stands in `stream` before and after every text and page."""
_VOICES = tuple(Voice)
_CITABLE = np.array([voice in CITABLE_VOICES for voice in _VOICES])
_PULLED = _VOICES.index(Voice.PULL_QUOTE)
_ARRAYS = ("stream", "places", "bounds", "starts", "entries")

Numbers = NDArray[np.int32]
Places = NDArray[np.int64]


class Said(Protocol):
    """A sentence, as read or as stored."""

    @property
    def text(self) -> str:
        """Its words."""
        ...

    @property
    def voice(self) -> Voice:
        """Whose they are."""
        ...


@dataclass(frozen=True, slots=True)
class SentencePart:
    """Words `first … last - 1` of a sentence of a section."""

    section_id: str
    ordinal: int
    first: int
    last: int


class Concordance:
    """Words by place and places by word; immutable."""

    def __init__(self, arrays: dict[str, NDArray[np.int32]], words: Sequence[str], sections: Sequence[str]) -> None:
        """Take what `save` has written."""
        self.stream = arrays["stream"]
        """The number of the word at every place, shape (places,); 0 between texts."""
        self._places, self._bounds = arrays["places"], arrays["bounds"]
        self._starts, self._entries = arrays["starts"], arrays["entries"]
        self._words = words
        self._numbers = {word: number for number, word in enumerate(words)}
        self._sections = sections
        self._section_numbers = {section_id: number for number, section_id in enumerate(sections)}
        self._gaps = self._places[: self._bounds[1]]
        self._lifted = np.concatenate([[0], np.cumsum(~_CITABLE[self._entries[:, 2]])])
        self._pulled = np.concatenate([[0], np.cumsum(self._entries[:, 2] == _PULLED)])

    @classmethod
    def build(cls, sections: Iterable[tuple[str, Sequence[Said]]]) -> "Concordance":
        """Write down the sentences of sections, which come with their ids."""
        numbers: dict[str, int] = {"": _GAP}
        stream, starts = [_GAP], list[int]()
        entries, ids = list[tuple[int, int, int, int]](), list[str]()
        for section_id, sentences in sections:
            words = [[numbers.setdefault(w, len(numbers)) for w in plain_words(said.text)] for said in sentences]
            text = [ordinal for ordinal, said in enumerate(sentences) if said.voice in CITABLE_VOICES]
            for page, ordinals in enumerate((text, range(len(sentences)))):
                if page and len(text) == len(sentences):
                    continue
                for ordinal in ordinals:
                    starts.append(len(stream))
                    entries.append((len(ids), ordinal, _VOICES.index(sentences[ordinal].voice), page))
                    stream += words[ordinal]
                stream.append(_GAP)
            ids.append(section_id)
        written = np.array(stream, dtype=np.int32)
        arrays = {
            "stream": written,
            "places": np.argsort(written, kind="stable").astype(np.int32),
            "bounds": np.concatenate([[0], np.cumsum(np.bincount(written, minlength=len(numbers)))]).astype(np.int32),
            "starts": np.array(starts, dtype=np.int32),
            "entries": np.array(entries, dtype=np.int32).reshape(-1, 4),
        }
        return cls(arrays, list(numbers), ids)

    @classmethod
    def load(cls, generation: Path) -> "Concordance":
        """Open the concordance of a published generation; FileNotFoundError where it was published without one."""
        folder = generation / FOLDER
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS}
        names = json.loads((folder / "names.json").read_text("utf-8"))
        return cls(arrays, names["words"], names["sections"])

    def save(self, generation: Path) -> None:
        """Write the concordance into a generation."""
        folder = generation / FOLDER
        folder.mkdir()
        kept = (self.stream, self._places, self._bounds, self._starts, self._entries)
        for name, array in zip(_ARRAYS, kept, strict=True):
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        names = {"words": list(self._words), "sections": list(self._sections)}
        (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")

    def numbers(self, words: Sequence[str]) -> Numbers:
        """The numbers of words as they are compared (index/wording.py), shape (words,); UNKNOWN where unknown."""
        return np.array([self._numbers.get(word, UNKNOWN) if word else UNKNOWN for word in words], dtype=np.int32)

    def words(self, first: int, last: int) -> list[str]:
        """The words at places `first … last - 1`."""
        return [self._words[number] for number in self.stream[first:last]]

    def counts(self, numbers: Numbers) -> Places:
        """How often each word stands, shape (words,); 0 where unknown."""
        known = np.maximum(numbers, 0)
        found = self._bounds[known + 1].astype(np.int64) - self._bounds[known]
        return np.asarray(np.where(numbers == UNKNOWN, 0, found), dtype=np.int64)

    def places(self, number: int) -> Numbers:
        """Every place of a word, ascending."""
        return self._places[self._bounds[number] : self._bounds[number + 1]]

    def occurrences(self, numbers: Numbers) -> Places:
        """Every place where these words begin to stand in a row, ascending, each once.

        A place on a page counts only where the words take in something that is not the text, and a pull quote only
        where the text of its section does not have the words.
        """
        counts = self.counts(numbers)
        if not len(numbers) or not counts.all():
            return np.zeros(0, dtype=np.int64)
        rarest_first = np.argsort(counts, kind="stable")
        found = self.places(int(numbers[rarest_first[0]])).astype(np.int64) - rarest_first[0]
        found = found[(found > 0) & (found + len(numbers) < len(self.stream))]
        for position in rarest_first[1:]:
            if not len(found):
                break
            found = found[self.stream[found + position] == numbers[position]]
        kept: Places = found[self.is_new(found, found + len(numbers))]
        return kept

    def is_on_page(self, places: Places) -> NDArray[np.bool_]:
        """Which places are on a page and not in a text."""
        on_page: NDArray[np.bool_] = self._entries[self._entry(places), 3] == 1
        return on_page

    def section_numbers(self, places: Places) -> Numbers:
        """The section of each place as a number."""
        numbers: Numbers = self._entries[self._entry(places), 0]
        return numbers

    def within(self, places: Places, section_ids: frozenset[str]) -> NDArray[np.bool_]:
        """Which places are in one of these sections."""
        wanted = [self._section_numbers[name] for name in section_ids if name in self._section_numbers]
        return np.isin(self.section_numbers(places), wanted)

    def extent(self, place: int) -> tuple[int, int]:
        """First place and place after the last of the text or page that a place is in."""
        after = int(np.searchsorted(self._gaps, place, side="right"))
        return int(self._gaps[after - 1]) + 1, int(self._gaps[after])

    def parts(self, first: int, last: int) -> Iterator[SentencePart]:
        """The sentences that places `first … last - 1` are in; they must be in one text or page."""
        entry = int(self._entry(np.array([first]))[0])
        while entry < len(self._starts) and self._starts[entry] < last:
            start = int(self._starts[entry])
            end = int(self._starts[entry + 1]) if entry + 1 < len(self._starts) else last
            if max(first, start) < min(last, end):
                section, ordinal = self._entries[entry, :2]
                yield SentencePart(
                    self._sections[section], int(ordinal), max(first, start) - start, min(last, end) - start
                )
            entry += 1

    def _entry(self, places: Places) -> Places:
        """The sentence that each place is in, as a row of `entries`."""
        entries: Places = np.searchsorted(self._starts, places, side="right") - 1
        return entries

    def is_new(self, places: Places, ends: Places) -> NDArray[np.bool_]:
        """Which of the runs `place … end - 1` say something that the others do not.

        A run on a page does where it takes in what is not the text; a pull quote where no run is in its section's text.
        """
        first, last = self._entry(places), self._entry(ends - 1) + 1
        on_page = self._entries[first, 3] == 1
        lifted = self._lifted[last] - self._lifted[first]
        only_pulled = lifted == self._pulled[last] - self._pulled[first]
        sections = self._entries[first, 0]
        repeated = only_pulled & np.isin(sections, sections[~on_page])
        new: NDArray[np.bool_] = ~on_page | ((lifted > 0) & ~repeated)
        return new
