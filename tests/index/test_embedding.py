"""The served embedder says what sentence-transformers says, and refuses files that are not the exported ones."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from index.embedding import Embedder
from index.errors import ModelError
from index.model_files import DEFAULT_MODEL, ensure_export, export_folder, identify_model

TEXTS = [
    "",
    "Lamp",
    "The lamp is lit at dusk.",
    "What did Harker say about schools?",
    "£605m · 23 per cent · 1987–2016",
    "Siân O’Neill’s café — “naïve”, she said",
    "灯台 маяк φάρος 🐦",
    "a\nb\tc   d",
    "the oil grows slow and thick in winter, " * 8,
    "the oil grows slow and thick in winter, " * 200,
    "x" * 3000,
]


def test_vectors_equal_those_of_sentence_transformers(embedder: Embedder) -> None:
    folder, _ = identify_model(DEFAULT_MODEL)
    reference = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, normalize_embeddings=True)
    assert np.abs(embedder.embed(TEXTS) - np.asarray(reference)).max() <= 1e-4


def test_vectors_are_of_length_one(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.exported.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_in_any_company(embedder: Embedder) -> None:
    many = TEXTS[:9] * 8
    together = embedder.embed(many)
    for position in (0, 2, 8, 40, 71):
        assert np.abs(together[position] - embedder.embed([many[position]])[0]).max() <= 1e-4


def test_no_text_makes_no_vector(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.exported.dimensions)


def test_progress_counts_every_text_once(embedder: Embedder) -> None:
    steps: list[int] = []
    embedder.embed(TEXTS[:4] * 12, steps.append)
    assert sum(steps) == 48


def test_the_default_model_is_the_public_one(export: Path) -> None:
    assert json.loads((export / "model.json").read_text())["sha256"] == (
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )


def test_an_export_is_made_once(export: Path) -> None:
    before = (export / "model.onnx").stat().st_mtime_ns
    assert ensure_export(export.parent.parent, DEFAULT_MODEL) == export
    assert (export / "model.onnx").stat().st_mtime_ns == before


def test_a_folder_without_an_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="byline index"):
        Embedder.open(tmp_path)


def _copy_of(export: Path, folder: Path) -> Path:
    folder.mkdir()
    (folder / "model.onnx").symlink_to(export / "model.onnx")
    for name in ("model.json", "tokenizer.json"):
        shutil.copyfile(export / name, folder / name)
    return folder


def test_a_file_that_is_not_the_exported_one_is_refused(export: Path, tmp_path: Path) -> None:
    folder = _copy_of(export, tmp_path / "model")
    with (folder / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ModelError, match=r"tokenizer\.json is damaged"):
        Embedder.open(folder)


def test_a_missing_file_is_refused(export: Path, tmp_path: Path) -> None:
    folder = _copy_of(export, tmp_path / "model")
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx"):
        Embedder.open(folder)


@pytest.mark.parametrize("content", ["{", "[]", '{"name": "x"}'])
def test_a_malformed_description_is_refused(export: Path, tmp_path: Path, content: str) -> None:
    folder = _copy_of(export, tmp_path / "model")
    (folder / "model.json").write_text(content)
    with pytest.raises(ModelError):
        Embedder.open(folder)


def test_a_model_that_is_not_there_is_refused_and_the_setting_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="BYLINE_MODEL"):
        identify_model(str(tmp_path / "nothing"))


def test_exports_of_two_weights_never_share_a_folder(tmp_path: Path) -> None:
    assert export_folder(tmp_path, "ab" * 32) != export_folder(tmp_path, "cd" * 32)
