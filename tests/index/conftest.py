"""What the tests of the index share: the exported embedder and a small collection."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.catalogue import CatalogueEntry, load_catalogue
from index.embedding import Embedder
from index.model import Volume
from index.model_files import DEFAULT_MODEL, ensure_export
from index.reading import read_volume
from index.settings import PACKAGE_ROOT, Settings
from index.texts import read_text
from tests.index.collection import Collection, make_collection


@pytest.fixture(scope="session")
def export(digest_settings: Settings) -> Path:
    """The folder of the exported default model."""
    return ensure_export(digest_settings.home, DEFAULT_MODEL)


@pytest.fixture(scope="session")
def embedder(export: Path) -> Embedder:
    """The real embedder."""
    return Embedder.open(export)


@pytest.fixture
def collection(tmp_path: Path, export: Path) -> Collection:
    """A small collection that nothing has been made of yet."""
    return make_collection(tmp_path / "collection", export.parent)


@pytest.fixture(scope="session")
def entries() -> tuple[CatalogueEntry, ...]:
    """The catalogue of the five volumes."""
    return load_catalogue(PACKAGE_ROOT / "seeds" / "catalogue.toml")


@pytest.fixture(scope="session")
def full_volumes(texts: Path, entries: tuple[CatalogueEntry, ...]) -> dict[str, Volume]:
    """The five volumes, read from their full texts, by id."""
    return {entry.id: read_volume(entry, read_text(texts / entry.file, sha256=entry.sha256)) for entry in entries}


@pytest.fixture(scope="session")
def truths(texts: Path) -> dict[str, dict[str, Any]]:
    """What the volumes are known to hold, by file; made by hand."""
    folders = (texts.parent / "structure-dev", PACKAGE_ROOT / "eval" / "structure")
    found = (json.loads(path.read_text(encoding="utf-8")) for folder in folders for path in folder.glob("*.json"))
    return {truth["file"]: truth for truth in found if "sections" in truth}
