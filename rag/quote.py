"""Who said this? Looking a quotation up.

In: a quotation. Out: every place where it stands word for word, or the place that it comes nearest to with every word
that differs, or that it is not here. Spaces, punctuation, quotation marks, dashes, case, ligatures, soft hyphens and
note marks make no difference; the words and their order do.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np

from index.concordance import Concordance, SentencePart
from index.records import SectionRecord
from index.snapshot import Snapshot
from rag.answer import Citation, Filters
from rag.cite import citation_of
from rag.engine import Engine
from rag.frame import frame
from rag.others import quoted_from
from rag.quote_align import Change, Step
from rag.quote_answer import QuoteAnswer, QuoteAsk, QuotePlace, WordChange
from rag.quote_near import LEAST_WORDS, Near, nearest
from rag.quote_source import stretches, text_of
from rag.quote_words import Quotation, read_quotation
from rag.scope import filter_mask
from rag.work import work_of

_Run = tuple[int, int]
"""Places `first … last - 1` of the concordance."""

_open: "WeakKeyDictionary[Snapshot, Concordance]" = WeakKeyDictionary()
_opening = Lock()


def concordance(snapshot: Snapshot) -> Concordance:
    """The concordance of a snapshot: as published, or made now and kept while the snapshot is open."""
    with _opening:
        if snapshot not in _open:
            try:
                _open[snapshot] = Concordance.load(snapshot.folder)
            except FileNotFoundError:
                _open[snapshot] = Concordance.build((name, snapshot.sentences(name)) for name in snapshot.section_refs)
        return _open[snapshot]


def find_quote(engine: Engine, ask: QuoteAsk) -> QuoteAnswer:
    """Say where a quotation stands.

    Raises:
        QuotationError: it has no words, too many, or is no text.
        NotFound: a filter names something that is not here.
    """
    began = time.perf_counter()
    quotations = read_quotation(ask.quote)
    sections = _sections(engine, ask.filters)
    words = concordance(engine.snapshot)
    exact = _word_for_word(words, quotations, sections)
    near = [] if exact else nearest(words, quotations, sections)
    citer = _Citer(engine.snapshot, words)
    places = [citer.exact(run) for run in exact[: ask.limit]]
    places += [citer.near(found) for found in near[: ask.limit]]
    is_abridged = bool(near) and near[0].quotation.has_joints
    word_for_word = exact or (near and not near[0].differences and not is_abridged)
    return QuoteAnswer(
        quote=ask.quote,
        verdict="exact" if word_for_word else "near" if near else "not_here",
        is_abridged=is_abridged,
        count=len(exact) + len(near),
        places=places,
        notes=_notes(engine.snapshot, quotations[-1], bool(places)),
        timings_ms={"total": round((time.perf_counter() - began) * 1000, 2)},
    )


def _word_for_word(words: Concordance, quotations: Sequence[Quotation], sections: frozenset[str] | None) -> list[_Run]:
    """Where a quotation stands in a row as it is written, else as its marks read; what stands in a text comes first."""
    for quotation in quotations:
        if quotation.has_joints:
            continue
        found = words.occurrences(words.numbers([word.word for word in quotation.words]))
        if sections is not None:
            found = found[words.within(found, sections)]
        found = found[np.argsort(words.is_on_page(found), kind="stable")]
        if len(found):
            return [(int(place), int(place) + len(quotation.words)) for place in found]
    return []


def _sections(engine: Engine, filters: Filters) -> frozenset[str] | None:
    """The sections that the filters leave; None where there are none. Raises NotFound."""
    refs = engine.snapshot.section_refs
    if filters == Filters():
        return None
    filter_mask(engine.snapshot, engine.lexicon, filters)
    left = frozenset(refs)
    if filters.people:
        mask = filter_mask(engine.snapshot, engine.lexicon, Filters(people=filters.people))
        assert mask is not None
        left &= {engine.snapshot.passage_sections[row] for row in np.flatnonzero(mask)}
    if filters.volumes:
        left &= {ref.id for ref in refs.values() if ref.volume_id in filters.volumes}
    if filters.sections:
        left &= set(filters.sections)
    return left


def _notes(snapshot: Snapshot, quotation: Quotation, is_found: bool) -> list[str]:
    """What a verdict cannot say."""
    if is_found:
        return []
    digests = [volume.title for volume in snapshot.volumes() if volume.edition == "digest"]
    notes = [
        f"{title} is here as Byline's digest only, so that its own words cannot be looked up." for title in digests
    ]
    if len(quotation.words) < LEAST_WORDS:
        notes.append(f"Quotations of fewer than {LEAST_WORDS} words are only looked up word for word.")
    return notes


class _Citer:
    """Turns places of the concordance into places with citations, numbered from 1."""

    def __init__(self, snapshot: Snapshot, words: Concordance) -> None:
        self._snapshot = snapshot
        self._words = words
        self._years = {volume.id: volume.year for volume in snapshot.volumes()}
        self._number = 0

    def exact(self, run: _Run) -> QuotePlace:
        """The place of words that stand there in a row."""
        return self._place([run], 0, [])

    def near(self, found: Near) -> QuotePlace:
        """The place that a quotation comes near, with the changes where there are any."""
        said = groupby(found.steps, lambda step: step.change is Change.LEFT_OUT)
        taken = [list(steps) for left_out, steps in said if not left_out]
        runs = [(found.base + steps[0].start, found.base + steps[-1].end) for steps in taken]
        changes = [] if all(step.change is Change.SAME for step in found.steps) else list(self._changes(found))
        return self._place([run for run in runs if run[0] < run[1]], found.differences, changes)

    def _place(self, runs: Sequence[_Run], differences: int, changes: Sequence[WordChange]) -> QuotePlace:
        parts = [list(self._words.parts(*run)) for run in runs]
        section = self._snapshot.section(parts[0][0].section_id)
        return QuotePlace(
            frame=frame(section, self._years[section.volume_id], _all_quoted_from(section, parts)),
            text=" … ".join(text_of(self._snapshot, run) for run in parts),
            citations=[citation for run in parts for citation in self._cite(section, run)],
            differences=differences,
            changes=list(changes),
        )

    def _cite(self, section: SectionRecord, parts: Sequence[SentencePart]) -> list[Citation]:
        source, pages = self._snapshot.source(section.volume_id), self._snapshot.pages(section.volume_id)
        work, citations = work_of(self._snapshot, section), list[Citation]()
        for stretch in stretches(self._snapshot, parts):
            self._number += 1
            citations.append(citation_of(self._number, section, work, stretch.sentence, stretch.span, source, pages))
        return citations

    def _changes(self, found: Near) -> Iterator[WordChange]:
        """The steps in words, those of one kind in a row as one."""
        text, words = found.quotation.text, found.quotation.words
        groups = [list(steps) for _, steps in groupby(found.steps, lambda step: (step.change, _alone(step)))]
        position = 0
        for group, following in zip_longest(groups, groups[1:]):
            change, last = group[0].change, group[-1].last
            if change is Change.MISSING:
                end = position
            elif following and following[0].change is Change.LEFT_OUT and change is not Change.LEFT_OUT:
                end = words[last - 1].end
            else:
                end = words[last].start if last < len(words) else len(text)
            source = self._text(found.base + group[0].start, found.base + group[-1].end)
            yield WordChange(change=change.value, quote=text[position:end], source=source)
            position = end

    def _text(self, first: int, last: int) -> str:
        return text_of(self._snapshot, list(self._words.parts(first, last))) if first < last else ""


def _alone(step: Step) -> int:
    """Tells pairs of swapped words apart; other steps of one kind go together."""
    return step.first if step.change is Change.SWAPPED else -1


def _all_quoted_from(section: SectionRecord, runs: Iterable[Sequence[SentencePart]]) -> str | None:
    """Whom the piece quotes with all of these words; None where any are its writer's, or they are of several."""
    said = {quoted_from(section, section.sentences[part.ordinal]) for run in runs for part in run}
    return said.pop() if len(said) == 1 else None
