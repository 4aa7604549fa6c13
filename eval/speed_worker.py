"""One index build in a process of its own, timed stage by stage: `python -m eval.speed_worker PIPELINE SPAWNED`.

In: `byline`, `llamaindex` or `llamaindex:CHUNK`, and the monotonic time at which the process was started; settings from
the environment, whose home is an empty folder. Out: a `Build` as one line of JSON. Nothing heavy is imported before the
clock of the imports runs.
"""

import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.catalogue import CatalogueEntry
    from index.settings import Settings
    from index.texts import SourceText


class Silence:
    """Progress that nobody is told of."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""

    def advance(self, steps: int = 1) -> None:
        """Steps are done."""


@dataclass
class Clock:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add what a block takes to a stage."""
        began = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began


@dataclass(frozen=True)
class Built:
    """How a pipeline cuts texts, and a way to list what it embedded, for when the clocks have stopped."""

    cut: str
    embedded: Callable[[], Sequence[str]]


def main() -> None:
    """Build, and print what it took."""
    clock = Clock({"interpreter": time.monotonic() - float(sys.argv[2])})
    name, _, chunk = sys.argv[1].partition(":")
    built = _byline(clock) if name == "byline" else _llamaindex(clock, int(chunk) if chunk else None)
    processor = os.times()

    from eval.speed_build import Build, count_tokens
    from eval.speed_process import memory
    from index.settings import load_settings

    settings, held, embedded = load_settings(), memory(os.getpid()), built.embedded()
    build = Build(
        pipeline=sys.argv[1],
        cut=built.cut,
        seconds={stage: round(seconds, 2) for stage, seconds in clock.seconds.items()},
        total_s=round(sum(clock.seconds.values()), 2),
        cpu_s=round(processor.user + processor.system, 2),
        embedded=len(embedded),
        tokens=count_tokens([source.text for _, source in _sources(settings)], embedded, settings),
        peak_mb=held.peak if held else None,
    )
    print(build.model_dump_json())


def _byline(clock: Clock) -> Built:
    with clock.time("imports"):
        from index.build import build_index
        from index.settings import load_settings
    settings, whole = load_settings(), Clock()
    with whole.time("build"):
        report = build_index(settings, Silence())
    clock.seconds |= report.seconds
    clock.seconds["checks"] = whole.seconds["build"] - sum(report.seconds.values())

    def embedded() -> Sequence[str]:
        from index.passages import cut_passages, embeddable_sentences
        from index.reading import read_volume

        volumes = [read_volume(entry, source) for entry, source in _sources(settings)]
        texts = [passage.indexed_text for volume in volumes for passage in cut_passages(volume)]
        texts += [text for volume in volumes for _, _, text in embeddable_sentences(volume)]
        assert len(texts) == report.embedded, "a build embeds something else than is counted here"
        return texts

    return Built("passages of 60–120 words, and every sentence", embedded)


def _llamaindex(clock: Clock, chunk: int | None) -> Built:
    spec = importlib.util.find_spec("llama_index.core")
    assert spec is not None
    assert spec.submodule_search_locations
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(spec.submodule_search_locations[0]) / "_static" / "tiktoken_cache")
    with clock.time("imports"):
        from eval import speed_llama

    import torch

    from index.model_files import identify_model
    from index.settings import load_settings

    settings = load_settings()
    torch.set_num_threads(settings.threads)
    texts = [source.text for _, source in _sources(settings)]
    with clock.time("model"):
        embedding = speed_llama.LocalEmbedding.open(identify_model(settings.model)[0])
    with clock.time("split"):
        parser = speed_llama.splitter(chunk)
        nodes = speed_llama.split(texts, parser)
    with clock.time("index"):
        made = speed_llama.index(nodes, embedding)
    clock.seconds["embed"] = embedding.seconds
    clock.seconds["index"] -= embedding.seconds
    with clock.time("persist"), tempfile.TemporaryDirectory() as folder:
        speed_llama.persist(made, Path(folder))
    cut = f"chunks of {parser.chunk_size} tokens, {parser.chunk_overlap} shared with the one before"
    return Built(cut, lambda: embedding.given)


def _sources(settings: "Settings") -> "Iterator[tuple[CatalogueEntry, SourceText]]":
    from index.catalogue import load_collection
    from index.texts import find_text, read_text

    for entry in load_collection(settings.seeds, settings.home):
        if place := find_text(entry, settings.texts, settings.seeds):
            yield entry, read_text(*place)


if __name__ == "__main__":
    main()
