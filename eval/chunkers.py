"""The two chunkers that the published rows of the chunking evaluation stand on, with exact offsets.

In: a text. Out: `Span`s, sized in cl100k tokens. `recursive` cuts at the strongest separator that makes pieces small
enough and packs neighbours together (the rule of LangChain's RecursiveCharacterTextSplitter, separators kept at the
start of what follows); `by_tokens` is a plain window over the tokens.
"""

import importlib.util
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import tiktoken

from eval.errors import EvalError
from index.model import Span

SEPARATORS = ("\n\n", "\n", ".", "?", "!", " ", "")
_TABLE = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""File name of the cl100k table in tiktoken's cache, which llama-index-core ships."""


@cache
def encoding() -> tiktoken.Encoding:
    """The cl100k encoding, from the table that llama-index-core ships.

    Raises:
        EvalError: the table is not there; it is never fetched.
    """
    spec = importlib.util.find_spec("llama_index.core")
    folder = Path(next(iter((spec and spec.submodule_search_locations) or [""]))) / "_static" / "tiktoken_cache"
    if not (folder / _TABLE).is_file():
        raise EvalError(f"The cl100k table is not in {folder}. Install llama-index-core, which ships it.")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    return tiktoken.get_encoding("cl100k_base")


def token_count(text: str) -> int:
    """How many cl100k tokens a text has."""
    return len(encoding().encode(text, disallowed_special=()))


def by_tokens(text: str, size: int, overlap: int) -> list[Span]:
    """Windows of `size` tokens, each beginning `size - overlap` tokens after the one before."""
    ids = encoding().encode(text, disallowed_special=())
    _, starts = encoding().decode_with_offsets(ids)
    edges = [*starts, len(text)]
    spans = []
    for first in range(0, len(ids), size - overlap):
        last = min(first + size, len(ids))
        spans.append(Span(edges[first], edges[last]))
        if last == len(ids):
            break
    return spans


def recursive(
    text: str,
    size: int,
    overlap: int,
    separators: Sequence[str] = SEPARATORS,
    length: Callable[[str], int] = token_count,
) -> list[Span]:
    """Chunks of at most `size` tokens, cut at the first of `separators` that does."""
    return list(_cut(text, Span(0, len(text)), size, overlap, separators, length))


def _cut(
    text: str, span: Span, size: int, overlap: int, separators: Sequence[str], length: Callable[[str], int]
) -> Iterator[Span]:
    body = text[span.start : span.end]
    level = next((i for i, mark in enumerate(separators) if mark in body), len(separators) - 1)
    small: list[tuple[Span, int]] = []
    for part in _split(text, span, separators[level]):
        count = length(text[part.start : part.end])
        if count < size:
            small.append((part, count))
            continue
        yield from _pack(text, small, size, overlap)
        small = []
        if level + 1 < len(separators):
            yield from _cut(text, part, size, overlap, separators[level + 1 :], length)
        else:
            yield part
    yield from _pack(text, small, size, overlap)


def _split(text: str, span: Span, mark: str) -> Iterator[Span]:
    """The parts of a span, each beginning with the mark that parts it from the one before."""
    if mark:
        found = [match.start() for match in re.finditer(re.escape(mark), text[span.start : span.end])]
        edges = [0, *(at for at in found if at), span.end - span.start]
    else:
        edges = list(range(span.end - span.start + 1))
    for start, end in pairwise(edges):
        yield Span(span.start + start, span.start + end)


def _pack(text: str, parts: Sequence[tuple[Span, int]], size: int, overlap: int) -> Iterator[Span]:
    """Neighbouring parts put together up to `size`; up to `overlap` tokens of them are said again in the next."""
    held: list[tuple[Span, int]] = []
    total = 0
    for part, count in parts:
        if held and total + count > size:
            yield from _stripped(text, held)
            while total > overlap or (total + count > size and total > 0):
                total -= held.pop(0)[1]
        held.append((part, count))
        total += count
    if held:
        yield from _stripped(text, held)


def _stripped(text: str, held: Sequence[tuple[Span, int]]) -> Iterator[Span]:
    body = text[held[0][0].start : held[-1][0].end]
    if body.strip():
        start = held[0][0].start + len(body) - len(body.lstrip())
        yield Span(start, start + len(body.strip()))
