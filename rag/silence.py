"""Why there is no answer, in words, and whom to ask instead.

In: a `Run` for which nothing was found. Out: the reason; the run says it, and suggests who does write about it.
"""

from collections.abc import Sequence

from index.records import PersonRecord, SectionRef
from rag.answer import Reason
from rag.frame import people_in_words, verb
from rag.looking import look
from rag.run import Run
from rag.suggest import suggested


def why_not(run: Run, people: Sequence[PersonRecord]) -> Reason:
    """The reason to be silent for these people, with a note on who does write about it."""
    names = [person.name for person in people] or list(run.understood.strangers)
    if not names:
        run.silence = "Nothing that answers this was found in the collection."
        return "not_in_collection"
    snapshot = run.tools.snapshot
    elsewhere = look(run, run.scope)
    is_elsewhere = elsewhere.probability >= run.tools.calibration.threshold
    found = [snapshot.section_refs[hit.passage.section_id] for hit in elsewhere.hits[:3]]
    others = _writers(found, names)
    if is_elsewhere:
        run.suggestions = suggested(snapshot.people(), found, others)
    if not people:
        are = verb(names, "is", "are")
        unknown = f"{people_in_words(names)} {are} not among the writers here"
        run.silence = f"{unknown}, and no words of theirs on this were found."
        return "not_in_collection"
    if is_elsewhere and others:
        run.silence = f"{people_in_words(others)} {verb(others, 'writes', 'write')} about this. {nothing_by(names)}"
    else:
        run.silence = (
            f"{people_in_words(names)} {verb(names, 'writes', 'write')} here, but nothing about this was found."
        )
    return "not_by_this_person"


def nothing_by(names: Sequence[str]) -> str:
    """What is said of people by whom nothing was found: no more than that, since it may be there all the same."""
    return f"Nothing by {' or '.join(names)} on this was found here."


def _writers(refs: Sequence[SectionRef], without: Sequence[str]) -> list[str]:
    """Who wrote these pieces, two at most."""
    names = [name for ref in refs for name in ref.authors]
    return [name for name in dict.fromkeys(names) if name not in without][:2]
