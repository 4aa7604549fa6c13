"""Whom a retold sentence credits: "Thorne argues that …", "According to Ada Thorne, …", "… , says the harbour master."

In: a sentence and the sentences that it cites. Out: the ways to read it as a credit and what is credited.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.names import HONORIFICS, fold
from rag.support.lists import TELLING
from rag.support.verdict import Source

_NAME = r"(?:(?:[A-Z][\w’'.-]*|van|von|de|der|di|la|le)\s+){0,5}[A-Z][\w’'-]+"
_TITLES = "|".join(HONORIFICS)
_IN_TITLE = (
    r"(?:,?\s+(?:writing\s+)?in\s+[“\"‘'](?P<title>[^”\"]{1,200}?)[”\"’'](?:\s+\((?P<volume>[^()]{1,200})\))?,?)?"
)
_VERB = rf"(?:also\s+|further\s+|then\s+|rightly\s+)?(?P<verb>{TELLING})"
_WRITER = re.compile(r"the (?:author|writer)s?", re.I)


@dataclass(frozen=True, slots=True)
class Credit:
    """A reading of a sentence as somebody's words: who, in which piece, and the words."""

    names: tuple[str, ...]
    title: str
    volume: str
    rest: str


def credits(sentence: str, speakers: Sequence[str]) -> Iterator[Credit]:
    """The ways to read a sentence as credited; `speakers` are descriptions of people that the texts print."""
    who = _who(speakers)
    listed = rf"(?P<names>{who}(?:(?:,|,? and|,? &)\s+{who}){{0,3}})"
    inside = r"^(?:[Ii]n\s+[“\"‘'](?P<first>[^”\"]{1,200}?)[”\"’'](?:\s+\([^()]{1,200}\))?,\s+)?"
    for pattern in (
        rf"{inside}(?:[Aa]s\s+)?{listed}{_IN_TITLE}\s+{_VERB}(?:\s+that\b,?|:|,)?\s+(?P<rest>.+)$",
        rf"^[Aa]ccording\s+to\s+{listed}{_IN_TITLE},\s+(?P<rest>.+)$",
        rf"^(?P<rest>.+?),?[”\"’']?\s+according\s+to\s+{listed}{_IN_TITLE}[.!?]?$",
        rf"^(?P<rest>.+?),[”\"’']?\s+{_VERB}\s+{listed}{_IN_TITLE}[.!?]?$",
        rf"^(?P<rest>.+?),[”\"’']?\s+{listed}{_IN_TITLE}\s+{_VERB}[.!?]?$",
        rf"^{listed}{_IN_TITLE}:\s+(?P<rest>.+)$",
    ):
        if match := re.match(pattern, sentence, re.S):
            found = match.groupdict()
            title = found.get("title") or found.get("first") or ""
            yield Credit(_split(found["names"]), title, found.get("volume") or "", _rest(sentence, match))


def is_credited_rightly(credit: Credit, cited: Sequence[Source]) -> bool:
    """Whether the people credited are those who say it: the speaker, or all writers and no others."""
    titles = {fold(source.title) for source in cited}
    if credit.title and fold(credit.title.rstrip(",.")) not in titles:
        return False
    if credit.volume and not all(fold(source.volume) in fold(credit.volume) for source in cited):
        return False
    return all(_says(credit.names, source) for source in cited)


def is_writer_credited(credit: Credit, cited: Sequence[Source]) -> bool:
    """Whether it is the writers who are credited, rather than somebody whom they quote."""
    return all(_are_writers(credit.names, source.authors) for source in cited)


def is_speaker_named(sentence: str, source: Source) -> bool:
    """Whether a sentence names the speaker whom the texts name: in full, by surname, or as they describe them."""
    if not source.speaker:
        return False
    words = f" {_plain(sentence)} "
    speaker = _plain(source.speaker)
    return f" {speaker} " in words or (source.speaker[:1].isupper() and f" {speaker.split()[-1]} " in words)


def same_person(name: str, whole: str) -> bool:
    """Whether a name as written is that of a person: the full name, or the surname, with or without a title."""
    bare = _plain(re.sub(rf"^(?:(?:{_TITLES})\.?\s+)+", "", name))
    full = _plain(re.sub(rf"^(?:(?:{_TITLES})\.?\s+)+", "", whole))
    return bare == full or bare == full.split()[-1]


def _says(names: Sequence[str], source: Source) -> bool:
    if source.speaker and len(names) == 1 and _is_speaker(names[0], source.speaker):
        return True
    return _are_writers(names, source.authors)


def _is_speaker(name: str, speaker: str) -> bool:
    return same_person(name, speaker) if speaker[:1].isupper() else _plain(name) == _plain(speaker)


def _are_writers(names: Sequence[str], authors: Sequence[str]) -> bool:
    if len(names) == 1 and _WRITER.fullmatch(names[0]):
        return True
    return (
        len(names) == len(authors)
        and all(any(same_person(name, author) for author in authors) for name in names)
        and all(any(same_person(name, author) for name in names) for author in authors)
    )


def _who(speakers: Sequence[str]) -> str:
    printed = [rf"(?:(?i:{re.escape(speaker)}))" for speaker in sorted(set(speakers), key=len, reverse=True) if speaker]
    return f"(?:{'|'.join([*printed, '[Tt]he (?:author|writer)s?', _NAME])})"


def _split(names: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r",?\s+(?:and|&)\s+|,\s+", names) if part.strip())


def _rest(sentence: str, match: re.Match[str]) -> str:
    """What is credited, with the quotation mark that a credit behind it cut off."""
    start, end = match.span("rest")
    tail = re.match(r",?[”\"’']", sentence[end:]) if end < len(sentence) else None
    return sentence[start:end] + (tail.group() if tail else "")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(text)))
