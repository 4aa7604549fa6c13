"""The routes of kept conversations, and asking within one.

In: requests. Out: conversations as `rag/conversations.py` keeps them. Asks of one conversation wait for each other, so
that each is read in the light of all before it; while they wait they keep nobody else waiting.
"""

from threading import Lock
from typing import TYPE_CHECKING, Annotated, cast
from weakref import WeakValueDictionary

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Query, Request, Response

from api.errors import HistoryTwice
from api.keys import Key
from api.open_engine import OpenEngine
from api.problems import documented
from api.schemas import ConversationsView, ConversationView, NewConversation, TalkView
from index.settings import Settings
from rag.answer import Answer, Ask
from rag.engine import Engine

if TYPE_CHECKING:
    from rag.conversations import Conversations

MOST_LISTED = 100

conversations = APIRouter(prefix="/v1/conversations", tags=["conversations"])


class Keeping:
    """Where this service keeps conversations: opened when the first one is asked for, closed when the service ends."""

    def __init__(self) -> None:
        self._opening = Lock()
        self._kept: Conversations | None = None
        self._turns: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()

    def open(self, settings: Settings) -> "Conversations":
        """The conversations of the settings' database; raises what `open_database` does."""
        from rag.conversations import Conversations  # SQLAlchemy takes a third of a second to import

        with self._opening:
            if self._kept is None:
                self._kept = Conversations.open(settings)
            return self._kept

    def turn(self, conversation_id: str) -> anyio.Lock:
        """What asks of one conversation hold in turn, first come first served; to be called in the event loop."""
        return self._turns.setdefault(conversation_id, anyio.Lock())

    def close(self) -> None:
        """Close the database, if it was opened."""
        if self._kept is not None:
            self._kept.close()


def owner_of(request: Request) -> str:
    """Whose conversations a request sees: those of its key; without keys all are one owner's."""
    key: Key | None = getattr(request.state, "key", None)
    return key.id if key is not None else ""


def kept(engine: OpenEngine, request: Request) -> "Conversations":
    """The conversations that this service keeps."""
    return cast(Keeping, request.state.keeping).open(engine.settings).of(owner_of(request))


Kept = Annotated["Conversations", Depends(kept)]


async def ask_within(question: Ask, engine: Engine, request: Request) -> Answer:
    """Answer the next question of a conversation, and keep both.

    Raises:
        HistoryTwice: the question brings a history too.
        UnknownConversation: there is no such conversation, or it was deleted while this was answered.
    """
    assert question.conversation_id is not None
    if question.history:
        raise HistoryTwice(
            "Send `history` or `conversation_id`, not both: a conversation that is kept has its history."
        )
    conversation_id = question.conversation_id
    owner = owner_of(request)
    keeping, limiter = cast(Keeping, request.state.keeping), cast(CapacityLimiter, request.state.asking)

    def answered() -> Answer:
        talks = keeping.open(engine.settings).of(owner)
        answer = engine.ask(question.model_copy(update={"history": talks.history(conversation_id)}))
        talks.append(conversation_id, question.question, answer)
        return answer

    async with keeping.turn(conversation_id):
        return await to_thread.run_sync(answered, limiter=limiter)


@conversations.post("", status_code=201, responses=documented(400, 413, 422, 500, 503))
def begin_conversation(talks: Kept, response: Response, new: NewConversation | None = None) -> ConversationView:
    """Begin a conversation; POST /v1/ask with its id as `conversation_id` then goes on with it."""
    made = talks.create(new.title if new else "")
    response.headers["Location"] = f"/v1/conversations/{made.id}"
    return ConversationView.model_validate(made)


@conversations.get("", responses=documented(422, 500, 503))
def list_conversations(
    talks: Kept,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED, description="How many at most.")] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9, description="How many of the newest to leave out.")] = 0,
) -> ConversationsView:
    """List conversations, the one asked in last first."""
    return ConversationsView.model_validate({"conversations": talks.newest(limit, offset)})


@conversations.get("/{conversation_id}", responses=documented(404, 500, 503))
def read_conversation(conversation_id: str, talks: Kept) -> TalkView:
    """Read a conversation: its questions, and its answers as they were given."""
    conversation, exchanges = talks.get(conversation_id), talks.exchanges(conversation_id)
    named = ConversationView.model_validate(conversation).model_dump()
    return TalkView.model_validate({**named, "exchanges": exchanges})


@conversations.delete("/{conversation_id}", status_code=204, responses=documented(404, 500, 503))
def delete_conversation(conversation_id: str, talks: Kept) -> None:
    """Delete a conversation with all its questions and answers."""
    talks.delete(conversation_id)
