"""PDF: the lines of every page, put together into paragraphs by the space between them.

In: the bytes of a document. Out: an `Extracted` with the printed page numbers. Words stay as they are: nothing is
sorted, and no hyphen is taken out.
"""

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf import overwrite_configuration as limit_pypdf
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from index.errors import EncryptedText, ScannedText, TextLimitReached, UnreadableFormat
from index.readers.extracted import Extracted, Writer
from index.readers.lines import Chunk, Line, gather_lines, write_lines

_LETTERS_A_PAGE = 5
"""A document with fewer letters a page than this has no text, only pictures of it."""

_MOST_PARSING = 400_000
"""Operands and operators of one page: some forty times those of a dense page."""

_LARGEST_STREAM = 30_000_000


def read_pdf(data: bytes) -> Extracted:
    """Read a document.

    Raises:
        EncryptedText: it needs a password.
        ScannedText: it holds no text.
        TextLimitReached: a page unpacks to more than a page may.
        UnreadableFormat: it is damaged.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    limit_pypdf(
        stream_parsing_work_maximum_count=_MOST_PARSING,
        zlib_maximum_output_length=_LARGEST_STREAM,
        lzw_maximum_output_length=_LARGEST_STREAM,
        run_length_maximum_output_length=_LARGEST_STREAM,
        array_based_stream_maximum_output_length=_LARGEST_STREAM,
    )
    try:
        return _read(data)
    except LimitReachedError as error:
        raise TextLimitReached(
            "unpacks to more than a document of pages does, as only a bomb or a fault would."
        ) from error
    except PyPdfError as error:
        raise UnreadableFormat("is a damaged PDF, perhaps cut short. Make or download it again.") from error


def _read(data: bytes) -> Extracted:
    reader = PdfReader(io.BytesIO(data), strict=False)
    _decrypt(reader)
    pages = [list(_lines(page)) for page in reader.pages]
    _refuse_pictures(pages)
    writer = Writer()
    write_lines(pages, _labels(reader, len(pages)), writer)
    return writer.finish()


def _decrypt(reader: PdfReader) -> None:
    """Open a document that anybody may read; many are encrypted only against printing."""
    if not reader.is_encrypted:
        return
    try:
        opened = bool(reader.decrypt(""))
    except (DependencyError, NotImplementedError):
        opened = False
    if not opened:
        raise EncryptedText("is protected by a password. Save a copy without one.")


def _lines(page: PageObject) -> Iterator[Line]:
    chunks: list[Chunk] = []
    page.extract_text(visitor_text=_collector(chunks))
    return gather_lines(chunks)


def _collector(chunks: list[Chunk]) -> Callable[[str, list[float], list[float], Any, float], None]:
    def collect(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text:
            height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            scale = abs(tm[1] * cm[1] + tm[3] * cm[3]) or abs(tm[1] * cm[0]) or 1.0
            is_bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
            chunks.append(Chunk(text, height, abs(size) * scale, is_bold))

    return collect


def _refuse_pictures(pages: Sequence[Sequence[Line]]) -> None:
    letters = sum(char.isalpha() for page in pages for line in page for char in line.text)
    if letters < _LETTERS_A_PAGE * max(1, len(pages)):
        raise ScannedText("holds no text, only pictures of pages. Run a text recognition over it and save the result.")


def _labels(reader: PdfReader, count: int) -> list[str]:
    """The printed number of every page; where they are damaged, its position."""
    try:
        labels = reader.page_labels
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError):
        labels = []
    return labels if len(labels) == count else [str(number) for number in range(1, count + 1)]
