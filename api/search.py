"""The route that finds passages without composing an answer."""

from typing import cast

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request

from api.open_engine import OpenEngine
from api.problems import documented
from api.waiting import while_waiting
from rag.search import SearchAnswer, SearchAsk
from rag.search import search as find

searching = APIRouter(prefix="/v1", tags=["questions"])


@searching.post("/search", responses=documented(400, 404, 413, 422, 500, 503))
async def search(asked: SearchAsk, engine: OpenEngine, request: Request) -> SearchAnswer:
    """Find the passages that an answer would be made of, each with its scores and the reasons in words.

    The question is understood as POST /v1/ask understands it, people and the conversation before it included; nothing
    is composed, and nothing is abstained from: `confidence` says how likely the passages answer it.
    """

    async def found() -> SearchAnswer:
        return await to_thread.run_sync(find, engine, asked, limiter=cast(CapacityLimiter, request.state.asking))

    return await while_waiting(request, found)
