"""Building the index by stage, beside LlamaIndex's default pipeline on the same texts, embeddings included.

In: settings. Out: a `Build` for each pipeline. Each runs once, in a process of its own and into an empty folder, one
after the other; both may use as many threads as `BYLINE_THREADS` says.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel
from tokenizers import Tokenizer

from eval.errors import EvalError
from eval.speed_process import environment
from index.build import Progress
from index.catalogue import FILE
from index.model_files import identify_model
from index.settings import Settings

PIPELINES = {
    "byline": "Byline",
    "llamaindex": "LlamaIndex",
    "llamaindex:256": "LlamaIndex, chunks of 256",
}
"""What is built, and what it is called. The model reads 256 tokens and no more: of LlamaIndex's default chunks, the
first quarter."""


class Tokens(BaseModel):
    """Tokens of the embedding model."""

    texts: int
    """In the texts that are indexed."""
    given: int
    """In what the model was given to embed; what overlaps or is embedded twice counts twice."""
    embedded: int
    """Of those, how many lie within the model's window: the rest is cut off and cannot be found by meaning."""


class Build(BaseModel):
    """One build of an index, from the start of its process."""

    pipeline: str
    cut: str
    """What the texts are cut into."""
    seconds: dict[str, float]
    total_s: float
    cpu_s: float
    """Processor seconds of the process, which other processes disturb less."""
    embedded: int
    """How many texts were embedded."""
    tokens: Tokens
    peak_mb: float | None
    """Resident memory at its most, in MiB."""


def measure_builds(settings: Settings, log: Progress) -> list[Build]:
    """Build with every pipeline.

    Raises:
        EvalError: a build failed; the message says what it said.
    """
    builds = []
    for pipeline, title in PIPELINES.items():
        log.stage(f"building with {title}", None)
        builds.append(measure_build(pipeline, settings))
    return builds


def measure_build(pipeline: str, settings: Settings) -> Build:
    """Build with one of `PIPELINES`.

    Raises:
        EvalError: the build failed; the message says what it said.
    """
    with tempfile.TemporaryDirectory(prefix="byline-speed-") as folder:
        home = Path(folder)
        if (settings.home / FILE).is_file():
            shutil.copyfile(settings.home / FILE, home / FILE)
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "eval.speed_worker", pipeline, repr(time.monotonic())],
            env=environment(settings.model_copy(update={"home": home})),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    if done.returncode:
        said = done.stderr.strip().rpartition("\n")[2]
        title, said = PIPELINES[pipeline], said or "it said nothing"
        raise EvalError(f"The build with {title} failed: {said} Mend that, or leave --build out.")
    return Build.model_validate_json(done.stdout.strip().rpartition("\n")[2])


def count_tokens(texts: Sequence[str], given: Sequence[str], settings: Settings) -> Tokens:
    """Count tokens as the embedding model does, those that mark beginning and end left out."""
    folder, _ = identify_model(settings.model)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    window = _window(folder) - tokenizer.num_special_tokens_to_add(is_pair=False)
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def lengths(of: Sequence[str]) -> list[int]:
        return [len(item.ids) for item in tokenizer.encode_batch(list(of), add_special_tokens=False)]

    sizes = lengths(given)
    return Tokens(texts=sum(lengths(texts)), given=sum(sizes), embedded=sum(min(size, window) for size in sizes))


def _window(folder: Path) -> int:
    """How many tokens the model reads of a text, as sentence-transformers saves it."""
    saved = folder / "sentence_bert_config.json"
    said = json.loads(saved.read_text("utf-8")).get("max_seq_length") if saved.is_file() else None
    return int(said or 256)
