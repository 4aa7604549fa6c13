"""The routes of version 1: a question goes in and an answer comes out; sections, volumes and people can be read."""

from typing import Annotated, cast

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Request, Response
from pydantic_core import PydanticSerializationError

from api.conversations import ask_within
from api.open_engine import OpenEngine
from api.problems import documented
from api.schemas import Health, PeopleView, PersonView, Readiness, SectionView, VolumeContentsView, VolumesView
from api.streaming import STREAMED, stream_answer, wants_stream
from api.waiting import while_waiting
from api.whole_path import WHOLE
from index.errors import NotFound
from rag.address import ADDRESS_PATTERN
from rag.answer import Answer, Ask
from rag.errors import UnreadableQuestion
from rag.quote import find_quote
from rag.quote_answer import QuoteAnswer, QuoteAsk
from rag.resolve import Resolution, resolve

v1 = APIRouter(prefix="/v1")
state = APIRouter(tags=["state"])


@v1.post(
    "/ask",
    tags=["questions"],
    response_model=Answer,
    responses={**STREAMED, **documented(400, 404, 413, 422, 500, 503)},
)
async def ask(question: Ask, engine: OpenEngine, request: Request) -> Answer | Response:
    """Answer a question with cited sentences, or say why there is no answer.

    With a `conversation_id` it is read in the light of that conversation, which keeps it and its answer; without one
    nothing is kept.

    With `stream`, or where the client accepts `text/event-stream`, the answer comes as server-sent events: a sentence
    leaves as soon as it has passed the gate. Work for a client that goes away is stopped.

    Asks run in threads of their own, at most `ASKS_AT_ONCE`: the event loop stays free, and waiting asks cannot use
    up the thread pool that the other routes (plain `def`) and the page's files are served from.
    """
    _refuse_what_is_no_text(question)

    async def answered() -> Answer:
        if question.conversation_id is not None:
            return await ask_within(question, engine, request)
        return await to_thread.run_sync(engine.ask, question, limiter=cast(CapacityLimiter, request.state.asking))

    if question.stream or wants_stream(request):
        return stream_answer(request, answered)
    return await while_waiting(request, answered)


@v1.post("/quote", tags=["questions"], responses=documented(400, 404, 413, 422, 500, 503))
async def quote(quotation: QuoteAsk, engine: OpenEngine, request: Request) -> QuoteAnswer:
    """Say who said this, and where: word for word, nearly with every word that differs, or not here.

    Takes turns with asks, for the same reason.
    """

    async def found() -> QuoteAnswer:
        limiter = cast(CapacityLimiter, request.state.asking)
        return await to_thread.run_sync(find_quote, engine, quotation, limiter=limiter)

    return await while_waiting(request, found)


@v1.get(f"/sections/{{section_id:{WHOLE}}}", tags=["collection"], responses=documented(404, 500, 503))
def read_section(section_id: str, engine: OpenEngine) -> SectionView:
    """Read a section: its byline, its text as it stands in the file, its sentences, its neighbours."""
    return SectionView.of(engine.snapshot.section(section_id))


@v1.get(f"/citations/{{address:{WHOLE}}}", tags=["collection"], responses=documented(422, 500, 503))
def resolve_citation(
    address: Annotated[str, Path(json_schema_extra={"pattern": ADDRESS_PATTERN})], engine: OpenEngine
) -> Resolution:
    """Say whether the sentence of an address is held, has moved or is gone, and how to refer to it."""
    return resolve(engine.snapshot, address)


@v1.get("/volumes", tags=["collection"], responses=documented(500, 503))
def list_volumes(engine: OpenEngine) -> VolumesView:
    """List the volumes of the collection."""
    return VolumesView.model_validate({"volumes": engine.snapshot.volumes()})


@v1.get("/volumes/{volume_id}", tags=["collection"], responses=documented(404, 500, 503))
def read_volume(volume_id: str, engine: OpenEngine) -> VolumeContentsView:
    """Read what is known of a volume, with its sections in reading order."""
    volume = next((volume for volume in engine.snapshot.volumes() if volume.id == volume_id), None)
    if volume is None:
        raise NotFound(f"There is no volume {volume_id!r}. GET /v1/volumes lists those that there are.")
    sections = (ref for ref in engine.snapshot.section_refs.values() if ref.volume_id == volume_id)
    return VolumeContentsView.listing(volume, sections)


@v1.get("/people", tags=["collection"], responses=documented(500, 503))
def list_people(engine: OpenEngine) -> PeopleView:
    """List everybody who wrote something in the collection, with what they wrote."""
    return PeopleView.model_validate({"people": engine.snapshot.people()})


@v1.get("/people/{person_id}", tags=["collection"], responses=documented(404, 500, 503))
def read_person(person_id: str, engine: OpenEngine) -> PersonView:
    """Read what the texts say of somebody who wrote in the collection, and what they wrote."""
    for person in engine.snapshot.people():
        if person.id == person_id:
            return PersonView.model_validate(person)
    raise NotFound(f"There is nobody with the id {person_id!r}. GET /v1/people lists who writes here.")


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
