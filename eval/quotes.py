"""How truly quotations are found: word for word, with words altered, and invented ones.

In: an index, and seeds. Out: a `QuotesReport`. Every seed draws as many quotations of each kind: *exact* ones, set
otherwise (spaces, quotation marks, dashes, case, ligatures, soft hyphens); *altered* ones, with one to three words
replaced, dropped, put in or swapped; and some that are *not here*: shuffled, mixed or glued from several sentences,
made of the texts' words, or paraphrases out of the digests. What is true of a quotation is known from how it was made
and from plain searches through the whole of the texts, never from the concordance that is measured.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from eval.speed_times import Times, sum_up
from index.inline import read_inline
from index.model import CITABLE_VOICES, Span
from index.records import SentenceRecord
from index.settings import PACKAGE_ROOT
from index.snapshot import Snapshot
from index.wording import plain_words
from rag.engine import Engine
from rag.quote import concordance, find_quote
from rag.quote_answer import MOST_PLACES, QuoteAnswer, QuoteAsk, QuotePlace

Kind = Literal["exact", "altered", "not here"]
KINDS: tuple[Kind, ...] = ("exact", "altered", "not here")
FAULTS = ("verdict", "place", "marks")
"""What can be wrong with an answer, the worst first."""
_VERDICTS = {"exact": "exact", "altered": "near", "not here": "not_here"}
_LEAST_EXACT, _LEAST_ALTERED, _MOST = 4, 8, 40
_TOO_NEAR = 80.0
"""An invention is drawn again where so many per cent of its characters stand somewhere in a row (rapidfuzz)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A quotation and what is true of it."""

    kind: Kind
    made: str
    """How it was made."""
    quote: str
    section_id: str = ""
    words: tuple[str, ...] = ()
    """The words of the source that it was made from."""
    changes: int = 0


class Miss(BaseModel):
    """A quotation that was answered wrongly."""

    seed: int
    kind: Kind
    made: str
    quote: str
    verdict: str
    fault: str


class KindFigures(BaseModel):
    """Shares of the quotations of one kind."""

    count: int
    verdicts: float
    places: float | None
    """Of exact and altered ones: a place given is what it was made from, and its citations are just those words."""
    marked: float | None
    """Of altered ones: every word that differs is marked, no more than were altered, and the rest is the source's."""
    right: float
    times: Times


class QuotesReport(BaseModel):
    """What was measured."""

    generation: str
    seeds: list[int]
    drawn_again: int
    right: float
    """Share with the right verdict, place and marks."""
    kinds: dict[str, KindFigures]
    misses: list[Miss]


class Material:
    """What quotations are made of: the sentences of an index, and their words as one long line a section."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.drawn_again = 0
        self._sentences = {name: snapshot.sentences(name) for name in snapshot.section_refs}
        self._runs = [
            (name, position)
            for name, sentences in self._sentences.items()
            for position, sentence in enumerate(sentences)
            if len(sentence.text.split()) >= _LEAST_EXACT
        ]
        said = (sentence.text for sentences in self._sentences.values() for sentence in sentences)
        self.bag = [word for text in said for word in text.split() if len(plain_words(word)) == 1]
        """Every single word of the texts, as often as it stands there."""

    def words(self, rng: random.Random, least: int) -> tuple[str, list[str]]:
        """The section and words of one to three sentences that follow each other, `least` words to 40."""
        while True:
            name, position = rng.choice(self._runs)
            taken = _running_on(self._sentences[name][position:])[: rng.choice((1, 1, 2, 3))]
            words = [word for sentence in taken for word in sentence.text.split()]
            if len(plain_words(" ".join(words))) >= least:
                size = rng.randint(least, max(least, min(_MOST, len(words))))
                first = rng.randrange(max(1, len(words) - size + 1))
                if len(plain_words(" ".join(words[first : first + size]))) >= least:
                    return name, words[first : first + size]

    def stands(self, words: Sequence[str]) -> bool:
        """Whether words stand in a row in any section: looked for in all of them."""
        wanted = f" {' '.join(words)} "
        return any(wanted in line for line in self._lines)

    def is_near(self, quote: str) -> bool:
        """Whether most characters of a quotation stand somewhere in a row, whatever the words."""
        said = " ".join(plain_words(quote))
        return any(fuzz.partial_ratio(said, line, score_cutoff=_TOO_NEAR) > 0 for line in self._lines)

    @cached_property
    def _lines(self) -> list[str]:
        return [
            f" {' '.join(word for sentence in said for word in plain_words(sentence.text))} "
            for sentences in self._sentences.values()
            for said in (sentences, [sentence for sentence in sentences if sentence.voice in CITABLE_VOICES])
        ]

    @cached_property
    def paraphrases(self) -> list[str]:
        """Sentences of the digests whose volumes are here as full texts."""
        found: list[str] = []
        for volume in self.snapshot.volumes():
            path = PACKAGE_ROOT / "seeds" / "digests" / f"{volume.id}.md"
            if volume.edition == "full text" and path.is_file():
                lines = [line for line in path.read_text("utf-8").split("\n") if line[:1].isalpha()]
                found += [said for line in lines for said in re.split(r"(?<=[.?!])\s+", line)]
        return [said for said in found if len(plain_words(said)) >= _LEAST_ALTERED]


def eval_quotes(engine: Engine, seeds: Sequence[int], count: int, step: Callable[[], object]) -> QuotesReport:
    """Draw `count` quotations of each kind for each seed and look them up; `step` is called after each."""
    concordance(engine.snapshot)
    material = Material(engine.snapshot)
    rows: list[tuple[int, Drawn, QuoteAnswer, float]] = []
    for seed in seeds:
        for drawn in draw(material, seed, count):
            began = time.perf_counter()
            answer = find_quote(engine, QuoteAsk(quote=drawn.quote, limit=MOST_PLACES))
            rows.append((seed, drawn, answer, (time.perf_counter() - began) * 1000))
            step()
    misses = [
        Miss(seed=seed, kind=drawn.kind, made=drawn.made, quote=drawn.quote, verdict=answer.verdict, fault=fault)
        for seed, drawn, answer, _ in rows
        if (fault := fault_of(drawn, answer))
    ]
    return QuotesReport(
        generation=engine.snapshot.generation,
        seeds=list(seeds),
        drawn_again=material.drawn_again,
        right=round(1 - len(misses) / len(rows), 4),
        kinds={kind: _figures(kind, [row for row in rows if row[1].kind == kind]) for kind in KINDS},
        misses=misses,
    )


def fault_of(drawn: Drawn, answer: QuoteAnswer) -> str:
    """What is wrong with an answer; nothing where it is right."""
    if answer.verdict != _VERDICTS[drawn.kind]:
        return "verdict"
    if drawn.kind == "not here":
        return "" if not answer.places else "place"
    places = [place for place in answer.places if _is_there(drawn, place)]
    if not places:
        return "place"
    return "marks" if drawn.kind == "altered" and not any(_is_marked(drawn, place) for place in places) else ""


def draw(material: Material, seed: int, count: int) -> Iterator[Drawn]:
    """`count` quotations of each kind; the same for the same index and seed."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    for _ in range(count):
        name, words = material.words(rng, _LEAST_EXACT)
        yield Drawn("exact", "set otherwise", set_otherwise(" ".join(words), rng), name, _plain(words))
    for _ in range(count):
        yield _altered(material, rng)
    makers = [_shuffled, _mixed, _glued, _out_of_words, *([_paraphrased] if material.paraphrases else [])]
    for number in range(count):
        yield _invented(material, makers[number % len(makers)], rng)


def set_otherwise(text: str, rng: random.Random) -> str:
    """The same words as another printer, a web page or a careless hand would set them."""
    text = _any(rng, r"[\"“”„«»]", text, ('"', "“", "”", "''", ""))
    text = _any(rng, r"(?<=\w)['’](?=\w)", text, ("'", "’"))
    text = _any(rng, r"\s*[—–]\s*|\s+-\s+", text, (" – ", "—", " - ", "–", " -- "))
    text = _any(rng, r"ffi|ffl|fi|fl|ff", text, (None, {"ffi": "ﬃ", "ffl": "ﬄ", "fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}))
    text = _any(rng, r"(?<=[a-z]{3})(?=[a-z]{3})", text, ("", "", "", "\u00ad"))
    text = _any(rng, r" ", text, (" ", " ", " ", "  ", "\n", "\u00a0", "\t", " \r\n "))
    text = rng.choice((str, str, str.upper, str.lower))(text)
    return rng.choice(("{}", "“{}”", '"{}"', "  {}\n", "‘{}’")).format(text)


def _any(rng: random.Random, pattern: str, text: str, settings: Sequence[str | dict[str, str] | None]) -> str:
    """Every match of the pattern in one of several settings; None leaves it, a dict says what stands for what."""

    def reset(match: re.Match[str]) -> str:
        setting = rng.choice(settings)
        if isinstance(setting, dict):
            return setting[match.group()]
        return match.group() if setting is None else setting

    return re.sub(pattern, reset, text)


def _altered(material: Material, rng: random.Random) -> Drawn:
    """Words with one to three alterations, none of which touches another or cuts words off at an end."""
    while True:
        name, words = material.words(rng, _LEAST_ALTERED)
        changes = rng.randint(1, 3)
        positions = sorted(rng.sample(range(1, len(words) - 2), changes), reverse=True)
        if any(later - earlier < 2 for later, earlier in pairwise(positions)):
            continue
        altered, made = list(words), []
        for position in positions:
            made.append(rng.choice(("replaced", "dropped", "put in", "swapped")))
            _alter(altered, position, made[-1], rng.choice(material.bag))
        quote = " ".join(altered)
        if _are_single(words, positions) and not material.stands(_plain(altered)):
            return Drawn("altered", ", ".join(made), set_otherwise(quote, rng), name, _plain(words), changes)
        material.drawn_again += 1


def _alter(words: list[str], position: int, how: str, other: str) -> None:
    if how == "replaced":
        words[position] = other
    elif how == "dropped":
        del words[position]
    elif how == "put in":
        words.insert(position, other)
    else:
        words[position : position + 2] = words[position + 1], words[position]


def _are_single(words: Sequence[str], positions: Sequence[int]) -> bool:
    """Whether all that was altered, and both ends, are single words, so that each alteration counts one."""
    touched = [words[position + step] for position in positions for step in range(2)]
    return all(len(plain_words(word)) == 1 for word in (words[0], *touched, words[-1]))


def _shuffled(material: Material, rng: random.Random) -> str:
    _, words = material.words(rng, _LEAST_ALTERED)
    mixed = rng.sample(words, len(words))
    alike = LCSseq.normalized_similarity([w.casefold() for w in words], [w.casefold() for w in mixed])
    return " ".join(mixed) if alike <= 0.6 else ""


def _mixed(material: Material, rng: random.Random) -> str:
    """Runs of two to four words from many sentences."""
    found: list[str] = []
    while len(found) < 10 or rng.random() < 0.8:
        _, words = material.words(rng, _LEAST_EXACT)
        first = rng.randrange(len(words) - 1)
        found += words[first : first + rng.randint(2, 4)]
    return " ".join(found[:_MOST])


def _glued(material: Material, rng: random.Random) -> str:
    """The first half of one sentence and as many words of the end of another."""
    (_, head), (_, tail) = (material.words(rng, 2 * _LEAST_ALTERED) for _ in range(2))
    size = min(len(head), len(tail)) // 2
    return " ".join((*head[:size], *tail[-size:]))


def _out_of_words(material: Material, rng: random.Random) -> str:
    return " ".join(rng.choices(material.bag, k=rng.randint(_LEAST_ALTERED, _MOST)))


def _paraphrased(material: Material, rng: random.Random) -> str:
    return rng.choice(material.paraphrases)


def _invented(material: Material, make: Callable[[Material, random.Random], str], rng: random.Random) -> Drawn:
    while True:
        quote = make(material, rng)
        if len(plain_words(quote)) >= _LEAST_ALTERED and not material.is_near(quote):
            return Drawn("not here", make.__name__.strip("_").replace("_", " "), set_otherwise(quote, rng))
        material.drawn_again += 1


def _running_on(sentences: Sequence[SentenceRecord]) -> list[SentenceRecord]:
    """The sentences that follow the first: in the text what may be cited, else all that the page has."""
    in_text = sentences[0].voice in CITABLE_VOICES
    return [sentence for sentence in sentences if sentence.voice in CITABLE_VOICES or not in_text]


def _plain(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(plain_words(" ".join(words)))


def _is_there(drawn: Drawn, place: QuotePlace) -> bool:
    """Whether a place is the one that a quotation was made from, and its citations are its words."""
    if any(citation.section_id != drawn.section_id for citation in place.citations):
        return False
    cited = [word for citation in place.citations for word in _read(citation.quote)]
    return "".join(cited) == "".join(plain_words(place.text)) == "".join(drawn.words)


def _read(text: str) -> list[str]:
    """The words of source characters, or of a quotation as somebody set it."""
    return plain_words(read_inline(text, Span(0, len(text))).text)


def _is_marked(drawn: Drawn, place: QuotePlace) -> bool:
    """Whether the changes turn the quotation into the source, and are as few as were made."""
    said = [word for change in place.changes for word in plain_words(change.quote)]
    source = [word for change in place.changes for word in plain_words(change.source)]
    same = [change for change in place.changes if change.change == "same"]
    return (
        "".join(said) == "".join(_read(drawn.quote))
        and "".join(source) == "".join(drawn.words)
        and all("".join(plain_words(each.quote)) == "".join(plain_words(each.source)) for each in same)
        and 0 < place.differences <= drawn.changes
    )


def _figures(kind: Kind, rows: Sequence[tuple[int, Drawn, QuoteAnswer, float]]) -> KindFigures:
    faults = [fault_of(drawn, answer) for _, drawn, answer, _ in rows]
    return KindFigures(
        count=len(rows),
        verdicts=_share_without(faults, "verdict"),
        places=None if kind == "not here" else _share_without(faults, "verdict", "place"),
        marked=_share_without(faults, *FAULTS) if kind == "altered" else None,
        right=_share_without(faults, *FAULTS),
        times=sum_up([ms for *_, ms in rows]),
    )


def _share_without(faults: Sequence[str], *kinds: str) -> float:
    return round(sum(fault not in kinds for fault in faults) / len(faults), 4)
