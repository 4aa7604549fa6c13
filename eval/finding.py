"""How well the right places are found, before an answer is made of them.

In: a finder and questions that have an answer. Out: a `FindingReport` with a row for every question and figures by
kind. A place is judged as `eval.metrics` judges a citation of it.

- passage@k: a place among the best k overlaps gold lines. Where all golds are needed, any of them counts here.
- golds@8: where all golds are needed, the share of them that the best 8 places overlap.
- section@k: a place among the best k lies in a gold section.
- nDCG@10: a place gains one for every gold that it is the first to overlap; golds that are alternatives are one.
- people: of the top places that lie in a gold section, the share that names its people.
- resolved: of the questions that name a gold writer by surname, the share of which exactly gold writers are asked.
- misled: share of the questions that are looked for among the pieces of somebody who is no gold writer.
- words@5: how many words the best 5 places show, at the median. A large chunk overlaps gold lines more easily.

Success and nDCG (Järvelin and Kekäläinen 2002) are trec_eval's, through ir_measures.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ir_measures
from ir_measures import Success, nDCG
from pydantic import BaseModel

from eval.metrics import score
from eval.runner import quantile
from eval.schema import Gold, Question
from index.catalogue import FILE, load_catalogue
from index.model import Edition, Span
from index.names import fold
from index.records import PassageRecord
from rag.answer import Answer, Ask, Citation
from rag.engine import Engine

DEPTH = 10
"""How many places are judged."""
MEASURES = (
    "passage_1", "passage_5", "passage_8", "golds_8", "section_1", "section_5", "ndcg_10", "people", "resolved",
    "misled", "words_5", "ms_p50",
)  # fmt: skip
_GOLDS_DEPTH, _WORDS_DEPTH = 8, 5
_PASSAGE = {"passage_1": Success @ 1, "passage_5": Success @ 5, "passage_8": Success @ 8, "ndcg_10": nDCG @ 10}
_SECTION = {"section_1": Success @ 1, "section_5": Success @ 5}


@dataclass(frozen=True, slots=True)
class Place:
    """A run of text that was found: `source[start:end]` of a file, whose lines count from 1.

    `section` and `people` are None where the finder knows none.
    """

    file: str
    edition: Edition
    start: int
    end: int
    lines: tuple[int, int]
    text: str
    section: str | None = None
    people: tuple[str, ...] | None = None


Finder = Callable[[Question], Sequence[Place]]
"""Places for a question, best first."""


class FindingRow(BaseModel):
    """One question's scores; None where a measure does not apply."""

    id: str
    kind: str
    passage_1: float
    passage_5: float
    passage_8: float
    golds_8: float | None
    section_1: float | None
    section_5: float | None
    ndcg_10: float
    people: float | None
    resolved: float | None = None
    misled: float | None = None
    words_5: int
    ms: float


class FindingReport(BaseModel):
    """Figures over the questions that have an answer, by kind, and all rows."""

    finder: str
    questions: int
    overall: dict[str, float]
    by_kind: dict[str, dict[str, float]]
    rows: list[FindingRow]


def eval_finding(
    name: str,
    find: Finder,
    questions: Sequence[Question],
    progress: Callable[[], object] = lambda: None,
    asked: Callable[[Question], Sequence[str]] | None = None,
) -> FindingReport:
    """Let a finder look for the answer of every question that has one; `asked` names the people it looks among."""
    rows = []
    for question in questions:
        if question.answerable:
            began = time.perf_counter()
            places = find(question)
            row = judge(question, places, (time.perf_counter() - began) * 1000)
            rows.append(row.model_copy(update=_people_asked(question, asked(question))) if asked else row)
        progress()
    return FindingReport(
        finder=name,
        questions=len(rows),
        overall=figures(rows),
        by_kind={kind: figures([row for row in rows if row.kind == kind]) for kind in sorted({r.kind for r in rows})},
        rows=rows,
    )


def judge(question: Question, places: Sequence[Place], ms: float = 0.0) -> FindingRow:
    """Score the places found for a question, best first; only the first 10 count."""
    places = places[:DEPTH]
    verdicts = [[_verdict(question, gold, place) for gold in question.gold] for place in places]
    passages = [{n for n, (_, hit, _) in enumerate(golds) if hit} for golds in verdicts]
    sections = [{n for n, (hit, _, _) in enumerate(golds) if hit} for golds in verdicts]
    top = [right for _, _, right in verdicts[0] if right is not None] if places else []
    knows_people = bool(places) and places[0].people is not None
    knows_sections = all(place.section is not None for place in places)
    return FindingRow.model_validate(
        {"section_1": None, "section_5": None}
        | _ranked(passages, question, _PASSAGE)
        | (_ranked(sections, question, _SECTION) if knows_sections else {})
        | {
            "id": question.id,
            "kind": question.kind,
            "golds_8": _share(passages[:_GOLDS_DEPTH], question),
            "people": max(top) if top and knows_people else None,
            "words_5": sum(len(place.text.split()) for place in places[:_WORDS_DEPTH]),
            "ms": round(ms, 1),
        }
    )


def _people_asked(question: Question, asked: Sequence[str]) -> dict[str, float | None]:
    """Whether the people whose pieces are looked at are the gold ones."""
    gold = {fold(name) for each in question.gold for name in each.authors}
    words = set(fold(question.question).replace("'s", "").split())
    named = {name for name in gold if name.split()[-1] in words}
    found = {fold(name) for name in asked}
    strangers = found - {name for name in found if any(name in other or other in name for other in gold)}
    return {
        "resolved": float(bool(found) and not strangers) if named else None,
        "misled": float(bool(strangers)),
    }


def figures(rows: Sequence[FindingRow]) -> dict[str, float]:
    """The measures over some rows; a measure that applies to none of them is left out."""
    found: dict[str, float] = {}
    for measure in MEASURES[:-2]:
        values = [value for row in rows if (value := getattr(row, measure)) is not None]
        if values:
            found[measure] = round(statistics.fmean(values), 4)
    if rows:
        found["words_5"] = statistics.median(row.words_5 for row in rows)
        found["ms_p50"] = quantile([row.ms for row in rows], 0.5)
    return found


def byline_finder(engine: Engine) -> Finder:
    """What Byline finds, through the engine's own way of finding."""
    place = passage_places(engine)

    def find(question: Question) -> list[Place]:
        hits = engine.find(Ask(question=question.question, history=question.history), DEPTH)
        return [place(hit.passage) for hit in hits]

    return find


def byline_people(engine: Engine) -> Callable[[Question], Sequence[str]]:
    """Whom Byline understands a question to ask."""
    return lambda question: engine.people_asked(Ask(question=question.question, history=question.history))


def passage_places(engine: Engine) -> Callable[[PassageRecord], Place]:
    """Where the engine's passages stand."""
    files = {entry.id: entry.file for entry in load_catalogue(engine.settings.seeds / FILE)}
    return lambda passage: _place(engine, passage, files)


def holds_gold(question: Question, place: Place) -> bool:
    """Whether a place overlaps the lines of any gold."""
    return any(_verdict(question, gold, place)[1] for gold in question.gold)


def in_gold_section(question: Question, place: Place) -> bool:
    """Whether a place lies in the section of any gold."""
    return any(_verdict(question, gold, place)[0] for gold in question.gold)


def as_answer(question: Question, place: Place | None) -> Answer:
    """The answer that consists of one place, or silence where there is none."""
    return Answer(
        id=question.id,
        question=question.question,
        standalone_question=question.question,
        status="answered" if place else "abstained",
        reason=None if place else "not_in_collection",
        answer=place.text if place else "",
        sentences=[],
        citations=[_citation(place)] if place else [],
        notes=[],
        confidence=1.0,
        composer="extractive",
        timings_ms={},
    )


def _verdict(question: Question, gold: Gold, place: Place) -> tuple[bool, bool, float | None]:
    """Whether a place lies in a gold's section and on its lines, and, if there, whether it names its people."""
    alone = question.model_copy(update={"gold": [gold], "facts": [], "forbid": []})
    row = score(alone, as_answer(alone, place), lambda _: "", 0.0)
    return bool(row.section_hit), bool(row.passage_hit), row.author_accuracy


def _ranked(found: Sequence[set[int]], question: Question, measures: dict[str, Any]) -> dict[str, float]:
    """Rank measures of places, given the golds that each of them holds."""
    needed = _needed(found, question)
    left = set(range(len(question.gold) if _all_needed(question) else 1))
    judged: dict[str, int] = {}
    for rank, golds in enumerate(needed):
        if new := golds & left:
            judged[f"place {rank}"] = len(new)
            left -= new
    judged |= {f"gold {number}": 1 for number in left}
    run = {f"place {rank}": float(-rank) for rank in range(max(1, len(found)))}
    values = ir_measures.iter_calc(list(measures.values()), {question.id: judged}, {question.id: run})
    by_measure = {value.measure: float(value.value) for value in values}
    return {name: by_measure[measure] for name, measure in measures.items()}


def _needed(found: Sequence[set[int]], question: Question) -> list[set[int]]:
    """The golds of each place; those that are alternatives are one, number 0."""
    return [set(golds) if _all_needed(question) else {0} if golds else set() for golds in found]


def _share(found: Sequence[set[int]], question: Question) -> float | None:
    return len(set().union(*found)) / len(question.gold) if _all_needed(question) else None


def _all_needed(question: Question) -> bool:
    return question.gold_match == "all" and len(question.gold) > 1


def _place(engine: Engine, passage: PassageRecord, files: dict[str, str]) -> Place:
    section = engine.snapshot.section(passage.section_id)
    spans = [span for sentence in section.sentences[passage.first : passage.last + 1] for span in sentence.spans]
    span = Span(min(span.start for span in spans), max(span.end for span in spans))
    source = engine.snapshot.source(section.volume_id)
    first = source.count("\n", 0, span.start) + 1
    return Place(
        file=files.get(section.volume_id, section.file) if section.edition == "digest" else section.file,
        edition=section.edition,
        start=span.start,
        end=span.end,
        lines=(first, first + source.count("\n", span.start, span.end)),
        text=passage.text,
        section=section.title,
        people=tuple(author.name for author in section.authors),
    )


def _citation(place: Place) -> Citation:
    return Citation(
        id=1,
        volume=place.file,
        volume_id=place.file,
        file=place.file,
        edition=place.edition,
        section=place.section or "",
        section_id="",
        kind="",
        authors=list(place.people or ()),
        byline="unknown",
        voice="own",
        speaker=None,
        start=place.start,
        end=place.end,
        lines=list(place.lines),
        page=None,
        quote=place.text,
        url="",
        credit="",
    )
