"""A generation with some of the volumes only: what somebody may see who may not see them all.

In: an open snapshot and the volumes that stay. Out: a published home of its own, which holds what an index of those
volumes alone would hold: people, counts, word statistics, vectors. What is left out is not hidden in it but absent.
"""

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.errors import HomeNotWritable, NothingToSee
from index.model import (
    Author,
    Byline,
    BylineBasis,
    Kind,
    NoteRef,
    PageStart,
    Passage,
    Section,
    Sentence,
    Span,
    Voice,
    Volume,
)
from index.people import gather_people
from index.publish import publish
from index.snapshot import Snapshot
from index.store import FILE, open_store

FOLDER = "restricted"
"""Of the home of an index: a folder for each generation, and in it one for each set of volumes."""


def open_restricted(home: Path, snapshot: Snapshot, volume_ids: frozenset[str]) -> Snapshot:
    """The snapshot of these volumes alone, made now or by an earlier call; it goes by the generation of the whole.

    Raises:
        HomeNotWritable: there is no room for it.
        NothingToSee: nothing in the volumes can be cited.
        DamagedSnapshot: what an earlier call made has been changed.
    """
    folder = home / FOLDER / snapshot.generation / _name(snapshot, volume_ids)
    if not folder.exists():
        try:
            _publish(folder, snapshot, volume_ids)
        except OSError as error:
            raise HomeNotWritable(f"{folder} cannot be written: {error.strerror}. Make room in {home}.") from error
    restricted = Snapshot.open(folder)
    restricted.generation = snapshot.generation
    return restricted


def remove_stale(home: Path) -> None:
    """Remove what was made of generations that are gone."""
    for folder in (home / FOLDER).glob("gen-*"):
        if not (home / folder.name).is_dir():
            shutil.rmtree(folder, ignore_errors=True)


def _name(snapshot: Snapshot, volume_ids: frozenset[str]) -> str:
    """Tells sets of volumes apart, and generations that go by one name."""
    told = json.dumps([snapshot.manifest.inputs, sorted(volume_ids)])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _publish(folder: Path, snapshot: Snapshot, volume_ids: frozenset[str]) -> None:
    """Make it beside its place and move it there whole; whoever comes second leaves the first one's."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as scratch:
        home = Path(scratch) / "home"
        home.mkdir()
        connection = open_store(snapshot.folder / FILE)
        try:
            _write(home, connection, snapshot, volume_ids)
        finally:
            connection.close()
        try:
            home.rename(folder)
        except OSError:
            if not folder.exists():
                raise


def _write(home: Path, connection: sqlite3.Connection, snapshot: Snapshot, volume_ids: frozenset[str]) -> None:
    volumes = list(_volumes(connection, volume_ids))
    sections = {section.id for volume in volumes for section in volume.sections}
    stored = connection.execute("SELECT * FROM passages ORDER BY row").fetchall()
    kept = [row for row in stored if row["section_id"] in sections]
    if not kept:
        raise NothingToSee(f"Nothing of {', '.join(sorted(volume_ids))} can be cited.")
    cited = connection.execute("SELECT section_id, ordinal, row FROM sentences WHERE row IS NOT NULL ORDER BY row")
    sentences = [row for row in cited.fetchall() if row["section_id"] in sections]
    publish(
        home,
        hashlib.sha256(f"{snapshot.manifest.inputs} {sorted(volume_ids)}".encode()).hexdigest(),
        snapshot.manifest.model,
        volumes,
        gather_people(volumes),
        [Passage(row["section_id"], row["first"], row["last"], row["header"], row["text"]) for row in kept],
        snapshot.vectors.rows(np.array([row["row"] for row in kept], dtype=np.int64)),
        {(row["section_id"], row["ordinal"]): place for place, row in enumerate(sentences)},
        snapshot.sentence_vectors[[row["row"] for row in sentences]].astype(np.float32),
    )


def _volumes(connection: sqlite3.Connection, volume_ids: frozenset[str]) -> Iterator[Volume]:
    """Volumes of a store as they were when it was written."""
    marks = ", ".join("?" * len(volume_ids))
    query = f"SELECT * FROM volumes WHERE id IN ({marks}) ORDER BY position"  # noqa: S608 - question marks only
    for row in connection.execute(query, tuple(volume_ids)).fetchall():
        yield Volume(
            row["id"],
            row["title"],
            tuple(json.loads(row["editors"])),
            row["publisher"],
            row["year"],
            row["rights"],
            row["credit"],
            row["file"],
            row["edition"],
            row["sha256"],
            row["source"],
            tuple(_sections(connection, row["id"])),
            tuple(PageStart(*page) for page in json.loads(row["pages"])),
        )


def _sections(connection: sqlite3.Connection, volume_id: str) -> Iterator[Section]:
    query = "SELECT * FROM sections WHERE volume_id = ? ORDER BY position"
    for row in connection.execute(query, (volume_id,)).fetchall():
        lines = json.loads(row["source_lines"])
        evidence = json.loads(row["evidence"]) if row["evidence"] else None
        yield Section(
            row["id"],
            row["volume_id"],
            row["title"],
            Kind(row["kind"]),
            Span(row["start"], row["end"]),
            (row["first_line"], row["last_line"]),
            Byline(
                tuple(Author(**author) for author in json.loads(row["authors"])),
                BylineBasis(row["basis"]),
                Span(*evidence) if evidence else None,
                row["as_printed"],
            ),
            row["parent"],
            tuple(_sentences(connection, row["id"])),
            (lines[0], lines[1]) if lines else None,
        )


def _sentences(connection: sqlite3.Connection, section_id: str) -> Iterator[Sentence]:
    query = "SELECT * FROM sentences WHERE section_id = ? ORDER BY ordinal"
    for row in connection.execute(query, (section_id,)):
        yield Sentence(
            row["text"],
            tuple(Span(*pair) for pair in json.loads(row["spans"])),
            Voice(row["voice"]),
            row["speaker"],
            row["paragraph"],
            bool(row["is_list_item"]),
            tuple(NoteRef(*note) for note in json.loads(row["notes"])),
        )
