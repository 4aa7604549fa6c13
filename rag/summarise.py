"""The main points of one piece, in its own sentences.

In: a section, and what the question is about. Out: the sentences that tell most of the piece in the words a summary may
take, in reading order. Chosen greedily by what each adds for its length (Lin and Bilmes 2010,
https://aclanthology.org/N10-1134), where it adds more the nearer it is to what the whole piece is about, the less like
it is what was chosen before (maximal marginal relevance, Carbonell and Goldstein 1998) and the more of the piece's
recurring words it brings that no other has (Gillick and Favre 2009, https://aclanthology.org/W09-1802).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors
from index.model import CITABLE_VOICES, Voice
from index.records import SectionRecord, SentenceRecord
from index.snapshot import Snapshot
from rag.compose import BUDGETS, LEANS, Part
from rag.lexicon import content_stems
from rag.question import Sort

_WORDS = BUDGETS[Sort.SUMMARY].words
_LEAST_WORDS, _LEAST_STEMS = 6, 4
"""A sentence that says less says little alone."""
_LENGTH = 0.4
"""What a sentence adds is divided by its words to this power: 1 would prefer the shortest, 0 the longest."""
_OPENS = 0.1
"""What opening a paragraph counts, beside a cosine: who writes says first what a paragraph is about."""
_CLOSES = 0.1
"""What standing in the last eighth of the piece counts: who argues concludes there."""
_MORAL = 0.3
"""What being the moral that a piece prints of itself counts."""
_BORROWED = -0.1
"""What being a question, a list's item or another's words counts."""
_LEANING = -0.05
"""What leaning on a sentence that is not told counts."""
_REPETITION = 0.5
"""What being like a sentence already chosen costs."""
_RECURRING = 0.3
"""What bringing the most of the piece's recurring words that one sentence of it has counts."""
_TOLD_AGAIN = 0.5
"""A word counts so much of what it did for each chosen sentence that has it."""
_ASKED = 0.05
"""What each word of what the question is about counts."""
_OTHERS = frozenset({Voice.QUOTED, Voice.REPORTED, Voice.EPIGRAPH})


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sentences of a piece that may be told: n of them, with m stems."""

    sentences: Sequence[SentenceRecord]
    words: NDArray[np.int64]
    """Shape (n,)."""
    alike: Vectors
    """Cosines between sentences, shape (n, n)."""
    worth: Vectors
    """What each is worth by itself, shape (n,)."""
    leans: NDArray[np.bool_]
    """Shape (n,)."""
    has: Vectors
    """1 where a sentence has a stem, shape (n, m)."""
    recurs: Vectors
    """How many sentences have each stem, 0 for one that does not recur; shape (m,)."""


def summarise(snapshot: Snapshot, section_id: str, stems: Collection[str] = ()) -> list[Part]:
    """The main points of a section; of those rather that have stems of what is asked about it."""
    section = snapshot.section(section_id)
    telling = _telling(section)
    if not telling:
        return []
    piece = _read(snapshot, section, telling, frozenset(stems))
    return [Part(section, tuple(telling[place] for place in sorted(_choose(piece))))]


def moral_of(snapshot: Snapshot, section_id: str) -> list[Part]:
    """The moral that a section prints of itself; nothing where it prints none."""
    section = snapshot.section(section_id)
    moral = tuple(sentence for sentence in section.sentences if sentence.voice is Voice.MORAL)
    return [Part(section, moral)] if moral else []


def _telling(section: SectionRecord) -> list[SentenceRecord]:
    """The sentences of the piece that say something alone, no mottos; all that may be cited where there are none."""
    citable = [sentence for sentence in section.sentences if sentence.voice in CITABLE_VOICES]
    own = [sentence for sentence in citable if sentence.voice is not Voice.EPIGRAPH]
    return [sentence for sentence in own if sentence.voice is Voice.MORAL or _says_something(sentence)] or citable


def _says_something(sentence: SentenceRecord) -> bool:
    text = sentence.text
    is_long = len(text.split()) >= _LEAST_WORDS and len(set(content_stems(text))) >= _LEAST_STEMS
    return is_long and not text.endswith(":")


def _read(
    snapshot: Snapshot, section: SectionRecord, sentences: Sequence[SentenceRecord], asked: frozenset[str]
) -> _Piece:
    vectors = _vectors(snapshot, sentences)
    whole = [sentence for sentence in section.sentences if sentence.voice in CITABLE_VOICES]
    middle = _vectors(snapshot, whole).mean(axis=0)
    stems = [frozenset(content_stems(sentence.text)) for sentence in sentences]
    counts = Counter(stem for said in stems for stem in said)
    columns = {stem: place for place, stem in enumerate(counts)}
    has = np.zeros((len(sentences), len(columns)), dtype=np.float32)
    for place, said in enumerate(stems):
        has[place, [columns[stem] for stem in said]] = 1
    own = np.array([_own_worth(sentence) for sentence in sentences], dtype=np.float32)
    about = np.array([len(asked & said) for said in stems], dtype=np.float32)
    nearness = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
    return _Piece(
        sentences=sentences,
        words=np.array([len(sentence.text.split()) for sentence in sentences]),
        alike=vectors @ vectors.T,
        worth=nearness + own + _place_worth(section, sentences) + _ASKED * about,
        leans=np.array([LEANS.match(sentence.text) is not None for sentence in sentences]),
        has=has,
        recurs=np.array([count if count > 1 else 0 for count in counts.values()], dtype=np.float32),
    )


def _own_worth(sentence: SentenceRecord) -> float:
    """What a sentence is worth by what it is."""
    if sentence.voice is Voice.MORAL:
        return _MORAL
    asks = sentence.text.rstrip("”’\"' ").endswith("?")
    return _BORROWED * sum((asks, sentence.is_list_item, sentence.voice in _OTHERS))


def _place_worth(section: SectionRecord, sentences: Sequence[SentenceRecord]) -> Vectors:
    """What each is worth by where it stands, shape (n,)."""
    openings = frozenset(_openings(section))
    opens = np.array([sentence.ordinal in openings for sentence in sentences], dtype=np.float32)
    closes = np.arange(len(sentences)) > len(sentences) * 7 / 8
    return _OPENS * opens + _CLOSES * closes.astype(np.float32)


def _openings(section: SectionRecord) -> Iterator[int]:
    """The ordinals of the sentences that open a paragraph."""
    paragraph = None
    for sentence in section.sentences:
        if sentence.voice in CITABLE_VOICES and sentence.paragraph != paragraph:
            paragraph = sentence.paragraph
            yield sentence.ordinal


def _choose(piece: _Piece) -> list[int]:
    """The places of the sentences that tell most, best first, while they fit; one at least."""
    chosen: list[int] = []
    free = np.ones(len(piece.sentences), dtype=np.bool_)
    leans = piece.leans.copy()
    repeats = np.zeros(len(piece.sentences), dtype=np.float32)
    recurs = piece.recurs.copy()
    most = max(float((piece.has @ recurs).max(initial=0.0)), 1e-9)
    left = _WORDS
    while (fits := free & (piece.words <= left)).any() or not chosen:
        adds = piece.worth + _RECURRING * (piece.has @ recurs) / most + _LEANING * leans - _REPETITION * repeats
        each = np.where(adds > 0, adds / piece.words**_LENGTH, adds)
        best = int(np.argmax(np.where(fits if chosen or fits.any() else free, each, -np.inf)))
        chosen.append(best)
        free[best] = False
        left -= int(piece.words[best])
        repeats = np.maximum(repeats, piece.alike[best])
        recurs = np.where(piece.has[best] > 0, recurs * _TOLD_AGAIN, recurs)
        _no_longer_leans(piece, leans, best)
    return chosen


def _no_longer_leans(piece: _Piece, leans: NDArray[np.bool_], told: int) -> None:
    """The sentence right after one that is told leans on what is there."""
    after = told + 1
    if after < len(leans) and piece.sentences[after].ordinal == piece.sentences[told].ordinal + 1:
        leans[after] = False


def _vectors(snapshot: Snapshot, sentences: Sequence[SentenceRecord]) -> Vectors:
    """The vectors of sentences, shape (n, dimensions); zeros where one has none."""
    vectors = np.zeros((len(sentences), snapshot.sentence_vectors.shape[1]), dtype=np.float32)
    for place, sentence in enumerate(sentences):
        if sentence.row is not None:
            vectors[place] = snapshot.sentence_vectors[sentence.row]
    return vectors
