"""The database that keeps conversations: its URL, its tables and their version.

In: settings. Out: a SQLAlchemy engine whose database has the tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from index.errors import HomeNotWritable, SettingsError
from index.settings import Settings
from rag.errors import ConversationsUnavailable, ForeignConversations

FILE = "conversations.sqlite"
VERSION = 1
"""Of the tables below; a later one brings the steps that lead to it from each earlier one."""
LONGEST_TITLE = 200
LONGEST_OWNER = 40
_BUSY_MS = 10_000

METADATA = MetaData()
SCHEMA = Table("byline_schema", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))
CONVERSATIONS = Table(
    "byline_conversations",
    METADATA,
    Column("id", String(24), primary_key=True),
    Column("owner", String(LONGEST_OWNER), nullable=False, index=True),
    Column("title", String(LONGEST_TITLE), nullable=False),
    Column("created", DateTime, nullable=False),
    Column("updated", DateTime, nullable=False, index=True),
)
EXCHANGES = Table(
    "byline_exchanges",
    METADATA,
    Column("conversation_id", ForeignKey(CONVERSATIONS.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("asked", DateTime, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
)
FEEDBACK = Table(
    "byline_feedback",
    METADATA,
    Column("id", String(24), primary_key=True),
    Column("given", DateTime, nullable=False, index=True),
    Column("verdict", String(20), nullable=False),
    Column("comment", Text, nullable=False),
    Column("sections", Text, nullable=False),
    Column("answer_id", String(64), nullable=False, index=True),
    Column("answer", Text, nullable=False),
    Column("is_true", Integer, nullable=False),
)


def open_database(settings: Settings) -> Engine:
    """Open the database of the settings, and make its tables where there are none.

    Raises:
        SettingsError: the URL cannot be used, or its driver is not installed.
        HomeNotWritable: the file cannot be made.
        ConversationsUnavailable: the database does not answer.
        ForeignConversations: its tables are of another version of Byline.
    """
    url = database_url(settings)
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _connecting_to(url)
    with reported():
        try:
            _prepare(engine)
        except DBAPIError:  # another process may have made them just now
            _prepare(engine)
    return engine


def database_url(settings: Settings) -> URL:
    """Where conversations are kept: the URL of the settings, else a SQLite file under BYLINE_HOME.

    Raises:
        SettingsError: it is no URL, or a SQLite database that would not outlive the process.
    """
    given = settings.database_url.get_secret_value()
    if not given:
        return URL.create("sqlite", database=str(settings.home / FILE))
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise SettingsError(
            "BYLINE_DATABASE_URL is no SQLAlchemy URL. Set it to one such as sqlite:////srv/byline/talks.sqlite, or "
            "unset it."
        ) from error
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise SettingsError("BYLINE_DATABASE_URL names a database in memory. Give it a file, or unset it.")
    return url


def _sqlite(url: URL) -> Engine:
    """An engine over a file with a write-ahead log: readers do not wait for a writer, writers wait for each other."""
    folder = Path(str(url.database)).expanduser().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HomeNotWritable(f"{folder} cannot be made for conversations: {error}. Make it writable.") from error
    engine = _connecting_to(url)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, record: Any) -> None:
        for pragma in ("journal_mode=WAL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _connecting_to(url: URL) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    except (NoSuchModuleError, ImportError) as error:
        raise SettingsError(
            f"BYLINE_DATABASE_URL: the driver of {url.drivername} is not installed ({error}). Install it, or unset it."
        ) from error


def _prepare(engine: Engine) -> None:
    """Make the tables where there are none, and look at their version."""
    METADATA.create_all(engine)
    with engine.begin() as connection:
        version = connection.scalar(select(func.max(SCHEMA.c.version)))
        if version is None:
            connection.execute(insert(SCHEMA).values(version=VERSION))
        elif version != VERSION:
            raise ForeignConversations(
                f"The database of conversations has version {version}; this Byline knows {VERSION}. Use the Byline "
                "that made it, or set BYLINE_DATABASE_URL to another one."
            )


@contextmanager
def reported() -> Iterator[None]:
    """Let what the database says be known as an error of ours, without the values that were on their way to it."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or type(error).__name__
        raise ConversationsUnavailable(
            f"The database of conversations cannot be used: {cause}. Mend that, or ask without `conversation_id`."
        ) from error
