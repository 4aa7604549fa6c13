"""What has become of a cited sentence: whether it is held, moved or gone.

In: an address and a snapshot, of any later index run. Out: a `Resolution`.

What is held costs reading one section. Else the fingerprints of the address's own volume are searched, and only then
those of the others: eight bytes a sentence, made from the stored sentences once for each volume of a snapshot, and
compared by numpy. Only sentences that an answer may cite are searched, so that a pull quote is never taken for its
sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from index.model import CITABLE_VOICES, PROSE_KINDS
from index.records import SentenceRecord
from index.snapshot import Snapshot
from rag.address import Address, address_of, fingerprint, fingerprint_number, parse_address
from rag.answer import Citation
from rag.cite import cite
from rag.compose import Part
from rag.reference import References, references

_MOST_OTHERS = 5


class Resolution(BaseModel):
    """What has become of the sentence that an address names."""

    address: str = Field(description="The address that was asked for.")
    status: Literal["held", "moved", "gone"] = Field(
        description="Held: the same words in the same place. Moved: the same words elsewhere. Gone: not found."
    )
    message: str = Field(description="The same in a sentence.")
    current: str | None = Field(description="The address of the words now; null where they are gone.")
    also: list[str] = Field(description="Other places with the same words, where they have moved; at most five.")
    citations: list[Citation] = Field(description="The words as they stand now, a citation for every span of them.")
    references: References | None = Field(description="How to refer to them; null where they are gone.")
    standing: list[Citation] = Field(description="Where the words are gone: what stands in their place now.")

    @property
    def state(self) -> str:
        """What has become of the words, with their new address."""
        places = [self.current, *self.also] if self.status == "moved" else []
        return "\n".join([f"{self.status}: {self.message}", *(f"  {place}" for place in places)])

    @property
    def as_text(self) -> str:
        """All of it to read: what has become of the words, the words, and the note that refers to them."""
        standing = [f"  {citation.reference}\n  {citation.quote}" for citation in self.standing]
        words = [citation.quote for citation in self.citations]
        return "\n\n".join([self.state, *words, *standing, *([self.references.chicago] if self.references else [])])


@dataclass(frozen=True, slots=True)
class _Words:
    """The citable sentences of a volume in order, one row each."""

    sections: tuple[str, ...]
    section: NDArray[np.int32]
    ordinal: NDArray[np.int32]
    fingerprint: NDArray[np.uint64]


_words: WeakKeyDictionary[Snapshot, dict[str, _Words]] = WeakKeyDictionary()


def resolve(snapshot: Snapshot, text: str) -> Resolution:
    """Say what has become of the sentence that an address names.

    Raises:
        BadAddress: `text` is no address.
    """
    address = parse_address(text)
    standing = _at(snapshot, address)
    if standing is not None and fingerprint(standing.text) == address.fingerprint:
        return _found(snapshot, address, "held", (address,), "The same words stand in the same place.")
    found = tuple(islice(_elsewhere(snapshot, address), 1 + _MOST_OTHERS))
    if found:
        return _found(snapshot, address, "moved", found, _moved(snapshot, address, found[0]))
    return Resolution(
        address=str(address),
        status="gone",
        message=_gone(snapshot, address, standing),
        current=None,
        also=[],
        citations=[],
        references=None,
        standing=_citations(snapshot, address.section_id, standing) if standing else [],
    )


def _found(
    snapshot: Snapshot, asked: Address, status: Literal["held", "moved"], found: Sequence[Address], message: str
) -> Resolution:
    sentence = _at(snapshot, found[0])
    assert sentence is not None
    citations = _citations(snapshot, found[0].section_id, sentence)
    return Resolution(
        address=str(asked),
        status=status,
        message=message,
        current=str(found[0]),
        also=[str(other) for other in found[1:]],
        citations=citations,
        references=references(snapshot, citations[0]),
        standing=[],
    )


def _citations(snapshot: Snapshot, section_id: str, sentence: SentenceRecord) -> list[Citation]:
    return cite(snapshot, [Part(snapshot.section(section_id), (sentence,))])[1]


def _at(snapshot: Snapshot, address: Address) -> SentenceRecord | None:
    """The sentence that stands where the address says."""
    if address.section_id not in snapshot.section_refs:
        return None
    there = (s for s in snapshot.sentences(address.section_id) if s.paragraph == address.paragraph - 1)
    return next(islice(there, address.sentence - 1, None), None)


def _elsewhere(snapshot: Snapshot, address: Address) -> Iterator[Address]:
    """Where else the words stand: in the same section, the nearest first, then in the same volume, then in others."""
    ids = [volume.id for volume in snapshot.volumes()]
    for volume_id in sorted(ids, key=lambda volume_id: volume_id != address.volume_id):
        found = list(_in_volume(snapshot, volume_id, address.number))
        yield from sorted(
            found,
            key=lambda place: (
                place.section_id != address.section_id,
                abs(place.paragraph - address.paragraph) if place.section_id == address.section_id else 0,
            ),
        )
        if found:
            return


def _in_volume(snapshot: Snapshot, volume_id: str, number: int) -> Iterator[Address]:
    words = _words_of(snapshot, volume_id)
    for row in np.flatnonzero(words.fingerprint == np.uint64(number)):
        section_id = words.sections[words.section[row]]
        sentences = snapshot.sentences(section_id)
        yield address_of(section_id, sentences[words.ordinal[row]], sentences)


def _words_of(snapshot: Snapshot, volume_id: str) -> _Words:
    known = _words.setdefault(snapshot, {})
    if volume_id not in known:
        known[volume_id] = _read_words(snapshot, volume_id)
    return known[volume_id]


def _read_words(snapshot: Snapshot, volume_id: str) -> _Words:
    refs = snapshot.section_refs.values()
    sections = tuple(ref.id for ref in refs if ref.volume_id == volume_id and ref.kind in PROSE_KINDS)
    rows = [
        (number, sentence.ordinal, fingerprint_number(sentence.text))
        for number, section_id in enumerate(sections)
        for sentence in snapshot.sentences(section_id)
        if sentence.voice in CITABLE_VOICES
    ]
    columns = np.array(rows, dtype=np.uint64).reshape(-1, 3)
    return _Words(sections, columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32), columns[:, 2].copy())


def _moved(snapshot: Snapshot, address: Address, found: Address) -> str:
    title = snapshot.section_refs[found.section_id].title
    if found.section_id == address.section_id:
        return f"The same words stand elsewhere in “{title}” now."
    if found.volume_id == address.volume_id:
        return f"The same words stand in “{title}” now."
    (volume,) = (volume.title for volume in snapshot.volumes() if volume.id == found.volume_id)
    return f"The same words stand in another volume now: in “{title}” ({volume})."


def _gone(snapshot: Snapshot, address: Address, standing: SentenceRecord | None) -> str:
    volumes = {volume.id: volume for volume in snapshot.volumes()}
    message = "These words are not in the collection now; "
    if address.volume_id not in volumes:
        message += f"nor is there a volume {address.volume_id!r}."
    elif address.section_id not in snapshot.section_refs:
        message += f"nor is there a section {address.section_id!r}."
    elif standing is None:
        message += "nor does any sentence stand in their place."
    else:
        message += "other words stand in their place."
    if address.volume_id in volumes and volumes[address.volume_id].edition == "digest":
        message += " The volume is read from Byline's digest, whose words are ours; its full text may still hold them."
    return message
