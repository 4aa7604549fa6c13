"""The words around the quoted ones: who says it, in which piece. They are ours, and are kept apart from the texts'."""

from collections.abc import Sequence

from index.records import SectionRecord


def people_in_words(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def verb(names: Sequence[str], one: str, many: str) -> str:
    """The form of a verb that goes with so many names."""
    return one if len(names) == 1 else many


def frame(section: SectionRecord, year: int | None) -> str:
    """The attribution that opens a part of an answer."""
    names = people_in_words([author.name for author in section.authors])
    place = f"“{section.title}” ({section.volume}{f', {year}' if year else ''})"
    if section.edition == "digest":
        return f"Byline's digest of {names}, {place}:" if names else f"Byline's digest of {place}:"
    if names:
        return f"{names}, in {place}:"
    return f"{place}, whose writer the text does not name:"
