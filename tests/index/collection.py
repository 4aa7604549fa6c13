"""A small collection of our own in a folder of its own: what most tests of the index stand on."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from index.catalogue import CatalogueEntry, Profile
from index.model import Section, Volume
from index.reading import read_volume
from index.settings import PACKAGE_ROOT, Settings
from index.texts import SourceText

DATA = PACKAGE_ROOT / "tests" / "data"

LAMPS = (
    "Thorne describes a tower where the oil grows slow in winter and the keepers sit close to the stove. Thorne "
    "holds that a cold keeper makes mistakes, and that a mistake at night may cost a ship. Thorne asks the guild for "
    "a second stove in every tower, and reports that nine towers out of forty have one already. Thorne wants the "
    "inspectors to come in January rather than in June, when nobody is cold."
)
FOG = (
    "Okafor says that fog has no edges and that a bell is the only answer to it. Okafor reports that the great bell "
    "weighs as much as four oxen and can be heard for two miles when the wind is kind. Okafor proposes that the "
    "fishermen take turns at the rope, since the harbour master cannot ring all night and write the log as well. "
    "Okafor adds that three strokes tell a boat from a church."
)


@dataclass(frozen=True)
class Collection:
    """A catalogue, its digests and its texts, with a home to index them into."""

    folder: Path

    @property
    def seeds(self) -> Path:
        return self.folder / "seeds"

    @property
    def texts(self) -> Path:
        return self.folder / "texts"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, texts=self.texts, seeds=self.seeds)

    def put_digest(self, *pieces: str, volume_id: str = "harbour-papers") -> None:
        """Write a volume's digest."""
        head = f"# {title_of(volume_id)}\n\n> A digest of our own.\n\n"
        (self.seeds / "digests" / f"{volume_id}.md").write_text(head + "\n".join(pieces), encoding="utf-8")

    def put_catalogue(self, *volume_ids: str, extra: str = "") -> None:
        """Write the catalogue; the file of a volume is `<id>.txt`, with the checksum that it has now."""
        entries = []
        for volume_id in volume_ids or ("harbour-papers",):
            path = self.texts / f"{volume_id}.txt"
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "0" * 64
            entries.append(
                f'[[volume]]\nid = "{volume_id}"\ntitle = "{title_of(volume_id)}"\nfile = "{path.name}"\n'
                f'sha256 = "{sha256}"\nrights = "Ours."\ncredit = "The keepers"\n'
            )
        (self.seeds / "catalogue.toml").write_text("\n".join(entries) + extra, encoding="utf-8")


def make_collection(folder: Path, models: Path) -> Collection:
    """Two short pieces by two people; `models` holds the exported embedder, which is shared."""
    collection = Collection(folder)
    for path in (collection.seeds / "digests", collection.texts, collection.home):
        path.mkdir(parents=True)
    (collection.home / "models").symlink_to(models, target_is_directory=True)
    collection.put_catalogue()
    collection.put_digest(
        piece("Lamps in winter", "**Ada Thorne**, head keeper", LAMPS),
        piece("The bell", "**Benedict Okafor**, harbour master and director", FOG),
    )
    return collection


def piece(title: str, byline: str, *paragraphs: str) -> str:
    """One piece of a digest."""
    return "\n\n".join((f"## {title}", byline, "<!-- lines 1-9 -->", *paragraphs)) + "\n"


def title_of(volume_id: str) -> str:
    """The title that the tests give a volume."""
    return volume_id.replace("-", " ").title()


def read(text: str, volume_id: str = "harbour-papers", profile: Profile | None = None) -> Volume:
    """Read a text that no catalogue has heard of as a full text."""
    entry = CatalogueEntry(
        id=volume_id,
        title=title_of(volume_id),
        file=f"{volume_id}.txt",
        sha256="0" * 64,
        profile=profile or Profile(),
    )
    return read_volume(entry, SourceText(entry.file, "full text", text, "0" * 64))


def read_data(name: str, profile: Profile | None = None) -> Volume:
    """Read one of the texts in tests/data."""
    return read((DATA / name).read_text(encoding="utf-8"), Path(name).stem, profile)


def section_of(volume: Volume, title: str) -> Section:
    """The only section with a title, in whichever case it is printed."""
    (section,) = (section for section in volume.sections if section.title.casefold() == title.casefold())
    return section


def texts_of(section: Section, voice: str) -> list[str]:
    """The sentences of a section that have a voice."""
    return [sentence.text for sentence in section.sentences if sentence.voice == voice]
