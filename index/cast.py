"""Who is in a piece: the people whom it names in full, and the words that are names in it.

In: the paragraphs and headings of a piece, and its writers. Out: a `Cast`, which full names are looked up in.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from index.names import find_names


class Cast:
    """Who is in a piece: full names by surname and by first name, and the words that it always capitalises."""

    def __init__(self, texts: Sequence[str] = (), writers: Sequence[str] = ()) -> None:
        """Take the paragraphs and headings of the piece, searched when first asked about, and who wrote it."""
        self._texts = tuple(texts)
        self.writers = frozenset(writers)

    @cached_property
    def surnames(self) -> Mapping[str, str]:
        """Surname → full name; not where two share it."""
        return self._sole(-1)

    @cached_property
    def first_names(self) -> Mapping[str, str]:
        """First name → full name; not where two share it."""
        return self._sole(0)

    def is_proper(self, word: str) -> bool:
        """Whether the piece capitalises a word in mid-sentence too, and never writes it small."""
        return word in self._capital and word.casefold() not in self._small

    def is_small(self, word: str) -> bool:
        """Whether the piece also writes a word without a capital."""
        return word.casefold() in self._small

    @cached_property
    def _capital(self) -> frozenset[str]:
        return frozenset(re.findall(r"(?<=[a-z,] )[A-ZÀ-Þ][\w’'&-]*", "\n".join(self._texts)))

    @cached_property
    def _small(self) -> frozenset[str]:
        return frozenset(re.findall(r"\b[a-z][\w’'-]*", "\n".join(self._texts)))

    def _sole(self, position: int) -> Mapping[str, str]:
        found: dict[str, set[str]] = {}
        for name in self._names:
            found.setdefault(name.split()[position], set()).add(name)
        return {word: next(iter(names)) for word, names in found.items() if len(names) == 1}

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(name for text in self._texts for name in persons_in(text))


def persons_in(text: str) -> list[str]:
    """The full names in a text; not what follows an article, and not "Briefly Ada", which only opens a sentence."""
    found = []
    for name in find_names(text):
        before = text[: name.start].rstrip()
        kept = re.split(r"['’]s\s", name.name)[0]
        opens = bool(before) and before[-1] in '.!?”’"' and not name.honorific and " " in kept
        is_thing = re.search(r"\b(?:the|an?|our)$", before, re.IGNORECASE) and not name.honorific
        if len(kept.split()) > 1 and not is_thing and not (opens and kept.split()[0].endswith("ly")):
            found.append(kept)
    return found
