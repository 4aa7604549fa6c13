"""The engine of this service, as a route asks for it."""

from typing import Annotated, cast

from fastapi import Depends, Request

from api.opening import Opening
from rag.engine import Engine


async def open_engine(request: Request) -> Engine:
    """The engine of this service; raises what keeps it from being open."""
    return cast(Opening, request.state.opening).engine()


OpenEngine = Annotated[Engine, Depends(open_engine)]
