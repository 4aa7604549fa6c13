"""The routes of documents and of the jobs that index them: sending, replacing and deleting texts over HTTP.

In: files as the bodies of requests. Out: jobs, which end with a published generation that holds the change.
"""

from typing import Annotated, Any, cast

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response

from api.errors import ForeignPage, ScopeMissing
from api.ingest.desk import Desk
from api.ingest.jobs import Job, Jobs, State
from api.ingest.receiving import plain_name, received
from api.ingest.service import Ingesting
from api.ingest.views import DocumentsView, DocumentView, JobsView, JobView, NewSaid, Said
from api.keys import Key
from api.open_engine import OpenEngine
from api.origins import is_foreign, origins_of
from api.problems import documented

MOST_LISTED = 100

documents = APIRouter(prefix="/v1/documents", tags=["documents"])
jobs = APIRouter(prefix="/v1/jobs", tags=["documents"])


async def ingesting(request: Request) -> Ingesting:
    """What takes documents; whoever may see some volumes only may change none."""
    key: Key | None = getattr(request.state, "key", None)
    if key is not None and key.volumes is not None:
        raise ScopeMissing(f"The key {key.name!r} may see some volumes only, and so change none. Use another one.")
    return cast(Ingesting, request.state.ingesting)


async def desk(engine: OpenEngine, taking: Annotated[Ingesting, Depends(ingesting)]) -> Desk:
    """Where documents are taken in."""
    return taking.desk(engine.settings)


async def all_jobs(engine: OpenEngine, taking: Annotated[Ingesting, Depends(ingesting)]) -> Jobs:
    """The jobs of this service."""
    return taking.jobs(engine.settings)


async def refuse_foreign_page(request: Request, engine: OpenEngine) -> None:
    """Raise ForeignPage where a page of another site asks and no key says that it may.

    A browser sends what a page tells it to without asking, where a plain form could have sent it too; but it says
    whose page it is (the header Origin, Fetch standard).
    """
    origin = request.headers.get("origin")
    if getattr(request.state, "key", None) is not None:
        return
    if origin is not None and is_foreign(origin, request.headers.get("host"), origins_of(engine.settings.origins)):
        raise ForeignPage(f"A page of {origin[:80]} may not send documents here. Use a key, or the machine itself.")


AtDesk = Annotated[Desk, Depends(desk)]
AllJobs = Annotated[Jobs, Depends(all_jobs)]
_OWN_PAGE = Depends(refuse_foreign_page)
_DESCRIBED = {
    403: "The key may not do this, or a page of another site asks.",
    404: "There is no such document or job.",
    409: "Its id or its file is here already, or the volume was not sent over HTTP and is not changed so.",
    413: "The document is larger than BYLINE_UPLOAD_MIB.",
    415: "The document is of no format that is read, or it was sent as a form.",
    422: "The document holds no text or cannot be read, or a parameter cannot be used; the detail says what to do.",
    503: "No index is open, as yet or at all, or more changes wait than may.",
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself: plain text or Markdown, HTML, PDF, DOCX or EPUB, as its bytes say.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_JOB_TAKEN: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "The change is taken; the job says how it goes.",
        "headers": {"Location": {"description": "The address of the job.", "schema": {"type": "string"}}},
    }
}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    described = documented(*statuses)
    return {status: {**told, **_description(status)} for status, told in described.items()}


def _description(status: int | str) -> dict[str, str]:
    return {"description": _DESCRIBED[int(status)]} if int(status) in _DESCRIBED else {}


@documents.post(
    "",
    status_code=202,
    openapi_extra=_BODY,
    dependencies=[_OWN_PAGE],
    responses={**_JOB_TAKEN, **_problems(403, 409, 413, 415, 422, 500, 503)},
)
async def send_document(
    said: Annotated[NewSaid, Query()],
    request: Request,
    response: Response,
    at: AtDesk,
    engine: OpenEngine,
) -> JobView:
    """Send a new document; it becomes a volume of the collection.

    The body is the file itself, as `curl --data-binary @essays.pdf` sends it; what is to be said of it goes into the
    query. It is read before this answers, so that what cannot be read is refused at once; then a job indexes it in the
    background, while questions are answered from the index there was. When the job is done, answers come from the new
    one.
    """
    if said.id is not None:
        await to_thread.run_sync(at.refuse_taken, said.id)
    name = plain_name(said.filename)
    async with received(request, at.home, name, engine.settings.upload_mib << 20) as file:
        job = await at.add(file, said.id, said.for_the_catalogue)
    return _taken(job, request, response)


@documents.get("", responses=_problems(500, 503))
def list_documents(at: AtDesk) -> DocumentsView:
    """List the documents that were sent, with what is being done to them; other volumes are not among them."""
    return DocumentsView(documents=[DocumentView.of(document) for document in at.documents()])


@documents.get("/{volume_id}", responses=_problems(404, 500, 503))
def read_document(volume_id: str, at: AtDesk) -> DocumentView:
    """Read what is said of a document, and what is being done to it. `GET /v1/volumes/{id}` says what it holds."""
    return DocumentView.of(at.document(volume_id))


@documents.put(
    "/{volume_id}",
    status_code=202,
    openapi_extra=_BODY,
    dependencies=[_OWN_PAGE],
    responses={**_JOB_TAKEN, **_problems(403, 404, 409, 413, 415, 422, 500, 503)},
)
async def replace_document(
    volume_id: str,
    said: Annotated[Said, Query()],
    request: Request,
    response: Response,
    at: AtDesk,
    engine: OpenEngine,
) -> JobView:
    """Send another file for a document; `curl -T essays.pdf` does so.

    What the query does not say of it stays as it was said before. Answers come from the old file until the job is done;
    where it fails, they go on doing so.
    """
    before = await to_thread.run_sync(at.changeable, volume_id)
    name = plain_name(said.filename or before.file)
    async with received(request, at.home, name, engine.settings.upload_mib << 20) as file:
        job = await at.replace(volume_id, file, said.for_the_catalogue)
    return _taken(job, request, response)


@documents.delete(
    "/{volume_id}",
    status_code=202,
    dependencies=[_OWN_PAGE],
    responses={**_JOB_TAKEN, **_problems(403, 404, 409, 500, 503)},
)
def delete_document(volume_id: str, request: Request, response: Response, at: AtDesk) -> JobView:
    """Delete a document: when the job is done nothing of it answers, and its file is gone.

    Two generations are kept on the disk; the last words of it go with the next change.
    """
    return _taken(at.remove(volume_id), request, response)


@jobs.get("", responses=_problems(422, 500, 503))
def list_jobs(
    known: AllJobs,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED, description="How many at most.")] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9, description="How many of the newest to leave out.")] = 0,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
) -> JobsView:
    """List the changes of documents that wait, are being made and were made, the newest first."""
    return JobsView(jobs=[JobView.of(job) for job in known.newest(limit, offset, state)])


@jobs.get("/{job_id}", responses=_problems(404, 500, 503))
def read_job(job_id: str, known: AllJobs) -> JobView:
    """Read how a change of a document goes."""
    return JobView.of(known.get(job_id))


def _taken(job: Job, request: Request, response: Response) -> JobView:
    cast(Ingesting, request.state.ingesting).call()
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobView.of(job)
