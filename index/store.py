"""Volumes, sections, sentences, passages and people of one generation, in SQLite.

Written once while the generation is built, then opened read-only by any number of threads.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from index.model import Passage, Person, Role, Section, Volume

FILE = "store.sqlite"

_SCHEMA = """
CREATE TABLE volumes (
    id TEXT PRIMARY KEY, position INTEGER, title TEXT, editors TEXT, publisher TEXT, year INTEGER, rights TEXT,
    credit TEXT, file TEXT, edition TEXT, sha256 TEXT, source TEXT, pages TEXT
) WITHOUT ROWID;
CREATE TABLE sections (
    id TEXT PRIMARY KEY, position INTEGER, volume_id TEXT REFERENCES volumes, title TEXT, kind TEXT, parent TEXT,
    start INTEGER, "end" INTEGER, first_line INTEGER, last_line INTEGER, authors TEXT, basis TEXT, evidence TEXT,
    as_printed TEXT, source_lines TEXT
) WITHOUT ROWID;
CREATE TABLE sentences (
    section_id TEXT REFERENCES sections, ordinal INTEGER, text TEXT, spans TEXT, voice TEXT, speaker TEXT,
    paragraph INTEGER, is_list_item INTEGER, row INTEGER, notes TEXT, PRIMARY KEY (section_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, section_id TEXT REFERENCES sections, first INTEGER, last INTEGER, header TEXT, text TEXT
);
CREATE TABLE people (
    id TEXT PRIMARY KEY, position INTEGER, name TEXT, aliases TEXT, roles TEXT
) WITHOUT ROWID;
CREATE TABLE writers (
    section_id TEXT REFERENCES sections, person_id TEXT REFERENCES people, PRIMARY KEY (section_id, person_id)
) WITHOUT ROWID;
CREATE INDEX sections_in_order ON sections (position);
CREATE INDEX passages_of_section ON passages (section_id);
"""


def write_store(
    path: Path,
    volumes: Sequence[Volume],
    people: Iterable[Person],
    passages: Iterable[Passage],
    sentence_rows: Mapping[tuple[str, int], int],
) -> None:
    """Write everything but the vectors and the word index into a new SQLite file.

    `sentence_rows` gives the row of a sentence's vector by section id and ordinal.
    """
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_SCHEMA)
        with connection:
            position = 0
            for number, volume in enumerate(volumes):
                _write_volume(connection, number, volume)
                for section in volume.sections:
                    _write_section(connection, position, section, sentence_rows)
                    position += 1
            _write_people(connection, people)
            connection.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
                ((row, p.section_id, p.first, p.last, p.header, p.text) for row, p in enumerate(passages)),
            )
    finally:
        connection.close()


def open_store(path: Path) -> sqlite3.Connection:
    """A read-only connection; SQLite serialises its use by threads."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _write_volume(connection: sqlite3.Connection, position: int, volume: Volume) -> None:
    values = (
        volume.id, position, volume.title, json.dumps(volume.editors), volume.publisher, volume.year, volume.rights,
        volume.credit, volume.file, volume.edition, volume.sha256, volume.source,
        json.dumps([[page.offset, page.label] for page in volume.pages]),
    )  # fmt: skip
    connection.execute("INSERT INTO volumes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _write_section(
    connection: sqlite3.Connection, position: int, section: Section, rows: Mapping[tuple[str, int], int]
) -> None:
    byline = section.byline
    evidence = json.dumps([byline.evidence.start, byline.evidence.end]) if byline.evidence else None
    values = (
        section.id, position, section.volume_id, section.title, section.kind.value, section.parent, section.span.start,
        section.span.end, *section.lines, json.dumps([asdict(author) for author in byline.authors]),
        byline.basis.value, evidence, byline.as_printed, json.dumps(section.source_lines),
    )  # fmt: skip
    connection.execute("INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                section.id, ordinal, sentence.text, json.dumps([[s.start, s.end] for s in sentence.spans]),
                sentence.voice.value, sentence.speaker, sentence.paragraph, sentence.is_list_item,
                rows.get((section.id, ordinal)),
                json.dumps([[note.number, note.section_id, note.ordinal] for note in sentence.notes]),
            )
            for ordinal, sentence in enumerate(section.sentences)
        ),
    )  # fmt: skip


def _write_people(connection: sqlite3.Connection, people: Iterable[Person]) -> None:
    for position, person in enumerate(people):
        connection.execute(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?)",
            (
                person.id,
                position,
                person.name,
                json.dumps(person.aliases),
                json.dumps([_role(role) for role in person.roles]),
            ),
        )
        connection.executemany(
            "INSERT INTO writers VALUES (?, ?)", ((section_id, person.id) for section_id in person.section_ids)
        )


def _role(role: Role) -> list[str | list[int] | None]:
    return [role.text, role.section_id, [role.evidence.start, role.evidence.end] if role.evidence else None]
