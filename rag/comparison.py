"""An answer in parts: one for each person who is compared, or for each of two things.

In: a `Run`. Out: a `Draft` with parts of like length, in the order asked.
"""

from collections.abc import Sequence
from dataclasses import replace

from index.records import PersonRecord
from rag.compose import Budget, Part, compose
from rag.contrast import Side
from rag.figure_answer import gives_what_is_asked
from rag.lexicon import content_stems
from rag.looking import is_enough, look
from rag.question import Sort, put_to
from rag.retrieve import Mask
from rag.run import Draft, Run
from rag.scope import both, rows_around, rows_by
from rag.silence import nothing_by
from rag.starting import embed_question

_COMPARED = 0.5
"""Of several people asked together, one is heard where the evidence reaches this share of what is else required."""
_COMPARED_POOL = 6
"""So many passages are read for a comparison, shared between its sides."""
_COMPARED_WORDS = 220
"""So many words a comparison may have, those included that say whose part is which."""
_FRAME_WORDS = 18
"""So many words say whose part it is and where it stands, with a long title."""


def compare(run: Run, people: Sequence[PersonRecord]) -> Draft:
    """One part a person, of like length; by whom nothing about it is found is named."""
    snapshot = run.tools.snapshot
    parts: list[Part] = []
    best = 0.0
    for person in people:
        asked = run.understood.asked_of.get(person.id, "")
        own = _asking(run, asked)
        scope = both(run.scope, rows_by(snapshot, [person]))
        found = look(own, scope, _COMPARED_POOL // len(people), asked=asked)
        best = max(best, found.probability)
        if not is_enough(own, found, _COMPARED):
            run.notes.append(nothing_by([person.name]))
            continue
        parts += compose(snapshot, found.candidates, Sort.COMPARE, _share(len(people)))
    if parts:
        return Draft(parts, best)
    names = [person.name for person in people]
    run.silence = nothing_by(names)
    run.notes.clear()
    return Draft((), best, "not_by_this_person")


def contrast(run: Run) -> Draft | None:
    """One part for each of two things compared, from two pieces; None where either is not found.

    The side that people or names tell the place of is looked for first, and the other elsewhere.
    """
    snapshot = run.tools.snapshot
    sides = run.understood.sides
    parts: dict[int, list[Part]] = {}
    taken: set[str] = set()
    least = 1.0
    for place in sorted(range(len(sides)), key=lambda place: not (sides[place].people or sides[place].names)):
        side = sides[place]
        understood = put_to(run.understood, side)
        own = replace(run, understood=understood, vector=embed_question(run.tools, understood))
        found = look(own, _scope_of_side(run, side, taken), _COMPARED_POOL // len(sides), asked=side.asked)
        if not is_enough(own, found, _COMPARED, bool(side.people)) or not gives_what_is_asked(own, found):
            return None
        parts[place] = compose(snapshot, found.candidates, Sort.COMPARE, _share(len(sides)))
        taken |= {part.section.id for part in parts[place]}
        least = min(least, found.probability)
    return Draft([part for place in sorted(parts) for part in parts[place]], least)


def _scope_of_side(run: Run, side: Side, taken: set[str]) -> Mask | None:
    """The rows that may answer for one side; no piece that answers for the other."""
    snapshot = run.tools.snapshot
    return both(
        run.scope,
        rows_by(snapshot, side.people) if side.people else None,
        rows_around(snapshot, side.names) if side.names else None,
        ~snapshot.passage_mask(frozenset(taken)),
    )


def _asking(run: Run, asked: str) -> Run:
    """A run that asks no more than these words of the question; the same where none of them says what it is about."""
    said = frozenset(content_stems(asked))
    stems, meant = (
        tuple(token for token in of if token in said) for of in (run.understood.stems, run.understood.meant)
    )
    return replace(run, understood=replace(run.understood, stems=stems, meant=meant)) if stems and meant else run


def _share(sides: int) -> Budget:
    """How much may be said for each of so many sides."""
    return Budget(sentences=4 if sides == 2 else 3, words=_COMPARED_WORDS // sides - _FRAME_WORDS, parts=1)
