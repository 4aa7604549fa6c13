"""The routes of version 1: a question goes in and an answer comes out; sections, volumes and people can be read."""

import os
from typing import Annotated, cast

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from pydantic_core import PydanticSerializationError

from api.opening import Opening
from api.problems import documented
from api.schemas import Health, PeopleView, Readiness, SectionView, VolumesView
from index.errors import QuestionError, UnreadableQuestion
from rag.answer import Answer, Ask
from rag.engine import Engine

ASKS_AT_ONCE = os.cpu_count() or 2
"""More would only take turns on the same cores and slow each other, and the event loop, down."""

v1 = APIRouter(prefix="/v1")
state = APIRouter(tags=["state"])


async def open_engine(request: Request) -> Engine:
    """The engine of this service; raises what keeps it from being open."""
    return cast(Opening, request.state.opening).engine()


OpenEngine = Annotated[Engine, Depends(open_engine)]


@v1.post("/ask", tags=["questions"], responses=documented(400, 404, 413, 422, 500, 503))
async def ask(question: Ask, engine: OpenEngine, request: Request) -> Answer:
    """Answer a question with cited sentences, or say why there is no answer.

    Asks run in threads of their own, at most `ASKS_AT_ONCE`: the event loop stays free, and waiting asks cannot use
    up the thread pool that the other routes (plain `def`) and the page's files are served from.
    """
    _refuse_what_is_no_text(question)
    _refuse_what_is_not_available(question)
    return await to_thread.run_sync(engine.ask, question, limiter=cast(CapacityLimiter, request.state.asking))


@v1.get("/sections/{section_id:path}", tags=["collection"], responses=documented(404, 500, 503))
def read_section(section_id: str, engine: OpenEngine) -> SectionView:
    """Read a section: its byline, its text as it stands in the file, its sentences, its neighbours."""
    return SectionView.of(engine.snapshot.section(section_id))


@v1.get("/volumes", tags=["collection"], responses=documented(500, 503))
def list_volumes(engine: OpenEngine) -> VolumesView:
    """List the volumes of the collection."""
    return VolumesView.model_validate({"volumes": engine.snapshot.volumes()})


@v1.get("/people", tags=["collection"], responses=documented(500, 503))
def list_people(engine: OpenEngine) -> PeopleView:
    """List everybody who wrote something in the collection, with what they wrote."""
    return PeopleView.model_validate({"people": engine.snapshot.people()})


@state.get("/healthz")
async def healthz() -> Health:
    """Say that the service is up, whether or not it can answer questions yet."""
    return Health()


@state.get("/readyz", responses=documented(503))
async def readyz(engine: OpenEngine) -> Readiness:
    """Say which published index answers questions, or with 503 why none does."""
    return Readiness(generation=engine.snapshot.generation)


def _refuse_what_is_no_text(question: Ask) -> None:
    try:
        question.model_dump_json()
    except PydanticSerializationError as error:
        raise UnreadableQuestion(
            "The request holds lone surrogates (half of a character each), which are no text. Send valid Unicode."
        ) from error


def _refuse_what_is_not_available(question: Ask) -> None:
    if question.stream:
        raise QuestionError("`stream` is not available yet. Leave it out or set it to false.")
    if question.composer == "llm":
        raise QuestionError("The composer `llm` is not available yet. Leave `composer` out or set it to `extractive`.")
