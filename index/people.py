"""The registry of people: who wrote something here, under every name and role that the texts print.

In: volumes as read. Out: one `Person` a writer. Bylines that print the same name (case, accents, hyphens and honorifics
aside) are one person, in whichever volume they stand; a name one letter apart is the same person's, misspelt, where it
stands in a volume that the person wrote for and nobody else is called so. Nobody is joined by surname alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from index.model import Author, Byline, Person, Role, Volume
from index.names import find_names, fold
from index.slugs import slug, unique


@dataclass
class _Gathered:
    name: str
    aliases: list[str] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    section_ids: list[str] = field(default_factory=list)
    volume_ids: list[str] = field(default_factory=list)

    def add(self, author: Author, byline: Byline, section_id: str, volume_id: str) -> None:
        _append_new(self.aliases, f"{author.honorific} {author.name}" if author.honorific else author.name)
        if author.role and author.role not in [role.text for role in self.roles]:
            self.roles.append(Role(author.role, section_id, byline.evidence))
        _append_new(self.section_ids, section_id)
        _append_new(self.volume_ids, volume_id)


def gather_people(volumes: Sequence[Volume]) -> tuple[Person, ...]:
    """Everybody who is on a byline, in the order of their first piece."""
    found: dict[str, _Gathered] = {}
    for volume in volumes:
        for section in volume.sections:
            for author in section.byline.authors:
                gathered = found.setdefault(_key(author.name), _Gathered(author.name))
                gathered.add(author, section.byline, section.id, volume.id)
    for volume in volumes:
        _add_misspellings(found, volume)
    taken: set[str] = set()
    return tuple(
        Person(unique(slug(g.name), taken), g.name, tuple(g.aliases), tuple(g.roles), tuple(g.section_ids))
        for g in found.values()
    )


def _key(name: str) -> str:
    return fold(name).replace("-", " ")


def _add_misspellings(found: dict[str, _Gathered], volume: Volume) -> None:
    """Names in the running text that are a writer's but for one letter, or the same but for a hyphen."""
    writers = {key: gathered for key, gathered in found.items() if volume.id in gathered.volume_ids}
    for printed in _printed_names(volume):
        key = _key(printed)
        close = [g for k, g in writers.items() if k.split()[0] == key.split()[0] and OSA.distance(k, key) <= 1]
        if len(close) == 1 and printed != close[0].name and (key in writers or key not in found):
            _append_new(close[0].aliases, printed)


def _printed_names(volume: Volume) -> Iterable[str]:
    return dict.fromkeys(
        name.name for section in volume.sections for sentence in section.sentences for name in find_names(sentence.text)
    )


def _append_new(values: list[str], value: str) -> None:
    if value and value not in values:
        values.append(value)
