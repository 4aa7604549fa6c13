"""What the collection talks about, as the question reader needs it: names, titles, rare and ordinary words.

In: a snapshot. Out: a `Lexicon`, built once when an engine opens.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from index.names import fold
from index.records import PersonRecord, SectionRef, VolumeRecord
from index.snapshot import Snapshot
from index.tokens import STOP_WORDS, stem, tokens, words
from rag.roles import offices_of

_LOWER = re.compile(r"[a-z]{3,}")
_CACHED_WORDS = 16384
_LOOKED_AT = 300
"""In so many passages that have a word it is looked for in lower case; one that more have is ordinary."""
SCAFFOLD = frozenset(
    stem(word)
    for word in """
        say says said tell tells told think thinks thought argue argues argued write writes wrote written mean view
        views opinion opinions essay essays chapter chapters story stories post posts blog piece pieces volume book
        according main argument arguments point points summarise summarize summary sum describe describes described
        explain explains explained believe believes compare compared contrast agree disagree difference differ each
        both list name author authors contributor contributors writer collection question please anyone anybody
        somebody someone people called reckon reckoned give gives gave make makes mention mentions mentioned discuss
        discusses discussed talk talks talked happen happened kind sort thing things way ways get got else gist nutshell
        overview takeaway takeaways moral background backgrounds biography biographies autobiography bio
        """.split()
)
"""Stems of what questions are made of, whatever they are about."""


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a section, by its stems."""

    section_id: str
    stems: frozenset[str]
    folded: str
    short: str
    """What stands before its colon, folded; all of it where it has none."""


class Lexicon:
    """Names, titles and word statistics of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.people: tuple[PersonRecord, ...] = tuple(snapshot.people())
        self.volumes: tuple[VolumeRecord, ...] = tuple(snapshot.volumes())
        self.sections: Mapping[str, SectionRef] = snapshot.section_refs
        self.name_parts = {person.id: fold(person.name).replace("-", " ").split() for person in self.people}
        """The words of each writer's name, folded, by the writer's id."""
        self.offices = offices_of(self.people)
        """The offices that writers' bylines print."""
        self.office_words = frozenset(word for office in self.offices for word in office.words)
        self.by_surname: dict[str, list[PersonRecord]] = defaultdict(list)
        self.by_first_name: dict[str, list[PersonRecord]] = defaultdict(list)
        for person in self.people:
            parts = fold(person.name).split()
            self.by_surname[parts[-1]].append(person)
            if len(parts) > 1:
                self.by_first_name[parts[0]].append(person)
        self.titles = tuple(
            Title(ref.id, frozenset(tokens(ref.title)), fold(ref.title), fold(ref.title.split(":")[0]))
            for ref in snapshot.section_refs.values()
        )
        self._rows = len(snapshot.passage_sections)
        self.is_ordinary = lru_cache(maxsize=_CACHED_WORDS)(self._stands_in_lower_case)
        """Whether the collection uses a word in lower case, so that it is no sure sign of a person of that name."""
        self.idf = lru_cache(maxsize=_CACHED_WORDS)(self._inverse_frequency)
        """Inverse document frequency of a stem over passages, log((N + 1) / (n + 0.5)); high for unknown words."""
        self.sections_with = lru_cache(maxsize=_CACHED_WORDS)(self._count_sections)
        """How many sections have a word, whatever its ending."""

    def prints(self, words: str) -> bool:
        """Whether any passage has these words side by side."""
        having = [set(self._snapshot.lexical.rows_with(token).tolist()) for token in set(tokens(words))]
        rows = sorted(set.intersection(*having))[:_LOOKED_AT] if having else []
        return any(fold(words) in fold(passage.text) for passage in self._snapshot.passages(rows))

    def stands_in(self, section_id: str, words: str) -> bool:
        """Whether a section says these words, as somebody reads them."""
        return fold(words) in fold(" ".join(sentence.text for sentence in self._snapshot.sentences(section_id)))

    def _inverse_frequency(self, token: str) -> float:
        return math.log((self._rows + 1) / (len(self._snapshot.lexical.rows_with(token)) + 0.5))

    def _count_sections(self, word: str) -> int:
        return len(np.unique(self._snapshot.section_numbers[self._snapshot.lexical.rows_with(stem(word))]))

    def _stands_in_lower_case(self, word: str) -> bool:
        if word in STOP_WORDS:
            return True
        if not _LOWER.fullmatch(word):
            return False
        alone = re.compile(rf"\b{word}\b")
        rows = self._snapshot.lexical.rows_with(stem(word))
        if len(rows) > _LOOKED_AT:  # so common a stem is no surname's, whatever its ending
            return True
        return any(alone.search(passage.text) for passage in self._snapshot.passages(rows))


def content_stems(text: str, without: frozenset[str] = frozenset()) -> list[str]:
    """Stems of a question's words that say what it is about."""
    return [token for word in words(text) if word not in STOP_WORDS and (token := stem(word)) not in without]
