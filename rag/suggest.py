"""Whom to ask instead, where nothing by the one who was asked was found.

In: the pieces in which something was found, and names on their bylines. Out: these people, each with such a piece.
"""

from collections.abc import Sequence

from index.records import PersonRecord, SectionRef
from rag.answer import Suggestion


def suggested(people: Sequence[PersonRecord], found: Sequence[SectionRef], names: Sequence[str]) -> list[Suggestion]:
    """The people of these names who wrote what was found, in the order of the names.

    Args:
        people: everybody who writes in the collection.
        found: the pieces, best first.
        names: as bylines print them.
    """
    suggestions: list[Suggestion] = []
    for name in names:
        piece = next(ref for ref in found if name in ref.authors)
        for person in people:
            if name in (person.name, *person.aliases) and any(ref.id == piece.id for ref in person.sections):
                suggestion = Suggestion(id=person.id, name=person.name, section=piece.title, section_id=piece.id)
                suggestions.append(suggestion)
                break
    return suggestions
