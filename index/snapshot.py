"""A published generation, opened for reading.

In: BYLINE_HOME. Out: a verified `Snapshot`: sections, people and passages, the vectors and the word index.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import NotFound
from index.lexical import LexicalIndex
from index.manifest import Manifest, current_generation, read_manifest, verify_files
from index.model import Author, NoteRef, PageStart, Role, Span, Voice
from index.names import fold
from index.records import PassageRecord, PersonRecord, SectionRecord, SectionRef, SentenceRecord, VolumeRecord
from index.store import FILE, open_store
from index.vectors import SENTENCES_FILE, VectorIndex

_CACHED_SECTIONS = 512
_CACHED_PASSAGES = 4096
_CACHED_SOURCES = 8


class Snapshot:
    """One generation; immutable, and safe to read from any number of threads."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.generation = folder.name
        self.manifest = manifest
        self.vectors = VectorIndex.load(folder)
        self.lexical = LexicalIndex.load(folder, manifest.counts["passages"])
        self.sentence_vectors: NDArray[np.float16] = np.load(folder / SENTENCES_FILE, mmap_mode="r", allow_pickle=False)
        """Vectors of the sentences that may be cited, shape (rows, dimensions)."""
        self._store = open_store(folder / FILE)
        self._lock = RLock()
        self.sentences = lru_cache(maxsize=_CACHED_SECTIONS)(self._read_sentences)
        """The sentences of a section in reading order, by section id."""
        self._passage = lru_cache(maxsize=_CACHED_PASSAGES)(self._read_passage)
        self.source = lru_cache(maxsize=_CACHED_SOURCES)(self._read_source)
        """The source text of a volume, as it was read, by volume id."""
        self.pages = lru_cache(maxsize=_CACHED_SOURCES)(self._read_pages)
        """Where the pages of a volume start, in order, by volume id; empty where its format has none."""

    @classmethod
    def open(cls, home: Path) -> "Snapshot":
        """Open the current generation after verifying every file of it.

        Raises:
            NoSnapshot, DamagedSnapshot, ForeignSnapshot: named after what is wrong.
        """
        folder = current_generation(home)
        manifest = read_manifest(folder)
        verify_files(folder, manifest)
        return cls(folder, manifest)

    def close(self) -> None:
        """Let the files go."""
        self._store.close()

    def volumes(self) -> list[VolumeRecord]:
        """All volumes in catalogue order."""
        return list(self._volumes)

    @cached_property
    def _volumes(self) -> tuple[VolumeRecord, ...]:
        return tuple(self._volume(row) for row in self._rows("SELECT * FROM volumes ORDER BY position"))

    def people(self) -> list[PersonRecord]:
        """All writers in the order of their first piece."""
        return list(self._people)

    @cached_property
    def writer_names(self) -> frozenset[str]:
        """The names of all writers, folded."""
        return frozenset(fold(person.name) for person in self._people)

    @cached_property
    def _people(self) -> tuple[PersonRecord, ...]:
        rows = self._rows("SELECT * FROM people ORDER BY position")
        return tuple(
            PersonRecord(
                row["id"],
                row["name"],
                tuple(json.loads(row["aliases"])),
                tuple(
                    Role(text, where, Span(*span) if span else None) for text, where, span in json.loads(row["roles"])
                ),
                tuple(self.section_refs[section_id] for section_id in self._written_by(row["id"])),
            )
            for row in rows
        )

    def section(self, section_id: str) -> SectionRecord:
        """One section with its sentences and neighbours.

        Raises:
            NotFound: there is no such section.
        """
        rows = self._rows(
            "SELECT s.*, v.title AS volume, v.edition, v.file, v.credit FROM sections s "
            "JOIN volumes v ON v.id = volume_id WHERE s.id = ?",
            section_id,
        )
        if not rows:
            raise NotFound(f"There is no section {section_id!r}. GET /v1/volumes and /v1/people list what there is.")
        return self._section(rows[0])

    def _read_sentences(self, section_id: str) -> tuple[SentenceRecord, ...]:
        rows = self._rows("SELECT * FROM sentences WHERE section_id = ? ORDER BY ordinal", section_id)
        return tuple(
            SentenceRecord(
                row["ordinal"],
                row["text"],
                tuple(Span(*pair) for pair in json.loads(row["spans"])),
                Voice(row["voice"]),
                row["speaker"],
                row["paragraph"],
                bool(row["is_list_item"]),
                row["row"],
                tuple(NoteRef(*note) for note in json.loads(row["notes"])),
            )
            for row in rows
        )

    def passages(self, rows: Iterable[int]) -> list[PassageRecord]:
        """The passages of the given rows, in the order given."""
        return [self._passage(int(row)) for row in rows]

    def _read_passage(self, row: int) -> PassageRecord:
        return PassageRecord(**dict(self._rows("SELECT * FROM passages WHERE row = ?", row)[0]))

    @cached_property
    def section_refs(self) -> dict[str, SectionRef]:
        """Every section by id, in order."""
        rows = self._rows("SELECT id, title, authors, volume_id, kind FROM sections ORDER BY position")
        return {
            row["id"]: SectionRef(
                row["id"],
                row["title"],
                tuple(a["name"] for a in json.loads(row["authors"])),
                row["volume_id"],
                row["kind"],
            )
            for row in rows
        }

    @cached_property
    def passage_sections(self) -> tuple[str, ...]:
        """The section id of every passage row."""
        return tuple(row["section_id"] for row in self._rows("SELECT section_id FROM passages ORDER BY row"))

    @cached_property
    def section_numbers(self) -> NDArray[np.int64]:
        """The section of every passage row as a number, shape (passages,); equal numbers are one section."""
        return np.array([self._numbers[section_id] for section_id in self.passage_sections], dtype=np.int64)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {section_id: number for number, section_id in enumerate(dict.fromkeys(self.passage_sections))}

    @cached_property
    def sentence_rows(self) -> NDArray[np.int64]:
        """Where the sentence vectors of every passage row begin and end, shape (passages, 2)."""
        found = np.zeros((len(self.passage_sections), 2), dtype=np.int64)
        query = (
            'SELECT p.row, MIN(s.row) AS "begin", MAX(s.row) + 1 AS "end" FROM passages p JOIN sentences s '
            "ON s.section_id = p.section_id AND s.ordinal BETWEEN p.first AND p.last "
            "WHERE s.row IS NOT NULL GROUP BY p.row"
        )
        for row in self._rows(query):
            found[row["row"]] = row["begin"], row["end"]
        return found

    @cached_property
    def passage_speakers(self) -> tuple[tuple[int, str], ...]:
        """Passage rows with each name that a sentence of theirs is the words of, as the text prints it."""
        query = (
            "SELECT DISTINCT p.row, s.speaker FROM passages p JOIN sentences s "
            "ON s.section_id = p.section_id AND s.ordinal BETWEEN p.first AND p.last WHERE s.speaker IS NOT NULL"
        )
        return tuple((row["row"], row["speaker"]) for row in self._rows(query))

    def passage_mask(self, section_ids: frozenset[str]) -> NDArray[np.bool_]:
        """Which passage rows lie in the given sections, shape (passages,)."""
        wanted = [number for section_id, number in self._numbers.items() if section_id in section_ids]
        return np.isin(self.section_numbers, wanted)

    def _read_source(self, volume_id: str) -> str:
        return str(self._rows("SELECT source FROM volumes WHERE id = ?", volume_id)[0]["source"])

    def _read_pages(self, volume_id: str) -> tuple[PageStart, ...]:
        rows = self._rows("SELECT pages FROM volumes WHERE id = ?", volume_id)
        return tuple(PageStart(*pair) for pair in json.loads(rows[0]["pages"]))

    def _rows(self, query: str, *values: Any) -> Sequence[sqlite3.Row]:
        with self._lock:
            return self._store.execute(query, values).fetchall()

    def _written_by(self, person_id: str) -> list[str]:
        rows = self._rows(
            "SELECT section_id FROM writers JOIN sections ON id = section_id WHERE person_id = ? ORDER BY position",
            person_id,
        )
        return [row["section_id"] for row in rows]

    def _volume(self, row: sqlite3.Row) -> VolumeRecord:
        people = self._rows(
            "SELECT COUNT(DISTINCT person_id) AS n FROM writers JOIN sections ON id = section_id WHERE volume_id = ?",
            row["id"],
        )
        sections = self._rows("SELECT COUNT(*) AS n FROM sections WHERE volume_id = ?", row["id"])
        return VolumeRecord(
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
            sections[0]["n"],
            people[0]["n"],
        )

    def _section(self, row: sqlite3.Row) -> SectionRecord:
        lines = json.loads(row["source_lines"])
        evidence = json.loads(row["evidence"]) if row["evidence"] else None
        return SectionRecord(
            id=row["id"],
            volume_id=row["volume_id"],
            volume=row["volume"],
            edition=row["edition"],
            file=row["file"],
            title=row["title"],
            kind=row["kind"],
            parent=row["parent"],
            authors=tuple(Author(**author) for author in json.loads(row["authors"])),
            byline=row["basis"],
            byline_span=Span(*evidence) if evidence else None,
            span=Span(row["start"], row["end"]),
            lines=(row["first_line"], row["last_line"]),
            text=self.source(row["volume_id"])[row["start"] : row["end"]],
            sentences=self.sentences(row["id"]),
            previous=self._neighbour(row, -1),
            next=self._neighbour(row, 1),
            credit=row["credit"],
            source_lines=(lines[0], lines[1]) if lines else None,
        )

    def _neighbour(self, row: sqlite3.Row, step: int) -> SectionRef | None:
        found = self._rows(
            "SELECT id FROM sections WHERE position = ? AND volume_id = ?", row["position"] + step, row["volume_id"]
        )
        return self.section_refs[found[0]["id"]] if found else None
