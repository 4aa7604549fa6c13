"""Publishing a generation: whole or not at all.

In: what was read and embedded. Out: `gen-N/` with its manifest, fsynced, and CURRENT pointing to it. A crash at any
moment leaves CURRENT on the last good generation; what a crashed run left behind is removed by the next one.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from index.concordance import Concordance
from index.errors import BylineError
from index.files import replace_text, sha256_of, sync_file, sync_folder
from index.lexical import LexicalIndex
from index.manifest import CURRENT, MANIFEST, SCHEMA_VERSION, Manifest, ModelEntry, VolumeEntry, current_generation
from index.model import Passage, Person, Volume
from index.store import FILE, write_store
from index.vectors import SENTENCES_FILE, VectorIndex, Vectors

_GENERATION = re.compile(r"gen-(\d+)$")


KEPT = 2
"""Generations that stay: the current one, and the one before it for whoever reads it still."""


def publish(
    home: Path,
    inputs: str,
    model: ModelEntry,
    volumes: Sequence[Volume],
    people: Sequence[Person],
    passages: Sequence[Passage],
    vectors: Vectors,
    sentence_rows: Mapping[tuple[str, int], int],
    sentence_vectors: Vectors,
) -> Path:
    """Write a new generation and make it the current one; older ones but the last are removed.

    Row i of `vectors` belongs to `passages[i]`; `sentence_rows` gives the row of `sentence_vectors` for a sentence.
    """
    folder = home / f"gen-{_next_number(home)}"
    folder.mkdir()
    write_store(folder / FILE, volumes, people, passages, sentence_rows)
    np.save(folder / SENTENCES_FILE, sentence_vectors.astype(np.float16), allow_pickle=False)
    VectorIndex.build(vectors).save(folder)
    LexicalIndex.build([passage.indexed_text for passage in passages]).save(folder)
    Concordance.build((s.id, s.sentences) for volume in volumes for s in volume.sections).save(folder)
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        inputs=inputs,
        model=model,
        volumes=tuple(VolumeEntry(id=v.id, file=v.file, edition=v.edition, sha256=v.sha256) for v in volumes),
        counts={
            "volumes": len(volumes),
            "sections": sum(len(volume.sections) for volume in volumes),
            "sentences": sum(len(section.sentences) for volume in volumes for section in volume.sections),
            "passages": len(passages),
            "vectors": len(vectors) + len(sentence_vectors),
            "people": len(people),
        },
        files={str(path.relative_to(folder)): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()},
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    sync_folder(folder)
    sync_file(home)
    replace_text(home / CURRENT, f"{folder.name} {sha256_of(folder / MANIFEST)}\n")
    remove_old(home, keep=KEPT)
    return folder


def remove_unfinished(home: Path) -> None:
    """Remove generations newer than the current one, all of them where none is current: a crashed run left them."""
    current = 0
    with suppress(BylineError):
        current = _number(current_generation(home))
    for number, folder in _generations(home):
        if number > current:
            shutil.rmtree(folder)


def remove_old(home: Path, keep: int) -> None:
    """Remove all but the newest `keep` generations; readers of the one before the last go on undisturbed."""
    for _, folder in sorted(_generations(home))[:-keep]:
        shutil.rmtree(folder)


def _next_number(home: Path) -> int:
    return max((number for number, _ in _generations(home)), default=0) + 1


def _number(folder: Path) -> int:
    match = _GENERATION.match(folder.name)
    return int(match.group(1)) if match else 0


def _generations(home: Path) -> list[tuple[int, Path]]:
    return [(_number(path), path) for path in home.iterdir() if path.is_dir() and _GENERATION.match(path.name)]
