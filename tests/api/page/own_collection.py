"""A collection of our own for the page: what its tests read and its pictures show."""

import hashlib
import shutil
from pathlib import Path

from index.build import build_index
from index.settings import Settings
from rag.engine import Engine
from tests.conftest import SilentProgress
from tests.index.collection import DATA

VOLUMES = {
    "lighthouse-essays.txt": ("The Lighthouse Essays", 2019, "The Keepers' Guild", ""),
    "workshop-papers.txt": ("The Workshop Papers", 2021, "The Clock School", ""),
    "orchard-notes.md": ("Orchard Notes", 2018, "Low Barrow Press", ""),
    "signed-stories.txt": ("Stories from the Front Desk", 2020, "The Front Desk", 'profile = { byline = "after" }'),
    "planted-letters.md": ("Planted Letters", 2022, "The Signal Office", ""),
}
"""By file: title, year, publisher, and what else the catalogue says."""


def own_engine(folder: Path, models: Path) -> Engine:
    """The warm engine over the collection, indexed in a folder where it is not yet; `models` holds the models."""
    texts, seeds, home = folder / "texts", folder / "seeds", folder / "home"
    for path in (texts, seeds / "digests", home):
        path.mkdir(parents=True, exist_ok=True)
    if not (home / "models").exists():
        (home / "models").symlink_to(models, target_is_directory=True)
    (seeds / "catalogue.toml").write_text("\n".join(_put(texts, file) for file in VOLUMES), encoding="utf-8")
    settings = Settings(home=home, texts=texts, seeds=seeds)
    build_index(settings, SilentProgress())
    engine = Engine.open(settings)
    engine.warm()
    return engine


def _put(texts: Path, file: str) -> str:
    """Copy a file among the texts; its entry in the catalogue."""
    title, year, publisher, more = VOLUMES[file]
    shutil.copy(DATA / file, texts)
    sha256 = hashlib.sha256((DATA / file).read_bytes()).hexdigest()
    return (
        f'[[volume]]\nid = "{Path(file).stem}"\ntitle = "{title}"\nyear = {year}\npublisher = "{publisher}"\n'
        f'file = "{file}"\nsha256 = "{sha256}"\nrights = "Ours."\ncredit = "{publisher}"\n{more}\n'
    )
