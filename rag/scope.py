"""Which rows a question may be answered from: filters and named people, volumes and pieces.

In: a question as understood and the caller's filters. Out: masks over passage rows; a filter that names nothing known
is an error, so that a slip never widens an answer.
"""

from collections.abc import Iterable

import numpy as np

from index.errors import NotFound
from index.model import Kind
from index.names import fold
from index.records import PersonRecord
from index.snapshot import Snapshot
from rag.answer import Filters
from rag.lexicon import Lexicon
from rag.question import Understanding
from rag.retrieve import Mask


def filter_mask(snapshot: Snapshot, lexicon: Lexicon, filters: Filters) -> Mask | None:
    """Rows that the caller's filters leave; None where there are none.

    Raises:
        NotFound: a filter names a person, volume or section that is not here.
    """
    masks = []
    if filters.people:
        people = [_person(lexicon, name) for name in filters.people]
        masks.append(rows_by(snapshot, people))
    if filters.volumes:
        known = {volume.id for volume in lexicon.volumes}
        _refuse_unknown("volume", filters.volumes, known)
        masks.append(_rows_in_volumes(snapshot, filters.volumes))
    if filters.sections:
        _refuse_unknown("section", filters.sections, set(snapshot.section_refs))
        masks.append(snapshot.passage_mask(frozenset(filters.sections)))
    return both(*masks)


def named_mask(snapshot: Snapshot, understood: Understanding) -> Mask | None:
    """Rows of the volumes and pieces that the question names."""
    masks = []
    if understood.volume_ids:
        masks.append(_rows_in_volumes(snapshot, understood.volume_ids))
    if understood.section_ids:
        masks.append(snapshot.passage_mask(frozenset(understood.section_ids)))
    return both(*masks)


def rows_by(snapshot: Snapshot, people: Iterable[PersonRecord]) -> Mask:
    """Rows of pieces that any of the people wrote."""
    return snapshot.passage_mask(frozenset(ref.id for person in people for ref in person.sections))


def rows_about(snapshot: Snapshot, people: Iterable[PersonRecord]) -> Mask:
    """Rows of notes on contributors that name any of the people: what is printed of a writer, whoever wrote it."""
    names = [fold(name) for person in people for name in (person.name, *person.aliases)]
    mask = snapshot.passage_mask(frozenset(ref.id for ref in snapshot.section_refs.values() if ref.kind == Kind.BIO))
    rows = np.flatnonzero(mask)
    for row, passage in zip(rows, snapshot.passages(rows), strict=True):
        text = fold(passage.text)
        mask[row] = any(name in text for name in names)
    return mask


def rows_naming(snapshot: Snapshot, name: str) -> Mask:
    """Rows that name somebody, by surname: in their words, or as whose words a sentence of theirs is."""
    surname = fold(name).split()[-1]
    rows = range(len(snapshot.passage_sections))
    found = [surname in fold(passage.text).split() for passage in snapshot.passages(rows)]
    mask = np.array(found, dtype=np.bool_)
    spoken = [row for row, speaker in snapshot.passage_speakers if surname in fold(speaker).split()]
    mask[spoken] = True
    return mask


def rows_around(snapshot: Snapshot, stems: Iterable[str]) -> Mask:
    """Rows of pieces that have all the stems."""
    numbers = snapshot.section_numbers
    mask: Mask = np.ones(len(numbers), dtype=np.bool_)
    for token in stems:
        mask &= np.isin(numbers, numbers[snapshot.lexical.rows_with(token)])
    return mask


def both(*masks: Mask | None) -> Mask | None:
    """Rows that every mask leaves; None stands for all."""
    given = [mask for mask in masks if mask is not None]
    return np.logical_and.reduce(given) if given else None


def _rows_in_volumes(snapshot: Snapshot, volume_ids: Iterable[str]) -> Mask:
    wanted = set(volume_ids)
    return snapshot.passage_mask(frozenset(ref.id for ref in snapshot.section_refs.values() if ref.volume_id in wanted))


def _person(lexicon: Lexicon, name: str) -> PersonRecord:
    for person in lexicon.people:
        if name == person.id or fold(name) in {fold(person.name), *map(fold, person.aliases)}:
            return person
    raise NotFound(f"filters.people: nobody called {name!r} writes here. GET /v1/people lists who does.")


def _refuse_unknown(what: str, given: Iterable[str], known: set[str]) -> None:
    for name in given:
        if name not in known:
            raise NotFound(f"filters.{what}s: there is no {what} {name!r}. GET /v1/volumes lists what there is.")
