"""Slack over HTTP: one route for events, commands and buttons, signed by Slack.

In: a signed request. Out: an acknowledgement. The signature stands in the place of a key.
"""

import json
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from starlette.exceptions import HTTPException

from api.slack.service import SlackService
from api.slack.signature import Signatures
from index.settings import Settings

PATH = "/slack/events"


def slack_routes(service: SlackService, settings: Settings) -> APIRouter:
    """The routes of a service; requests are let in by the signing secret of the settings."""
    routes = APIRouter(include_in_schema=False)
    signatures = Signatures(settings.slack_signing_secret.get_secret_value())
    handler = AsyncSlackRequestHandler(service.app)

    @routes.post(PATH)
    async def receive(request: Request) -> Response:
        body = await request.body()
        signatures.check(body, request.headers)
        _refuse_what_is_no_object(body.decode(), request.headers.get("content-type", ""))
        try:
            return await handler.handle(request)
        except (LookupError, TypeError, ValueError, AttributeError) as error:  # Bolt takes the shape for granted
            raise HTTPException(400) from error

    return routes


def _refuse_what_is_no_object(body: str, content_type: str) -> None:
    """Raise a problem of status 400 for a body that is signed, and no JSON object though it is sent as one."""
    is_json = body.startswith("{") or content_type == "application/json"
    text = body if is_json else dict(parse_qsl(body, keep_blank_values=True)).get("payload", "{}")
    try:
        is_object = isinstance(json.loads(text), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise HTTPException(400)
