"""Conversations are kept, in order, until they are deleted or past their time."""

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from subprocess import run
from sys import executable

import pytest
from sqlalchemy import update

from index.errors import HomeNotWritable, SettingsError
from index.settings import Settings
from rag.answer import Answer, AnsweredTurn
from rag.conversations import Conversations
from rag.database import CONVERSATIONS, FILE
from rag.errors import ConversationsUnavailable, ForeignConversations, UnknownConversation, UnreadableTitle


def answer(text: str) -> Answer:
    """An answer without citations."""
    return Answer(
        id="a",
        question="q",
        standalone_question="q",
        status="answered",
        reason=None,
        answer=text,
        sentences=[],
        citations=[],
        notes=[],
        confidence=0.5,
        composer="extractive",
        timings_ms={"total": 1.0},
    )


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def talks(home: Settings) -> Iterator[Conversations]:
    opened = Conversations.open(home)
    yield opened
    opened.close()


def age(talks: Conversations, conversation_id: str, days: float) -> None:
    """Let a conversation have been asked in so many days ago."""
    mine = update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id)
    with talks._engine.begin() as connection:
        connection.execute(mine.values(updated=CONVERSATIONS.c.updated))
        before = talks.get(conversation_id).updated.replace(tzinfo=None) - timedelta(days=days)
        connection.execute(mine.values(updated=before))


def test_an_exchange_is_kept_as_it_was(talks: Conversations) -> None:
    talk = talks.create()
    given = answer("The harbour is deep. [1]")
    talks.append(talk.id, "How deep\nis it?", given)
    (exchange,) = talks.exchanges(talk.id)
    assert (exchange.position, exchange.question) == (0, "How deep\nis it?")
    assert Answer.model_validate(exchange.answer) == given
    assert talk.created <= exchange.asked


def test_a_conversation_survives_a_restart(home: Settings) -> None:
    first = Conversations.open(home)
    talk = first.create("Harbours")
    first.append(talk.id, "How deep?", answer("Deep."))
    first.close()
    second = Conversations.open(home)
    assert second.get(talk.id).title == "Harbours"
    assert [exchange.question for exchange in second.exchanges(talk.id)] == ["How deep?"]
    second.close()


def test_the_history_has_both_sides_in_order_and_the_answers_whole(talks: Conversations) -> None:
    talk = talks.create()
    for number in range(40):
        talks.append(talk.id, f"question {number}", answer(f"answer {number}"))
    history = talks.history(talk.id)
    assert [turn.content for turn in history[-4:]] == ["question 38", "answer 38", "question 39", "answer 39"]
    assert isinstance(history[-1], AnsweredTurn)
    assert len(history) < 80


def test_an_answer_of_another_version_keeps_its_words_in_the_history(talks: Conversations, home: Settings) -> None:
    talk = talks.create()
    talks.append(talk.id, "How deep?", answer("Deep."))
    with sqlite3.connect(home.home / FILE) as database:
        database.execute('UPDATE byline_exchanges SET answer = \'{"answer": "Deep."}\'')
    database.close()
    assert [turn.content for turn in talks.history(talk.id)] == ["How deep?", "Deep."]
    assert talks.exchanges(talk.id)[0].answer == {"answer": "Deep."}


def test_ids_tell_nothing_and_do_not_repeat(talks: Conversations) -> None:
    ids = {talks.create().id for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"[\w-]{24}", each) for each in ids)


def test_a_conversation_is_titled_by_its_first_question(talks: Conversations) -> None:
    talk, named = talks.create(), talks.create("  Piers  and\nquays ")
    for each in (talk, named):
        talks.append(each.id, "what did they say " + "about the quay " * 20, answer("Much."))
        talks.append(each.id, "and the pier?", answer("Less."))
    assert talks.get(named.id).title == "Piers and quays"
    assert talks.get(talk.id).title.startswith("what did they say about the quay")
    assert len(talks.get(talk.id).title) <= 81


@pytest.mark.parametrize("title", ["a\x00b", "half \ud800"])
def test_a_title_that_is_no_text_is_refused(talks: Conversations, title: str) -> None:
    with pytest.raises(UnreadableTitle):
        talks.create(title)


def test_the_one_asked_in_last_is_listed_first(talks: Conversations) -> None:
    first, second, third = (talks.create(title) for title in ("first", "second", "third"))
    talks.append(first.id, "?", answer("!"))
    assert [talk.title for talk in talks.newest(2)] == ["first", "third"]
    assert [talk.id for talk in talks.newest(5, 2)] == [second.id]
    assert third.id != second.id


def test_a_deleted_conversation_is_gone_with_its_words(talks: Conversations, home: Settings) -> None:
    talk, other = talks.create(), talks.create()
    talks.append(talk.id, "a question that goes", answer("!"))
    talks.append(other.id, "a question that stays", answer("!"))
    talks.delete(talk.id)
    for use in (talks.get, talks.exchanges, talks.history, talks.delete):
        with pytest.raises(UnknownConversation):
            use(talk.id)
    with pytest.raises(UnknownConversation):
        talks.append(talk.id, "too late", answer("!"))
    with sqlite3.connect(home.home / FILE) as database:
        assert database.execute("SELECT question FROM byline_exchanges").fetchall() == [("a question that stays",)]
    database.close()


@pytest.mark.parametrize(
    "name", ["", "x", "../../etc/passwd", "'; DROP TABLE byline_conversations; --", "a\x00b", "é" * 24]
)
def test_what_is_no_id_is_unknown(talks: Conversations, name: str) -> None:
    with pytest.raises(UnknownConversation):
        talks.get(name)


def test_what_is_past_its_time_is_gone(home: Settings) -> None:
    talks = Conversations.open(home.model_copy(update={"conversation_days": 30}))
    old, new = talks.create(), talks.create()
    talks.append(old.id, "long ago", answer("!"))
    age(talks, old.id, 31)
    age(talks, new.id, 29)
    with pytest.raises(UnknownConversation):
        talks.history(old.id)
    assert [talk.id for talk in talks.newest(10)] == [new.id]
    assert talks.expire() == 1
    assert talks.expire() == 0
    talks.close()


def test_nothing_is_past_its_time_where_no_time_is_set(home: Settings) -> None:
    talks = Conversations.open(home.model_copy(update={"conversation_days": 0}))
    talk = talks.create()
    age(talks, talk.id, 10_000)
    assert talks.expire() == 0
    assert talks.get(talk.id).id == talk.id
    talks.close()


def test_threads_that_store_at_once_lose_nothing(talks: Conversations) -> None:
    several = [talks.create() for _ in range(3)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: talks.append(several[n % 3].id, f"q{n}", answer(f"a{n}")), range(60)))
    for number, talk in enumerate(several):
        exchanges = talks.exchanges(talk.id)
        assert [exchange.position for exchange in exchanges] == list(range(20))
        assert {exchange.question for exchange in exchanges} == {f"q{n}" for n in range(number, 60, 3)}
        assert all(exchange.answer["answer"] == "a" + exchange.question[1:] for exchange in exchanges)


def test_the_database_keeps_a_log_ahead_of_what_is_written(talks: Conversations, home: Settings) -> None:
    talks.create()
    with sqlite3.connect(home.home / FILE) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_two_processes_share_a_database(talks: Conversations, home: Settings) -> None:
    talk = talks.create()
    script = (
        "import sys; from pathlib import Path; from index.settings import Settings; "
        "from rag.conversations import Conversations; from tests.rag.test_conversations import answer; "
        "talks = Conversations.open(Settings(home=Path(sys.argv[1]))); talks.append(sys.argv[2], 'theirs', answer('!'))"
    )
    talks.append(talk.id, "mine", answer("!"))
    run([executable, "-c", script, str(home.home), talk.id], check=True)
    talks.append(talk.id, "mine again", answer("!"))
    assert [exchange.question for exchange in talks.exchanges(talk.id)] == ["mine", "theirs", "mine again"]


def test_tables_of_another_version_are_left_alone(home: Settings) -> None:
    Conversations.open(home).close()
    with sqlite3.connect(home.home / FILE) as database:
        database.execute("UPDATE byline_schema SET version = 2")
    database.close()
    with pytest.raises(ForeignConversations, match="version 2"):
        Conversations.open(home)


def test_a_damaged_database_is_an_error_that_says_so(home: Settings) -> None:
    (home.home / FILE).write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(ConversationsUnavailable, match=r"not a database.*conversation_id"):
        Conversations.open(home)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no url", "no SQLAlchemy URL"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("nosuchdatabase://host/name", "not installed"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(home: Settings, url: str, says: str) -> None:
    with pytest.raises(SettingsError, match=f"BYLINE_DATABASE_URL.*{says}"):
        Conversations.open(Settings.model_validate({**home.model_dump(), "database_url": url}))


def test_a_url_says_where_conversations_are_kept(home: Settings, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere" / "talks.sqlite"
    talks = Conversations.open(Settings.model_validate({**home.model_dump(), "database_url": f"sqlite:///{place}"}))
    talks.create()
    talks.close()
    assert place.is_file()
    assert not (home.home / FILE).exists()


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HomeNotWritable):
        Conversations.open(Settings(home=tmp_path / "file" / "home"))
