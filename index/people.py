"""The registry of people: who wrote something here, under every name and role that the texts print.

In: volumes as read. Out: one `Person` a writer. Bylines that print the same name (case, accents and honorifics aside)
are one person, in whichever volume they stand; nobody is joined by surname alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from index.model import Author, Person, Volume
from index.names import fold
from index.slugs import slug, unique


@dataclass
class _Gathered:
    name: str
    aliases: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    section_ids: list[str] = field(default_factory=list)

    def add(self, author: Author, section_id: str) -> None:
        _append_new(self.aliases, f"{author.honorific} {author.name}" if author.honorific else author.name)
        _append_new(self.roles, author.role)
        _append_new(self.section_ids, section_id)


def gather_people(volumes: Iterable[Volume]) -> tuple[Person, ...]:
    """Everybody who is on a byline, in the order of their first piece."""
    found: dict[str, _Gathered] = {}
    for volume in volumes:
        for section in volume.sections:
            for author in section.byline.authors:
                gathered = found.setdefault(fold(author.name), _Gathered(author.name))
                gathered.add(author, section.id)
    taken: set[str] = set()
    return tuple(
        Person(unique(slug(g.name), taken), g.name, tuple(g.aliases), tuple(g.roles), tuple(g.section_ids))
        for g in found.values()
    )


def _append_new(values: list[str], value: str) -> None:
    if value and value not in values:
        values.append(value)
