"""Durable addresses: the name of a sentence that outlives an index run.

In: a sentence and the section it stands in. Out: an `Address`, written

    rethinking-childrens-services/introduction/p12/s3~k4x2mq7a
    ^ section id (volume/piece)                ^    ^  ^ fingerprint of the words
                             paragraph, from 1 ┘    └ sentence of that paragraph, from 1

The place is what a person reads and types: it is the id that `GET /v1/sections/{id}` takes, and counts as people do.
The fingerprint is what lasts: offsets and lines change with every edit, section ids with a new title, paragraphs with
one put before them, but the words find themselves again. It is 40 bits of SHA-256 in base32: words that are gone are
taken for others among a million sentences with a chance of one in a million. It is taken of the reading text, so that
new line breaks, page breaks, footnote marks and the printer's choice of quotes and dashes change nothing; every other
character counts. Everything in an address may stand in a URL unescaped.

An address names a whole sentence. A sentence that something cuts in two (a page break with a pull quote in the gap) has
several spans, and so several citations, all with the same address: where a page breaks is the printer's, and changes.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from index.records import SentenceRecord
from rag.errors import BadAddress

_ADDRESS = re.compile(
    r"(?P<section>[a-z0-9-]+(?:/[a-z0-9-]+)+)/p(?P<paragraph>[1-9]\d{0,6})/s(?P<sentence>[1-9]\d{0,6})"
    r"~(?P<fingerprint>[a-z2-7]{8})"
)
ADDRESS_PATTERN = f"^{re.sub(r'[?]P<[a-z]+>', '', _ADDRESS.pattern)}$"
"""An address as it is given out, for the API's description; `parse_address` reads more."""
_FINGERPRINT_BYTES = 5
_SAME = str.maketrans(
    {**dict.fromkeys("‘’‚‛′", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―", "-"), "\u00ad": ""}
)
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sentence stood, and what its words were."""

    section_id: str
    paragraph: int
    """Number of the paragraph within the section, from 1."""
    sentence: int
    """Number of the sentence within the paragraph, from 1."""
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.section_id}/p{self.paragraph}/s{self.sentence}~{self.fingerprint}"

    @property
    def volume_id(self) -> str:
        """The volume that the section belongs to."""
        return self.section_id.split("/", 1)[0]

    @property
    def number(self) -> int:
        """The fingerprint as a number of 40 bits."""
        return int.from_bytes(base64.b32decode(self.fingerprint.upper()), "big")


def parse_address(text: str) -> Address:
    """Read an address as somebody pasted it: blanks and a slash around it and capitals do not matter.

    Raises:
        BadAddress: this is no address.
    """
    match = _ADDRESS.fullmatch(text.strip().strip("/").lower())
    if match is None:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise BadAddress(
            f"{shown!r} is no address of a citation. One reads volume/section/p12/s3~k4x2mq7a, "
            "and every citation carries its own as `address`; copy the whole of it."
        )
    return Address(match["section"], int(match["paragraph"]), int(match["sentence"]), match["fingerprint"])


def address_of(section_id: str, sentence: SentenceRecord, sentences: Sequence[SentenceRecord]) -> Address:
    """The address of a sentence; `sentences` are those of its section in reading order."""
    first = sentence.ordinal
    while first > 0 and sentences[first - 1].paragraph == sentence.paragraph:
        first -= 1
    return Address(section_id, sentence.paragraph + 1, sentence.ordinal - first + 1, fingerprint(sentence.text))


def fingerprint(text: str) -> str:
    """What stands for the words of a sentence in its address: eight letters and figures."""
    return base64.b32encode(_digest(text)).decode("ascii").lower()


def fingerprint_number(text: str) -> int:
    """The same as a number of 40 bits, for searching many."""
    return int.from_bytes(_digest(text), "big")


def _digest(text: str) -> bytes:
    words = " ".join(unicodedata.normalize("NFKC", text).translate(_SAME).split())
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()[:_FINGERPRINT_BYTES]
