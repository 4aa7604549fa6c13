"""The tools: what each is called, takes, gives and does.

In: an engine and what a tool is asked. Out: the same values that the HTTP API answers with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from api.mcp.reading import lines_of
from api.mcp.schemas import PeopleAsk, PeopleFound, Question, SectionAsk, VolumesAsk, VolumesFound
from api.mcp.text import answer_text, people_text, quote_text, search_text, section_text, volumes_text
from api.schemas import PersonView, SectionRefView, SectionView, VolumeView
from index.errors import NotFound
from index.names import fold
from index.records import PersonRecord
from rag.answer import Answer
from rag.engine import Engine
from rag.quote import find_quote
from rag.quote_answer import QuoteAnswer, QuoteAsk
from rag.search import SearchAnswer, SearchAsk
from rag.search import search as find_passages

A = TypeVar("A", bound=BaseModel)
G = TypeVar("G", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Tool(Generic[A, G]):
    """A tool and how its result reads."""

    name: str
    title: str
    description: str
    """For a language model: when to use it, and what its result means."""
    asks: type[A]
    gives: type[G]
    run: Callable[[Engine, A], G]
    text: Callable[[G], str]
    is_work: bool
    """Whether it is worked out and takes its turn; the rest is looked up."""


def _ask(engine: Engine, asked: Question) -> Answer:
    return engine.ask(asked.as_ask())


def _section(engine: Engine, asked: SectionAsk) -> SectionView:
    section = SectionView.of(engine.snapshot.section(asked.section_id))
    return lines_of(section, asked.first_line, asked.last_line)


def _people(engine: Engine, asked: PeopleAsk) -> PeopleFound:
    everybody = engine.snapshot.people()
    found = [PersonView.model_validate(person) for person in everybody if _fits(person, asked)]
    return PeopleFound(people=found, others=len(everybody) - len(found))


def _fits(person: PersonRecord, asked: PeopleAsk) -> bool:
    names = [person.id, *map(fold, (person.name, *person.aliases))]
    wrote = not asked.volume_id or asked.volume_id in {ref.volume_id for ref in person.sections}
    return wrote and any(fold(asked.name) in name for name in names)


def _volumes(engine: Engine, asked: VolumesAsk) -> VolumesFound:
    volumes = [
        VolumeView.model_validate(volume) for volume in engine.snapshot.volumes() if asked.volume_id in ("", volume.id)
    ]
    if not volumes:
        raise NotFound(f"There is no volume {asked.volume_id!r}. `volumes` without an id lists those that there are.")
    contents = [
        SectionRefView.model_validate(ref)
        for ref in engine.snapshot.section_refs.values()
        if ref.volume_id == asked.volume_id
    ]
    return VolumesFound(volumes=volumes, contents=contents)


TOOLS: tuple[Tool[Any, Any], ...] = (
    Tool(
        "ask",
        "Ask the texts",
        "Answers a question from a collection of texts by many hands, in the writers' own words. Use it first for any "
        "question about what the texts or their writers say, think or report. Every sentence carries citations: who "
        "wrote or said it, in which piece, volume, lines and page, the exact quote, and an address that lasts. Where "
        "the texts do not say, status is `abstained` with a reason and there is no answer: say so, and do not answer "
        "from elsewhere. An `edition` of `digest` means that the words are Byline's summary and not the writer's.",
        Question,
        Answer,
        _ask,
        answer_text,
        is_work=True,
    ),
    Tool(
        "search",
        "Find passages",
        "Finds passages for a question or for words, best first, each with its byline, lines and why it was found. "
        "Use it to gather material from several pieces or to see what there is, where `ask` would give one short "
        "answer. It abstains from nothing: a low `confidence` means that the passages likely do not answer.",
        SearchAsk,
        SearchAnswer,
        find_passages,
        search_text,
        is_work=True,
    ),
    Tool(
        "quote",
        "Who said this?",
        "Says who said some words and where: word for word (`exact`), nearly, with every differing word marked "
        "(`near`), or `not_here`. Use it for `who said this?`, and to check every quotation before you print it; only "
        "an `exact` one belongs in quotation marks. Gives each place's byline and address.",
        QuoteAsk,
        QuoteAnswer,
        find_quote,
        quote_text,
        is_work=True,
    ),
    Tool(
        "section",
        "Read a piece",
        "Reads a piece, or some lines of it, as it stands in the file, with line numbers, its byline, and for every "
        "sentence whose voice it is (`own`, or somebody quoted or reported) and its address. Use it to read around a "
        "citation; a section can be long, so give lines where you know them.",
        SectionAsk,
        SectionView,
        _section,
        section_text,
        is_work=False,
    ),
    Tool(
        "people",
        "Who writes here",
        "Lists who wrote something in the collection, with roles as printed and pieces. Use it to find somebody's id "
        "or exact name for `filters.people`, to tell namesakes apart, or to see whether somebody writes here at all.",
        PeopleAsk,
        PeopleFound,
        _people,
        people_text,
        is_work=False,
    ),
    Tool(
        "volumes",
        "What there is to read",
        "Lists the volumes of the collection; with an id, also the sections of that volume in reading order. Use it "
        "to learn what the collection holds and to find ids for `filters.volumes` and `section`.",
        VolumesAsk,
        VolumesFound,
        _volumes,
        volumes_text,
        is_work=False,
    ),
)
