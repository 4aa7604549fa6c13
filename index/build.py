"""An index run: from the texts to a published generation.

In: settings. Out: a `BuildReport`. Nothing is touched where nothing changed; an unchanged text is never embedded
again; a run that fails leaves the last generation as it was.
"""

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from index.catalogue import FILE, CatalogueEntry, load_collection
from index.embedding_cache import EmbeddingCache, Vectors
from index.errors import BylineError, EmptyText, HomeNotWritable, MissingText, SettingsError, SnapshotLocked
from index.files import sha256_of
from index.manifest import SCHEMA_VERSION, Manifest, ModelEntry, current_generation, read_manifest, verify_files
from index.model import Edition, Volume
from index.model_files import ModelId, ensure_export, identify_model
from index.passages import cut_passages, embeddable_sentences
from index.people import gather_people
from index.publish import KEPT, publish, remove_old, remove_unfinished
from index.reading import read_volume
from index.settings import Settings
from index.texts import checksum_text, find_text, read_text


class Progress(Protocol):
    """Told how a run goes on."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; `total` is its number of steps where known."""

    def advance(self, steps: int = 1) -> None:
        """Steps of the stage are done."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What an index run did."""

    generation: str
    published: bool
    embedded: int
    reused: int
    counts: dict[str, int]
    editions: dict[str, Edition]
    seconds: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    entry: CatalogueEntry
    path: Path
    edition: Edition


def build_index(settings: Settings, progress: Progress) -> BuildReport:
    """Read, embed and publish, unless the published generation is already up to date.

    Raises:
        BylineError: named after what is wrong; the published generation is as it was.
    """
    with _locked(settings.home):
        found, notes = _find(settings)
        _, model = identify_model(settings.model)
        inputs = _inputs(settings, found, model)
        remove_unfinished(settings.home)
        if manifest := _up_to_date(settings.home, inputs):
            remove_old(settings.home, keep=KEPT)
            return _unchanged(settings.home, manifest, notes)
        return _build(settings, progress, found, model, inputs, notes)


def index_is_current(settings: Settings) -> bool:
    """Whether the published generation is whole and made from what is there now."""
    found, _ = _find(settings)
    _, model = identify_model(settings.model)
    return _up_to_date(settings.home, _inputs(settings, found, model)) is not None


def _build(
    settings: Settings, progress: Progress, found: list[_Found], model: ModelId, inputs: str, notes: list[str]
) -> BuildReport:
    seconds: dict[str, float] = {}
    with _timed(seconds, "read"):
        volumes = list(_read(found, progress))
        notes = [*notes, *_changed_editions(settings.home, volumes)]
        passages = [passage for volume in volumes for passage in cut_passages(volume)]
        people = gather_people(volumes)
    with _timed(seconds, "model"):
        progress.stage("preparing the model", None)
        export = ensure_export(settings.home, settings.model)
    with _timed(seconds, "embed"):
        sentences = [item for volume in volumes for item in embeddable_sentences(volume)]
        texts = [passage.indexed_text for passage in passages] + [text for _, _, text in sentences]
        vectors, embedded = _embed(settings, model, export, texts, progress)
    with _timed(seconds, "publish"):
        progress.stage("publishing", None)
        entry = ModelEntry(name=model.name, sha256=model.sha256, dimensions=vectors.shape[1])
        rows = {(section_id, ordinal): row for row, (section_id, ordinal, _) in enumerate(sentences)}
        count = len(passages)
        folder = publish(
            settings.home, inputs, entry, volumes, people, passages, vectors[:count], rows, vectors[count:]
        )
    counts = read_manifest(folder).counts
    editions = {volume.id: volume.edition for volume in volumes}
    reused = len(texts) - embedded
    return BuildReport(folder.name, True, embedded, reused, counts, editions, seconds, tuple(notes))


def _changed_editions(home: Path, volumes: Sequence[Volume]) -> Iterator[str]:
    """A sentence for every volume that is read from another edition than in the published generation."""
    try:
        before = {volume.id: volume.edition for volume in read_manifest(current_generation(home)).volumes}
    except BylineError:
        return
    names = {"full text": "its full text", "digest": "its digest"}
    for volume in volumes:
        if before.get(volume.id, volume.edition) != volume.edition:
            yield f"{volume.title} is now read from {names[volume.edition]} instead of {names[before[volume.id]]}."


def _find(settings: Settings) -> tuple[list[_Found], list[str]]:
    """Where each volume can be read from, and what is to be said of those that cannot."""
    if "texts" in settings.model_fields_set and not settings.texts.is_dir():
        raise SettingsError(f"BYLINE_TEXTS names {settings.texts}, which is no folder. Correct or unset it.")
    found, notes = [], []
    for entry in load_collection(settings.seeds, settings.home):
        place = find_text(entry, settings.texts, settings.seeds)
        if place is None:
            notes.append(f"{entry.title} is left out: neither its text ({entry.file}) nor a digest is there.")
        else:
            found.append(_Found(entry, *place))
    if not found:
        raise MissingText(f"No text of the catalogue is in {settings.texts}, and no digest. Set BYLINE_TEXTS.")
    return found, notes


def _read(found: Sequence[_Found], progress: Progress) -> Iterator[Volume]:
    progress.stage("reading", len(found))
    for item in found:
        expected = item.entry.sha256 if item.edition == "full text" else None
        yield read_volume(item.entry, read_text(item.path, item.edition, expected))
        progress.advance()


def _embed(
    settings: Settings, model: ModelId, export: Path, texts: list[str], progress: Progress
) -> tuple[Vectors, int]:
    import numpy as np

    from index.embedding import Embedder

    cache = EmbeddingCache(settings.home / "embeddings.sqlite", model.sha256)
    try:
        known = cache.get(texts)
        missing = [position for position in range(len(texts)) if position not in known]
        progress.stage("embedding", len(missing))
        if missing:
            embedder = Embedder.open(export, settings.threads)
            for start in range(0, len(missing), 256):
                part = missing[start : start + 256]
                made = embedder.embed([texts[position] for position in part], progress.advance)
                cache.put((texts[position], vector) for position, vector in zip(part, made, strict=True))
                known.update(zip(part, made, strict=True))
        if not texts:
            raise EmptyText("The texts hold no sentence that could be cited. Look at them with `byline outline FILE`.")
        return np.stack([known[position] for position in range(len(texts))]), len(missing)
    finally:
        cache.close()


def _inputs(settings: Settings, found: Sequence[_Found], model: ModelId) -> str:
    """A checksum over all that a generation depends on."""
    parts = [f"schema {SCHEMA_VERSION}", f"model {model.sha256}", f"reader {_reader_checksum()}"]
    catalogues = (settings.seeds / FILE, settings.home / FILE)
    parts += [f"catalogue {sha256_of(path)}" for path in catalogues if path.exists()]
    for item in found:
        digest = checksum_text(item.path, item.edition, item.entry.sha256 if item.edition == "full text" else None)
        parts.append(f"{item.entry.id} {item.edition} {digest}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _reader_checksum() -> str:
    """A checksum over the code of this package: what it reads may change when it does."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return hashlib.sha256("".join(sha256_of(path) for path in files).encode()).hexdigest()


def _up_to_date(home: Path, inputs: str) -> Manifest | None:
    try:
        folder = current_generation(home)
        manifest = read_manifest(folder)
        verify_files(folder, manifest)
    except BylineError:
        return None
    return manifest if manifest.inputs == inputs else None


def _unchanged(home: Path, manifest: Manifest, notes: list[str]) -> BuildReport:
    editions: dict[str, Edition] = {
        volume.id: "digest" if volume.edition == "digest" else "full text" for volume in manifest.volumes
    }
    reused = manifest.counts["vectors"]
    return BuildReport(current_generation(home).name, False, 0, reused, manifest.counts, editions, {}, tuple(notes))


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Hold the only index run of a home; the lock dies with its process."""
    lock = FileLock(home / "index.lock", timeout=0)
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not os.access(home, os.W_OK):
            raise PermissionError
        lock.acquire()
    except Timeout as error:
        raise SnapshotLocked(f"Another index run is under way in {home}. Wait for it, or stop it.") from error
    except OSError as error:
        raise HomeNotWritable(f"{home} cannot be written. Set BYLINE_HOME to a folder of yours.") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[name] = round(time.perf_counter() - began, 3)
