"""Results of tools as text, for whoever reads no structured content.

In: what the engine gave. Out: plain text. An answer is the message that OpenAI's clients get, a quotation what the
command line prints; added is what a writer needs to refer to a sentence: its address.
"""

from collections.abc import Callable, Sequence
from io import StringIO
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from api.mcp.reading import numbered
from api.mcp.schemas import PeopleFound, VolumesFound
from api.schemas import SectionRefView, SectionView
from api.show import place_of
from api.show_quote import show_quote
from rag.answer import Answer, Citation
from rag.message import inert, message_of
from rag.quote_answer import QuoteAnswer
from rag.search import FoundPassage, SearchAnswer

_T = TypeVar("_T")
_WIDTH = 10_000


def answer_text(answer: Answer) -> str:
    """An answer with marks, the list of its sources, and the addresses of what it cites."""
    return message_of(answer).text + _addresses(answer.citations)


def quote_text(answer: QuoteAnswer) -> str:
    """Where a quotation stands, word by word where it differs, and the addresses of the sentences."""
    return _printed(show_quote, answer) + _addresses([each for place in answer.places for each in place.citations])


def search_text(found: SearchAnswer) -> str:
    """Passages, best first, each with its byline and why it was found."""
    passages = [_passage(number, passage) for number, passage in enumerate(found.passages, 1)]
    sure = "likely" if found.confidence >= found.answers_from else "not likely"
    head = f"{len(passages)} passages; it is {sure} that they answer the question ({found.confidence:.2f})."
    return "\n\n".join([head, *passages])


def section_text(section: SectionView) -> str:
    """A section with its byline, and its lines as they stand in the file, numbered."""
    place = _plain(place_of([author.name for author in section.authors], section.title, section))
    return f"{place}\nByline: {section.byline}. Id: {section.id}. Source: {section.credit}\n\n{numbered(section)}"


def people_text(found: PeopleFound) -> str:
    """A paragraph for each person: name, id, roles, pieces."""
    if not found.people:
        return f"Nobody of that name wrote there; {found.others} people wrote something here."
    told = []
    for person in found.people:
        roles = "; ".join(dict.fromkeys(role.text for role in person.roles))
        told.append("\n".join([f"{person.name} ({person.id}){': ' * bool(roles)}{roles}", *map(_ref, person.sections)]))
    return "\n\n".join(told)


def volumes_text(found: VolumesFound) -> str:
    """A line for each volume, and for each section of the one that was asked for."""
    lines = [
        f"{volume.id}: {volume.title} ({volume.publisher}, {volume.year or 'no year'}), {volume.edition}, "
        f"{volume.sections} sections by {volume.people} people. {volume.credit}"
        for volume in found.volumes
    ]
    return "\n".join([*lines, *map(_ref, found.contents)])


def _passage(number: int, passage: FoundPassage) -> str:
    place = _plain(place_of(passage.authors, passage.section, passage))
    best = "".join(f" Best sentence: {citation.address}." for citation in passage.best_sentence[:1])
    return f"[{number}] {place} ({passage.section_id})\n{inert(passage.text)}\nWhy: {' '.join(passage.why)}{best}"


def _ref(section: SectionRefView) -> str:
    return f"- {section.id}: {section.title} ({section.kind}; {', '.join(section.authors) or 'writer not named'})"


def _addresses(citations: Sequence[Citation]) -> str:
    """A line for each address, after the marks of all citations that share it."""
    shared: dict[str, list[int]] = {}
    for citation in citations:
        if citation.address:
            shared.setdefault(citation.address, []).append(citation.id)
    lines = [f"- {', '.join(f'[{number}]' for number in marks)} {address}" for address, marks in shared.items()]
    return "\n\nAddresses:\n" + "\n".join(lines) if lines else ""


def _printed(show: Callable[[Console, _T], None], value: _T) -> str:
    """What the command line prints where there is no terminal."""
    written = StringIO()
    show(Console(file=written, width=_WIDTH, force_terminal=False, color_system=None, emoji=False), value)
    return written.getvalue().strip()


def _plain(markup: str) -> str:
    return Text.from_markup(markup, emoji=False).plain
