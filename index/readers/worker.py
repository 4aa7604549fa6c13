"""The process that reads a file which a stranger made: `python -m index.readers.worker FORMAT < file`.

In: the bytes of a file on standard input. Out: one JSON object on standard output, `{"text", "pages", "title"}` or
`{"error", "message"}`. It limits its own memory and time before it looks at the first byte, and writes no file.
"""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

from index.errors import TextError, TextLimitReached, UnreadableFormat
from index.readers.extracted import LONGEST_LINE, Extracted
from index.readers.sniff import Format

MEMORY = 2**30
"""Bytes of address space."""

_MOST_SECONDS = 30
_BASE_SECONDS = 6
_SECONDS_A_MIB = 12


def main() -> None:
    """Read standard input in the format that the first argument names, and print what came of it."""
    file_format, data = Format(sys.argv[1]), sys.stdin.buffer.read()
    limit_process(cpu_seconds(file_format, len(data)))
    print(json.dumps(_answer(file_format, data)), flush=True)


def cpu_seconds(file_format: Format, size: int) -> int:
    """Seconds of CPU that a file of `size` bytes gets: a small file that takes long is a bomb."""
    if file_format is Format.HTML:
        return _BASE_SECONDS
    return min(_MOST_SECONDS, _BASE_SECONDS + _SECONDS_A_MIB * size // 2**20)


def limit_process(cpu_seconds: int) -> None:
    """Give this process little memory and time, few files and no core to dump."""
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 64)


def read_format(file_format: Format, data: bytes) -> Extracted:
    """Read bytes as a format.

    Raises:
        TextError: named after what is wrong.
    """
    extracted = _reader(file_format, data)(data)
    if max(map(len, extracted.text.split("\n")), default=0) > LONGEST_LINE:
        raise TextLimitReached(f"has a paragraph of more than {LONGEST_LINE:,} characters, which is data and no prose.")
    return extracted


def _answer(file_format: Format, data: bytes) -> dict[str, Any]:
    """What to print; whatever a parser stumbles over is the file's fault and named as such."""
    try:
        extracted = read_format(file_format, data)
    except TextError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except (MemoryError, RecursionError):
        return {"error": TextLimitReached.__name__, "message": "needs more memory than a text may."}
    except Exception as error:
        message = f"is damaged: its reader stopped with {type(error).__name__}. Make or download it again."
        return {"error": UnreadableFormat.__name__, "message": message}
    pages = [[page.offset, page.label] for page in extracted.pages]
    return {"text": extracted.text, "pages": pages, "title": extracted.title}


def _reader(file_format: Format, data: bytes) -> Callable[[bytes], Extracted]:
    if file_format is Format.PDF:
        from index.readers.pdf import read_pdf

        return read_pdf
    if file_format is Format.HTML:
        from index.readers.html import read_html

        return read_html
    return _zip_reader(data)


def _zip_reader(data: bytes) -> Callable[[bytes], Extracted]:
    """What reads an archive: its contents tell, whatever its name says."""
    from index.readers.archive import Archive
    from index.readers.docx import MAIN_PART, read_docx
    from index.readers.epub import CONTAINER, read_epub

    names = Archive(data).names
    if MAIN_PART in names:
        return read_docx
    if CONTAINER in names:
        return read_epub
    raise UnreadableFormat("is a ZIP archive, but neither a DOCX nor an EPUB. Unpack it and add its files.")


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


if __name__ == "__main__":
    main()
