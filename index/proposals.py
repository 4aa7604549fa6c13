"""Proposing a catalogue entry for a file that no catalogue knows.

In: a file and what its owner says of it. Out: a `Proposal`: the entry, and what was understood of the file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from pydantic import ValidationError
from tomlkit.items import Table

from index.catalogue import FILE, AddedEntry, CatalogueEntry, load_added, load_catalogue
from index.errors import CatalogueError, EmptyText, KnownText
from index.outline import Outline, outline_source
from index.settings import Settings
from index.slugs import slug, unique
from index.texts import SourceText, read_text

Said = Mapping[str, object]
"""Fields of an entry, as in the catalogue, that the owner gives."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry for a file, and what was understood of the file."""

    entry: AddedEntry
    outline: Outline

    @property
    def toml(self) -> str:
        """The entry as it stands in the catalogue."""
        document = tomlkit.document()
        document.append("volume", tomlkit.aot())
        document["volume"].append(as_table(self.entry))
        return tomlkit.dumps(document).strip()


def propose(
    path: Path, settings: Settings, said: Said, taken: Sequence[AddedEntry] = (), again: AddedEntry | None = None
) -> Proposal:
    """Propose an entry for a file; one that was added before keeps its id and its corrections.

    Args:
        path: the file.
        settings: where catalogues and texts are.
        said: what the owner says of it.
        taken: entries proposed before in the same run.
        again: the entry that this one takes the place of; by itself that is the one which has the same file.

    Raises:
        TextError: the file is refused.
        KnownText: it is in the catalogue already.
        CatalogueError: what is said of it cannot be used.
    """
    source = read_text(path)
    place = _place(path, settings)
    added = [*load_added(settings.home), *taken]
    known = [*load_catalogue(settings.seeds / FILE), *added]
    again = again or next((entry for entry in added if entry.file == place), None)
    _refuse_known(path, source, [entry for entry in known if again is None or entry.id != again.id], settings)
    entry = _entry(path, source, {"file": place, **said}, again, {entry.id for entry in known})
    outline = outline_source(entry, source)
    if not any(piece.sentences for piece in outline.pieces):
        raise EmptyText(f"{path} holds no sentence. Check that it is the right file.")
    return Proposal(entry, outline)


def as_table(entry: AddedEntry) -> Table:
    """An entry as a table of the catalogue; what has its default is left out."""
    table = tomlkit.table()
    for name, value in entry.model_dump(mode="json", exclude_defaults=True).items():
        table.append(name, value)
    return table


def _place(path: Path, settings: Settings) -> str:
    """What the catalogue calls a file: its name alone where it is in BYLINE_TEXTS, else its absolute path."""
    absolute = path.resolve()
    return absolute.name if absolute.parent == settings.texts.resolve() else str(absolute)


def _refuse_known(path: Path, source: SourceText, known: Sequence[CatalogueEntry], settings: Settings) -> None:
    for entry in known:
        if entry.sha256 == source.sha256 or (settings.texts / entry.file).resolve() == path.resolve():
            raise KnownText(f"{path} is in the catalogue already, as {entry.id}. Run `byline index` to index it.")


def _entry(path: Path, source: SourceText, said: Said, again: AddedEntry | None, taken: set[str]) -> AddedEntry:
    title = str(said.get("title") or source.title or _first_heading(source.text) or _words_of(path.stem))
    fields: dict[str, object] = {"id": unique(slug(title), taken), "title": title}
    if again:
        fields = again.model_dump(exclude_defaults=True)
    try:
        return AddedEntry.model_validate({**fields, **said, "sha256": source.sha256})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CatalogueError(f"{path}: {place}: {first['msg']}. Correct what you said of it.") from error


def _first_heading(text: str) -> str:
    """The only heading of the first rank, where a text opens with one."""
    headings = re.findall(r"^# +(\S.*?)\s*$", text, re.MULTILINE)
    return headings[0] if len(headings) == 1 and re.match(r"\ufeff?\s*# ", text) else ""


def _words_of(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name)).strip() or "Untitled"
