"""Reading a file of any format without trusting it.

In: a file's name and bytes. Out: an `Extracted`. Text is decoded here; every other format is parsed by a process of
its own (`index.readers.worker`) with little memory and time, whose answer is JSON.
"""

import json
import os
import signal
import subprocess
import sys
from typing import Any

from index import errors
from index.errors import EmptyText, TextError, TextLimitReached, UnreadableFormat
from index.model import PageStart
from index.readers.extracted import Extracted
from index.readers.plain import read_plain
from index.readers.sniff import Format, sniff
from index.readers.worker import MEMORY, cpu_seconds
from index.settings import PACKAGE_ROOT

WALL_SECONDS = 60

_ERRORS = {
    error.__name__: error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, TextError)
}


def extract(name: str, data: bytes, wall_seconds: float = WALL_SECONDS) -> Extracted:
    """Read the bytes of a file.

    Raises:
        TextError: the file is refused; the message continues a sentence that begins with its name.
    """
    file_format = sniff(name, data)
    if file_format is Format.TEXT:
        return read_plain(data)
    extracted = _from_answer(_run(file_format, data, wall_seconds))
    if not extracted.text.strip():
        raise EmptyText("holds no text. Check that it is the right file.")
    return extracted


def _run(file_format: Format, data: bytes, wall_seconds: float) -> bytes:
    """What the worker prints about a file."""
    command = [sys.executable, "-P", "-m", "index.readers.worker", file_format.value]
    environment = {"PYTHONPATH": str(PACKAGE_ROOT), "PYTHONIOENCODING": "utf-8", "PATH": os.defpath}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and no word of the file
            command, input=data, capture_output=True, timeout=wall_seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TextLimitReached(
            f"took more than {wall_seconds:.0f} seconds to read. Split it, or save it as text."
        ) from error
    if -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
        raise TextLimitReached(
            f"took more than {cpu_seconds(file_format, len(data))} seconds to read. Split it, or save it as text."
        )
    if done.returncode != 0:
        raise TextLimitReached(
            f"made its reader stop (exit {done.returncode}); it is damaged or needs more than {MEMORY >> 20} MiB. "
            "Save it as text."
        )
    return done.stdout


def _from_answer(answer: bytes) -> Extracted:
    try:
        found: dict[str, Any] = json.loads(answer)
    except ValueError as error:
        raise UnreadableFormat("made its reader print no answer. Save it as text.") from error
    if "error" in found:
        raise _ERRORS.get(found["error"], UnreadableFormat)(found["message"])
    pages = tuple(PageStart(offset, label) for offset, label in found["pages"])
    return Extracted(found["text"], pages, found["title"])
