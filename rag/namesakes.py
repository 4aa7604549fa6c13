"""Whose words are asked for, where a name fits several writers.

In: a `Run`. Out: the people meant: of several of one name the one who writes about it. Where two do alike nobody is
preferred, and the run says whom to ask for.
"""

from collections.abc import Sequence

from index.records import PersonRecord
from rag.answer import Suggestion
from rag.frame import people_in_words, verb
from rag.looking import POOL, look
from rag.people import Mention
from rag.run import Run
from rag.scope import both, rows_by

_NEAR_TIE = 0.03
"""Two whose evidence is as probable as this write about it alike."""


def people_meant(run: Run) -> tuple[PersonRecord, ...]:
    """The speakers; of several of one name the preferred one, nobody at all where none of them is."""
    people = run.understood.speakers
    if len(people) > 1 and any(mention.is_ambiguous for mention in run.understood.mentions):
        return _prefer(run)
    return people


def people_looked_for(run: Run) -> tuple[PersonRecord, ...]:
    """The people meant; all the speakers where that is nobody."""
    return people_meant(run) or run.understood.speakers


def _prefer(run: Run) -> tuple[PersonRecord, ...]:
    chosen: list[PersonRecord] = []
    for mention in run.understood.mentions:
        if not mention.is_ambiguous:
            chosen += [person for person in mention.candidates if person in run.understood.speakers]
            continue
        meant = _of_one_name(run, mention)
        if not meant:
            return ()
        chosen += meant
    return tuple(dict.fromkeys(chosen))


def _of_one_name(run: Run, mention: Mention) -> list[PersonRecord]:
    """The one who writes about it, with a note on the others; all where nobody does, nobody where two do alike."""
    snapshot = run.tools.snapshot
    share = POOL // len(mention.candidates)
    scored = sorted(
        ((look(run, both(run.scope, rows_by(snapshot, [p])), share).probability, p) for p in mention.candidates),
        key=lambda item: -item[0],
    )
    people = [person for _, person in scored]
    if scored[0][0] < run.tools.calibration.threshold:
        return people
    if scored[0][0] - scored[1][0] < _NEAR_TIE:
        _ask_back(run, mention, people)
        return []
    _note_others(run, mention, people)
    return people[:1]


def _ask_back(run: Run, mention: Mention, people: Sequence[PersonRecord]) -> None:
    names = people_in_words([person.name for person in people])
    run.silence = f"{mention.text} may be {names}; both write about this. Ask with the full name."
    run.suggestions = [Suggestion(id=person.id, name=person.name) for person in people]


def _note_others(run: Run, mention: Mention, people: Sequence[PersonRecord]) -> None:
    """Say who else has the name of the first of these people."""
    rest = [person.name for person in people[1:]]
    run.notes.append(
        f"{people_in_words(rest)} also {verb(rest, 'writes', 'write')} in this collection, "
        f"but {verb(rest, 'is', 'are')} someone else; {mention.text} is read as {people[0].name}."
    )
