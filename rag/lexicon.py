"""What the collection talks about, as the question reader needs it: names, titles, rare and ordinary words.

In: a snapshot. Out: a `Lexicon`, built once when an engine opens.
"""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from index.names import fold
from index.records import PersonRecord, VolumeRecord
from index.snapshot import Snapshot
from index.tokens import STOP_WORDS, stem, tokens, words
from rag.roles import offices_of

_LOWER = re.compile(r"\b[a-z]{3,}\b")


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a section, by its stems."""

    section_id: str
    stems: frozenset[str]
    folded: str


class Lexicon:
    """Names, titles and word statistics of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.people: tuple[PersonRecord, ...] = tuple(snapshot.people())
        self.volumes: tuple[VolumeRecord, ...] = tuple(snapshot.volumes())
        self.name_parts = {person.id: fold(person.name).replace("-", " ").split() for person in self.people}
        """The words of each writer's name, folded, by the writer's id."""
        self.offices = offices_of(self.people)
        """The offices that writers' bylines print."""
        self.office_words = frozenset(word for office in self.offices for word in office.words)
        self.by_surname: dict[str, list[PersonRecord]] = defaultdict(list)
        for person in self.people:
            self.by_surname[fold(person.name).split()[-1]].append(person)
        self.titles = tuple(
            Title(ref.id, frozenset(tokens(ref.title)), fold(ref.title)) for ref in snapshot.section_refs.values()
        )
        self._count_words(snapshot)

    def _count_words(self, snapshot: Snapshot) -> None:
        frequency: Counter[str] = Counter()
        lower: Counter[str] = Counter()
        passages = snapshot.passages(range(len(snapshot.passage_sections)))
        for passage in passages:
            frequency.update(set(tokens(passage.text)))
            lower.update(_LOWER.findall(passage.text))
        self._passages = len(passages)
        self._frequency = frequency
        self._lower = frozenset(lower)

    def idf(self, token: str) -> float:
        """Inverse document frequency of a stem over passages, log((N + 1) / (n + 0.5)); high for unknown words."""
        return math.log((self._passages + 1) / (self._frequency.get(token, 0) + 0.5))

    def knows(self, token: str) -> bool:
        """Whether any passage has the stem."""
        return token in self._frequency

    def is_ordinary(self, word: str) -> bool:
        """Whether the collection uses a word in lower case, so that it is no sure sign of a person of that name."""
        return word in self._lower or word in STOP_WORDS


def content_stems(text: str, without: frozenset[str] = frozenset()) -> list[str]:
    """Stems of a question's words that say what it is about."""
    return [token for word in words(text) if word not in STOP_WORDS and (token := stem(word)) not in without]
