"""API keys: who may ask the service for what.

In: BYLINE_HOME. Out: `Key`s by the secret that a request carries. A key reads `byl_`, its id, `_` and a secret of 256
random bits; the file keeps the secret's SHA-256 only, so that whoever reads it learns no key, and a secret that long
needs no slow hash. A revoked key keeps its row: revoking the last one closes the service and does not open it.
"""

import hashlib
import hmac
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Final

from api.errors import BadKey, KeysUnreadable
from index.errors import HomeNotWritable

FILE: Final = "keys.sqlite"
_SHAPE = re.compile(r"byl_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_USED_EVERY_S = 60
"""When a key was last used is written down no more often than this."""
_MOST_NAME = 80
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL, scopes TEXT NOT NULL, volumes TEXT,
    created REAL NOT NULL, used REAL, revoked REAL
) WITHOUT ROWID;
"""


class Scope(StrEnum):
    """What a key may do."""

    ASK = "ask"
    INGEST = "ingest"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret; times are seconds since 1970."""

    id: str
    name: str
    scopes: frozenset[Scope]
    volumes: frozenset[str] | None
    """The volumes that it may see; None means all."""
    created: float
    used: float | None
    revoked: float | None

    def may(self, scope: Scope) -> bool:
        """Whether it may do this; `admin` may do everything."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


class Keys:
    """The keys of a home; safe to use from any thread and any process. What another process changes holds at once.

    Every method raises KeysUnreadable where the file is damaged or somebody else's: nobody is let in then.

    Example:
        >>> key, token = Keys(home).create("reading room", [Scope.ASK])
        >>> Keys(home).find(token).name
        'reading room'
    """

    def __init__(self, home: Path, patience_s: float = 5.0) -> None:
        """Keep keys in a home; whoever writes while another process does waits so long for its turn."""
        self._path = home / FILE
        self._patience_s = patience_s
        self._lock = Lock()
        self._reader: sqlite3.Connection | None = None

    @property
    def are_needed(self) -> bool:
        """Whether a key was ever made here; until then nobody needs one."""
        return bool(self._rows("SELECT 1 FROM keys LIMIT 1"))

    def create(self, name: str, scopes: Sequence[Scope], volumes: Sequence[str] | None = None) -> tuple[Key, str]:
        """Make a key; the token that is returned beside it is kept nowhere.

        Raises:
            BadKey: it has no name, no scope or no volume, or may change or manage what it may not see.
            HomeNotWritable: it cannot be kept.
        """
        _refuse_bad_key(name, scopes, volumes)
        secret = secrets.token_urlsafe(32)
        seen = None if volumes is None else frozenset(volumes)
        key = Key(secrets.token_hex(6), name.strip(), frozenset(scopes), seen, time.time(), None, None)
        may_see = None if seen is None else json.dumps(sorted(seen))
        values = (key.id, key.name, _digest(secret), json.dumps(sorted(key.scopes)), may_see, key.created)
        with self._writing() as connection:
            connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", values)
        return key, f"byl_{key.id}_{secret}"

    def find(self, token: str) -> Key | None:
        """The key that a token is of; None where there is none or it is revoked.

        Secrets are compared in constant time; ids are no secrets.
        """
        shape = _SHAPE.fullmatch(token)
        rows = self._rows("SELECT * FROM keys WHERE id = ?", shape.group(1)) if shape else []
        given = _digest(shape.group(2) if shape else token)
        matches = hmac.compare_digest(given, rows[0]["digest"] if rows else _NO_DIGEST)
        if not rows or not matches or rows[0]["revoked"] is not None:
            return None
        return _key(rows[0])

    def is_use_due(self, key: Key) -> bool:
        """Whether it is time to write down that a key is used: once a minute is enough."""
        return key.used is None or time.time() - key.used >= _USED_EVERY_S

    def note_use(self, key: Key) -> None:
        """Write down that a key is used; where the home cannot be written it stays unwritten."""
        with suppress(HomeNotWritable), self._writing() as connection:
            connection.execute("UPDATE keys SET used = ? WHERE id = ?", (time.time(), key.id))

    def all(self) -> list[Key]:
        """Every key ever made, the oldest first."""
        return [_key(row) for row in self._rows("SELECT * FROM keys ORDER BY created")]

    def revoke(self, name_or_id: str) -> Key:
        """Make a key useless, at once and for ever.

        Raises:
            BadKey: no key that still works is called so, or several are.
        """
        fitting = [key for key in self.all() if key.revoked is None and name_or_id in (key.id, key.name)]
        if len(fitting) != 1:
            what = f"{len(fitting)} keys are" if fitting else "No key that still works is"
            raise BadKey(f"{what} called {name_or_id!r}. `byline keys list` lists their ids; give one.")
        revoked = replace(fitting[0], revoked=time.time())
        with self._writing() as connection:
            connection.execute("UPDATE keys SET revoked = ? WHERE id = ?", (revoked.revoked, revoked.id))
        return revoked

    def _rows(self, query: str, *values: str) -> list[sqlite3.Row]:
        """What a query finds; nothing where no key was ever made. Raises KeysUnreadable."""
        with self._lock, self._reported():
            if self._reader is None:
                if not self._path.exists():
                    return []
                uri = f"{self._path.resolve().as_uri()}?mode=ro"
                self._reader = sqlite3.connect(uri, uri=True, timeout=self._patience_s, check_same_thread=False)
                self._reader.row_factory = sqlite3.Row
            return self._reader.execute(query, values).fetchall()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise KeysUnreadable(
                f"{self._path} cannot be read: {error}. Let the service read it, or put a copy in its place."
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            connection = sqlite3.connect(self._path, timeout=self._patience_s)
            with closing(connection), connection:
                connection.execute(_SCHEMA)
                yield connection
        except (OSError, sqlite3.OperationalError) as error:
            raise HomeNotWritable(f"{self._path} cannot be written: {error}. Mend that, or set BYLINE_HOME.") from error


def _refuse_bad_key(name: str, scopes: Sequence[Scope], volumes: Sequence[str] | None) -> None:
    if not name.strip() or len(name) > _MOST_NAME or not name.isprintable():
        raise BadKey(f"A key has a name of 1 to {_MOST_NAME} printable characters, which says whose it is.")
    if not scopes:
        raise BadKey(f"A key has at least one scope: {', '.join(Scope)}.")
    if volumes is not None and not volumes:
        raise BadKey("A key that may see some volumes names at least one. Leave them out to let it see all.")
    if volumes is not None and set(scopes) != {Scope.ASK}:
        raise BadKey("A key for some volumes has the scope ask alone: ingest and admin show and change all of them.")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


_NO_DIGEST = _digest(secrets.token_urlsafe(32))


def _key(row: sqlite3.Row) -> Key:
    return Key(
        row["id"],
        row["name"],
        frozenset(Scope(scope) for scope in json.loads(row["scopes"])),
        None if row["volumes"] is None else frozenset(json.loads(row["volumes"])),
        row["created"],
        row["used"],
        row["revoked"],
    )
