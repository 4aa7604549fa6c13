"""Inferring who wrote an unsigned piece, from what other pieces and the piece itself say.

In: the sections of a volume. Out: the same sections, some with an inferred byline and the span that is the evidence.
Only what names the writer counts: a closing line about the author; another piece that quotes the words, or speaks of
"last week's blog", and names who wrote it; an office that the writer claims and only one person is said to hold then.
Where two people fit, or the piece itself names the one who fits, nobody is named.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.distance import OSA

from index.model import Author, Byline, BylineBasis, Kind, Section, Sentence, Span, Voice
from index.names import NAME, find_names, fold, looks_like_role
from index.offices import ONLY_ONE, Holding, claims, find_holdings, fits

_WORK = r"(?:blog|blogpost|blog\s+post|post|essay|article|chapter|column|piece)"
_CITED = re.compile(rf"\b(?:in\s+(?:her|his|their)\s+(?:\w+\s+){{0,2}}{_WORK}|{_WORK}\s+by)\b")
_LAST_WEEK = re.compile(rf"\blast\s+week(?:[’']s)?\s+{_WORK}|{_WORK}\s+last\s+week\b", re.I)
_QUOTED = re.compile(r"[‘“\"']([^’”\"']{30,300})")
_FIRST_PERSON = re.compile(r"\b(?:I|we|We|our|Our|my|My)\b")
_COMMON_CAPITALS = frozenset(
    {"Chair", "Director", "President", "Borough", "Council", "Metropolitan", "County", "Children"}
)
_BIO_WORDS = 60
_REACH = 15
"""How many pieces back the piece may stand that a sentence speaks of."""

_ROUNDS = 2

_SIGNABLE = frozenset({Kind.ESSAY, Kind.STORY, Kind.POST, Kind.FOREWORD, Kind.INTRODUCTION, Kind.CONCLUSION})


def infer_bylines(sections: Sequence[Section], publisher: str) -> tuple[Section, ...]:
    """Name the writers of unsigned pieces where the volume itself gives them away."""
    if not any(_is_open(section) for section in sections):
        return tuple(sections)
    holdings = list(find_holdings(sections))
    names = _names(sections)
    cited = _cited(sections, names, {names.get(holding.name, holding.name) for holding in holdings})
    own = frozenset(
        {
            "".join(w[0] for w in fold(publisher).split() if w not in ("of", "and", "the", "for")),
            *fold(publisher).split(),
        }
    )
    found = tuple(sections)
    for _ in range(_ROUNDS):
        found = tuple(
            _infer(section, number, holdings, cited, own, names) if _is_open(section) else section
            for number, section in enumerate(found)
        )
        holdings += _own_claims(found)
    return found


def _own_claims(sections: Sequence[Section]) -> list[Holding]:
    """What the writers known so far say of their own office: it tells which other pieces are theirs."""
    return [
        Holding(section.byline.authors[0].name, office, number, section.sentences[0])
        for number, section in enumerate(sections)
        if len(section.byline.authors) == 1 and section.sentences
        for office in claims(section)
        if office.head not in ONLY_ONE
    ]


def _is_open(section: Section) -> bool:
    return section.kind in _SIGNABLE and section.byline.basis is BylineBasis.UNKNOWN and section.byline.evidence is None


def _infer(
    section: Section,
    number: int,
    holdings: Sequence[Holding],
    cited: dict[int, tuple[str, Sentence]],
    own: frozenset[str],
    names: dict[str, str],
) -> Section:
    if (bio := _closing_bio(section)) is not None:
        return bio
    if number in cited:
        name, evidence = cited[number]
        return _named(section, name, evidence)
    holding = _holder(section, number, holdings, own)
    return section if holding is None else _named(section, names.get(holding.name, holding.name), holding.sentence)


def _named(section: Section, name: str, evidence: Sentence) -> Section:
    span = Span(evidence.spans[0].start, evidence.spans[-1].end)
    return replace(section, byline=Byline((Author(name),), BylineBasis.INFERRED, span, evidence.text))


def _closing_bio(section: Section) -> Section | None:
    """A last paragraph that tells about its author in the third person ("Ann Lee is a former head teacher …")."""
    if not section.sentences:
        return None
    last = [s for s in section.sentences if s.paragraph == section.sentences[-1].paragraph]
    text = " ".join(sentence.text for sentence in last)
    match = re.match(rf"({NAME.pattern})\s+(?:is|was)\s+(?:an?|the)\s", text)
    if match is None or len(text.split()) > _BIO_WORDS or not looks_like_role(" ".join(text.split()[:18])):
        return None
    name = match.group("name")
    before = [s for s in section.sentences if s.paragraph != last[0].paragraph]
    if any(name in sentence.text for sentence in before):
        return None
    span = Span(last[0].spans[0].start, last[-1].spans[-1].end)
    kept = tuple(before) + tuple(replace(sentence, voice=Voice.HEADING) for sentence in last)
    byline = Byline((Author(name, match.group("honorific").strip()),), BylineBasis.SIGNED, span, text)
    return replace(section, byline=byline, sentences=kept)


def _holder(section: Section, number: int, holdings: Sequence[Holding], own: frozenset[str]) -> Holding | None:
    """Who holds the office that the writer claims; of several over time, the one named twice as near as any other."""
    for office in claims(section):
        fitting = [h for h in holdings if h.section != number and fits(office, h.office, own)]
        text = fold(" ".join(sentence.text for sentence in section.sentences)) if fitting else ""
        fitting = [h for h in fitting if fold(h.name) not in text]
        if not fitting:
            continue
        nearest = min(fitting, key=lambda h: abs(h.section - number))
        rivals = [h for h in fitting if fold(h.name) != fold(nearest.name)]
        distance = abs(nearest.section - number)
        if all(abs(h.section - number) >= 2 * distance for h in rivals):
            return nearest
    return None


_Ascription = tuple[int, str, Sentence]
"""The piece that speaks, the person whose piece it speaks of, and its words."""


def _cited(sections: Sequence[Section], names: dict[str, str], holders: set[str]) -> dict[int, tuple[str, Sentence]]:
    """Pieces that another piece ascribes to somebody: by their own words, as the one of last week, or by the place
    that the writer is said to be from. Which way "last week" lies is learnt from the pieces found by their words."""
    ascriptions: list[_Ascription] = [
        (number, names.get(name, name), sentence)
        for number, section in enumerate(sections)
        for sentence in section.sentences
        if (name := _ascribed_to(sentence, holders)) is not None
    ]
    if not ascriptions:
        return {}
    words = [fold(" ".join(sentence.text for sentence in section.sentences)) for section in sections]
    found: dict[int, tuple[str, Sentence]] = {}
    steps = set()
    for number, name, sentence in ascriptions:
        for other in _quoted_pieces(sentence, number, words):
            found[other] = (name, sentence)
            steps.add(1 if other > number else -1)
    if len(steps) == 1:
        step = steps.pop()
        for number, name, sentence in ascriptions:
            meant = _piece_meant(number, step, sentence, sections)
            if meant is not None and fold(name) not in words[meant]:
                found.setdefault(meant, (name, sentence))
    return found


def _quoted_pieces(sentence: Sentence, number: int, words: Sequence[str]) -> list[int]:
    """The other pieces that have the words which the sentence quotes."""
    quotations = [fold(quotation).strip(" .,") for quotation in _QUOTED.findall(sentence.text)]
    return [
        other
        for other, text in enumerate(words)
        if other != number and any(quotation in text for quotation in quotations)
    ]


def _piece_meant(number: int, step: int, sentence: Sentence, sections: Sequence[Section]) -> int | None:
    """The earlier piece that a sentence speaks of: the one before, or the only one near from the place it names."""
    if _LAST_WEEK.search(sentence.text):
        return number + step if 0 <= number + step < len(sections) else None
    places = [word for word in re.findall(r"\b[A-Z][a-z]{4,}\b", sentence.text) if word not in _COMMON_CAPITALS]
    near = [number + step * i for i in range(1, _REACH) if 0 <= number + step * i < len(sections)]
    for place in reversed(places):
        fitting = [
            i for i in near if any(place in s.text and _FIRST_PERSON.search(s.text) for s in sections[i].sentences)
        ]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _ascribed_to(sentence: Sentence, holders: set[str]) -> str | None:
    """The one person whose piece a sentence speaks of; a first name alone must be that of one office holder."""
    if not _CITED.search(sentence.text):
        return None
    named = {
        found.name
        for found in find_names(sentence.text)
        if re.search(rf"(?:\b[Aa]s|\b[Ll]ike|\bby)\s+{re.escape(found.name)}", sentence.text)
    }
    if not named and (match := re.search(r"\b(?:As|Like|as|like)\s+([A-Z][a-z]+),?\s", sentence.text)):
        named = {holder for holder in holders if holder.split()[0] == match.group(1)}
    return named.pop() if len(named) == 1 else None


def _names(sections: Sequence[Section]) -> dict[str, str]:
    """The usual spelling of each name: one seen less often and a letter apart from another is a slip."""
    counts: dict[str, int] = {}
    for section in sections:
        for sentence in section.sentences:
            for found in find_names(sentence.text):
                counts[found.name] = counts.get(found.name, 0) + 1
    alike: dict[str, list[str]] = {}
    for name in counts:
        alike.setdefault(name.split()[0], []).append(name)
    return {
        name: max(
            (other for other in alike[name.split()[0]] if OSA.distance(other, name, score_cutoff=1) <= 1),
            key=lambda other: counts[other],
        )
        for name in counts
        if len(name) >= 8
    }
