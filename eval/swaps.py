"""Whether an answer depends on who is asked: another name, and no name.

In: an engine, questions that name one gold writer, and the answers they got. Out: a `SwapReport`.

- Swap: the name gives way to that of another writer of the collection who does not write about it. A true answer
  changes or is silent; the former writer's words must never come under the new name.
- Suppression: the name gives way to "someone". The words alone should still lead to the writer.

A writer does not write about it where all their pieces together have less than half of what the question is about: its
stems that are no names, by rarity. Of such writers one is drawn by the question's id, from the same volume if possible.
"""

import hashlib
import re
import statistics
from collections.abc import Callable, Sequence

from pydantic import BaseModel

from eval.metrics import score
from eval.schema import Question
from index.names import fold
from index.records import PersonRecord
from rag.answer import Answer, Ask
from rag.engine import Engine
from rag.frame import QUOTING
from rag.people import Mention, find_people
from rag.question import understand

_ANYBODY = "someone"
_ENOUGH = 0.5
"""Who has this share of what a question is about may write about it."""
_TITLES = re.compile(r"“[^”]*”|‘[^’]*’|(?<!\w)'[^']{3,}'(?!\w)|\"[^\"]*\"")
SWAP_MEASURES = ("swap_changed", "swap_silent", "swap_former_cited", "swap_misattributed", "suppressed_cited")


class SwapRow(BaseModel):
    """One question asked again under another name and without a name; None where it was not."""

    id: str
    question: str
    former: str
    new: str | None
    answered: bool
    """Whether there was an answer to the question as it stands."""
    changed: bool | None
    """Silent, or an answer that shares no citation with the one before."""
    silent: bool | None
    former_cited: bool | None
    """Whether a piece by the former writer, and not by the new one, is cited."""
    misattributed: bool | None
    """Whether the former writer's words stand under the new name."""
    suppressed_cited: bool | None
    """Whether, nobody being named, a gold place is still cited; None where there was no answer before."""


class SwapReport(BaseModel):
    """All rows and their means, each over the rows it applies to."""

    overall: dict[str, float]
    rows: list[SwapRow]


def eval_swaps(
    engine: Engine, questions: Sequence[Question], progress: Callable[[], object] = lambda: None
) -> SwapReport:
    """Ask every question that names exactly one gold writer again, under another name and under none."""
    rows = []
    for question in questions:
        if named := _named(engine, question):
            rows.append(_asked_again(engine, question, *named))
        progress()
    found = {
        "swap_changed": [row.changed for row in rows],
        "swap_silent": [row.silent for row in rows],
        "swap_former_cited": [row.former_cited for row in rows],
        "swap_misattributed": [row.misattributed for row in rows],
        "suppressed_cited": [row.suppressed_cited for row in rows],
    }
    kept = {name: [float(value) for value in values if value is not None] for name, values in found.items()}
    return SwapReport(
        overall={name: round(statistics.fmean(values), 4) for name, values in kept.items() if values}, rows=rows
    )


def _named(engine: Engine, question: Question) -> tuple[Mention, PersonRecord] | None:
    """The one name in a question, outside titles, if it is that of the only gold writer."""
    bare = _TITLES.sub(lambda match: " " * len(match.group()), question.question)
    mentions = find_people(bare, engine.lexicon)
    gold = {fold(name) for each in question.gold for name in each.authors}
    if not question.answerable or len(mentions) != 1 or mentions[0].is_ambiguous or len(gold) != 1:
        return None
    (person,) = mentions[0].candidates
    known = {fold(person.name), *map(fold, person.aliases)}
    return (mentions[0], person) if known & gold else None


def _asked_again(engine: Engine, question: Question, mention: Mention, former: PersonRecord) -> SwapRow:
    before = _ask(engine, question, question.question)
    other = another_writer(engine, question, former)
    row = SwapRow(
        id=question.id, question=question.question, former=former.name, new=other.name if other else None,
        answered=before.status == "answered", changed=None, silent=None, former_cited=None, misattributed=None,
        suppressed_cited=None,
    )  # fmt: skip
    if other is not None:
        after = _ask(engine, question, _renamed(question, mention, other.name))
        row = row.model_copy(update=judge_swap(before, after, former, other))
    if row.answered:
        unnamed = _ask(engine, question, _renamed(question, mention, _ANYBODY))
        found = score(question, unnamed, engine.snapshot.source, 0.0)
        row.suppressed_cited = bool(found.section_hit)
    return row


def judge_swap(before: Answer, after: Answer, former: PersonRecord, new: PersonRecord) -> dict[str, bool]:
    """What became of an answer under another name, as the fields of a `SwapRow`."""
    places = {(c.section_id, c.start) for c in before.citations}
    theirs = {c.id for c in after.citations if former.name in c.authors and new.name not in c.authors}
    framed = frame_of_each_citation(after)
    return {
        "changed": not any((c.section_id, c.start) in places for c in after.citations),
        "silent": after.status == "abstained",
        "former_cited": bool(theirs),
        "misattributed": any(fold(new.name) in fold(framed.get(number, "")) for number in theirs),
    }


def frame_of_each_citation(answer: Answer) -> dict[int, str]:
    """The frame that each citation stands under, its sentence's own or the last before it: without titles and without
    the name of somebody whom its writer quotes.
    """
    found: dict[int, str] = {}
    frame = ""
    for sentence in answer.sentences:
        frame = _TITLES.sub(" ", sentence.frame).partition(QUOTING)[0] or frame
        found |= dict.fromkeys(sentence.citations, frame)
    return found


def another_writer(engine: Engine, question: Question, former: PersonRecord) -> PersonRecord | None:
    """A writer who does not write about what the question asks; None where all may."""
    stems = understand(question.question, question.history, engine.lexicon).stems
    surnames = [fold(person.name).split()[-1] for person in engine.lexicon.people]
    volumes = {ref.volume_id for ref in former.sections}
    others = [
        person
        for person in engine.lexicon.people
        if surnames.count(fold(person.name).split()[-1]) == 1
        and not {ref.id for ref in person.sections} & {ref.id for ref in former.sections}
        and fold(person.name) not in fold(question.question)
        and _share_known(engine, person, stems) < _ENOUGH
    ]
    near = [person for person in others if volumes & {ref.volume_id for ref in person.sections}]
    return min(near or others, key=lambda person: _draw(question.id, person.id), default=None)


def _share_known(engine: Engine, person: PersonRecord, stems: Sequence[str]) -> float:
    """Share of the stems, by rarity, that the pieces of a person have; all of none."""
    rows = engine.snapshot.passage_mask(frozenset(ref.id for ref in person.sections))
    total = sum(engine.lexicon.idf(token) for token in stems)
    found = sum(engine.lexicon.idf(t) for t in stems if rows[engine.snapshot.lexical.rows_with(t)].any())
    return found / total if total else 1.0


def _renamed(question: Question, mention: Mention, name: str) -> str:
    return question.question[: mention.start] + name + question.question[mention.end :]


def _ask(engine: Engine, question: Question, text: str) -> Answer:
    return engine.ask(Ask(question=text, history=question.history))


def _draw(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
