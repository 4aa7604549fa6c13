"""The Bolt app: what comes from Slack, and who does what about it.

In: requests of either transport. Out: an acknowledgement at once; all work goes on after it. An event is taken on
before it is acknowledged, since Slack never sends it again afterwards.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from api.slack.answering import Answering
from api.slack.buttons import Buttons, Press
from api.slack.commands import wish_of
from api.slack.desk import Desk
from api.slack.form import CALLBACK, settings_sent
from api.slack.identity import Identity
from api.slack.incoming import Question, question_in, words_of
from api.slack.layout import FEEDBACK, IN_CONTEXT, REFERENCES, SHARE, VERDICTS, WHO_WRITES
from api.slack.posting import READING
from api.slack.reception import Reception
from api.slack.scopes import COMMANDS

_Body = dict[str, Any]
_QUESTION = "byline_question"
_log = logging.getLogger("api.slack.bolt")


def bolt_app(desk: Desk, identity: Identity, answering: Answering) -> AsyncApp:
    """The app over a desk; signatures are checked before it, over the raw body."""

    async def authorize() -> AuthorizeResult:
        """Who we are, without asking Slack for it while it waits for an acknowledgement."""
        return AuthorizeResult(
            enterprise_id=None,
            team_id=None,
            bot_user_id=identity.user,
            bot_id=identity.bot,
            bot_token=desk.client.token,
        )

    app = AsyncApp(
        name="byline",
        logger=_log,
        client=AsyncWebClient(base_url=desk.client.base_url),
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
    )
    app.error(_answer_of_error)
    reception = Reception(desk)
    _listen_to_events(app, desk, identity, answering, reception)
    _listen_to_commands(app, desk, answering, reception)
    _listen_to_buttons(app, desk, Buttons(desk))
    return app


async def _answer_of_error(error: Exception, body: _Body) -> BoltResponse:
    """What a request is answered with that could not be handled: 503 has Slack send it again, 400 does not."""
    if isinstance(error, (LookupError, TypeError, ValueError, AttributeError)):
        _log.warning("Slack sent a body of the type %.40r that is not as it writes them: %r", body.get("type"), error)
        return BoltResponse(status=400, body="")
    _log.error("a request of Slack's could not be handled", exc_info=error)
    return BoltResponse(status=503, body="")


def _listen_to_events(
    app: AsyncApp, desk: Desk, identity: Identity, answering: Answering, reception: Reception
) -> None:
    @app.middleware
    async def take_on(
        body: _Body, context: AsyncBoltContext, next: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Let questions to us pass once; other messages are acknowledged and forgotten."""
        question = question_in(body, identity.user)
        is_message = (body.get("event") or {}).get("type") in ("message", "app_mention")
        if is_message and (question is None or not await asyncio.to_thread(_takes, question, body)):
            return BoltResponse(status=200, body="")
        context[_QUESTION] = question
        await next()
        return None

    def _takes(question: Question, body: _Body) -> bool:
        if not answering.is_for_us(question):
            return False
        return desk.inbox.take(str(body.get("event_id") or question.message), question.message, body)

    async def answer(body: _Body, context: AsyncBoltContext) -> None:
        question = cast(Question, context[_QUESTION])
        event_id = str(body.get("event_id") or question.message)
        desk.work.start(answering.answer_message(event_id, question, None))

    app.event("app_mention")(answer)
    app.event("message")(answer)

    @app.event("app_home_opened")
    async def open_home(event: _Body) -> None:
        if event.get("tab", "home") == "home" and event.get("user"):
            desk.work.start(reception.show_home(str(event["user"])))


def _listen_to_commands(app: AsyncApp, desk: Desk, answering: Answering, reception: Reception) -> None:
    async def obey(ack: AsyncAck, command: _Body) -> None:
        wish = wish_of(words_of(str(command.get("text", ""))))
        channel, user = str(command.get("channel_id", "")), str(command.get("user_id", ""))
        url = str(command.get("response_url", ""))
        await ack(text=READING, response_type="ephemeral")
        if wish.kind == "ask":
            desk.work.start(answering.answer_command(channel, user, wish.value, url))
        elif wish.kind == "form":
            desk.work.start(reception.show_form(channel, str(command.get("trigger_id", "")), url))
        elif wish.kind == "change":
            desk.work.start(reception.change(channel, wish, url))
        else:
            desk.work.start(reception.help(url))

    for name in COMMANDS:
        app.command(name)(obey)

    @app.view(CALLBACK)
    async def keep_settings(ack: AsyncAck, view: _Body) -> None:
        channel, settings = settings_sent(view)
        wrong = await reception.keep_form(channel, settings)
        if wrong:
            await ack(response_action="errors", errors={"people": wrong[:500]})
        else:
            await ack()


def _listen_to_buttons(app: AsyncApp, desk: Desk, buttons: Buttons) -> None:
    async def give_feedback(press: Press, action: str) -> None:
        verdict = action.removeprefix(FEEDBACK)
        if verdict in VERDICTS:
            await buttons.take_feedback(press, verdict)

    does: dict[str, Callable[[Press], Awaitable[None]]] = {
        REFERENCES: buttons.show_references,
        SHARE: buttons.share,
        WHO_WRITES: buttons.show_who_writes,
    }

    async def pressed(ack: AsyncAck, body: _Body, action: _Body) -> None:
        await ack()
        name, press = str(action["action_id"]), Press.of(body)
        if name.startswith(FEEDBACK):
            desk.work.start(give_feedback(press, name))
        elif name != IN_CONTEXT:
            desk.work.start(_done(does[name](press)))
        elif not action.get("url"):
            desk.work.start(buttons.show_in_context(press))

    names = "|".join([IN_CONTEXT, *does, f"{FEEDBACK}[a-z_]+"])
    app.action(re.compile(f"^({names})$"))(pressed)


async def _done(work: Awaitable[None]) -> None:
    await work
