"""Receiving a document: from the body of a request to a file in a folder of its own under BYLINE_HOME.

In: a request and what its client calls the file. Out: the file, whole and synced, with its checksum. The client's name
for it is a name and never a path; what breaks off or is too large leaves nothing behind.
"""

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request

from api.errors import FormUpload
from index.errors import EmptyText, HomeNotWritable, OversizedText
from index.files import sync_file
from rag.errors import Cancelled

FOLDER: Final = "documents"
"""Of a home: a folder for every document that was sent."""
_UPLOADS = frozenset({"POST", "PUT"})
_PATH = "/v1/documents"
_FORM = "multipart/"
_LONGEST_STEM = 60
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}$")


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was sent."""

    path: Path
    sha256: str


def is_upload(method: str, path: str) -> bool:
    """Whether the body of a request is a document, which may be larger than other bodies."""
    return method in _UPLOADS and (path == _PATH or path.startswith(f"{_PATH}/"))


def plain_name(given: str) -> str:
    """A name for a file after the one that a client gives: the last part of it, of letters, digits and a few signs."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    suffix = found.group().lower() if (found := _SUFFIX.search(last)) else ""
    stem = re.sub(r"[^\w ()+,.-]+", "-", last.removesuffix(found.group() if found else "")).strip(" .-")
    return (stem[:_LONGEST_STEM].strip(" .-") or "document") + suffix


@asynccontextmanager
async def received(request: Request, home: Path, name: str, largest: int) -> AsyncIterator[Received]:
    """Receive the body of a request; where the block ends with an error, its file is removed.

    Raises:
        FormUpload: the body is a form.
        EmptyText: there is no body.
        OversizedText: it is larger than `largest` bytes.
        HomeNotWritable: it cannot be kept.
        Cancelled: whoever sends it went away.
    """
    _refuse_form(request)
    _refuse_oversized(int(request.headers.get("content-length") or 0), largest)
    folder = home / FOLDER / secrets.token_hex(8)
    try:
        yield Received(folder / name, await _write(request, folder, name, largest))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


async def _write(request: Request, folder: Path, name: str, largest: int) -> str:
    digest, size = hashlib.sha256(), 0
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        with (folder / name).open("xb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                _refuse_oversized(size, largest)
                digest.update(chunk)
                file.write(chunk)
        if not size:
            raise EmptyText("The body is empty. Send the file itself as the body, as curl --data-binary @FILE does.")
        await to_thread.run_sync(_sync, folder)
    except ClientDisconnect as gone:
        raise Cancelled("Whoever sent this document went away before it was whole.") from gone
    except OSError as error:
        raise HomeNotWritable(f"The document cannot be kept: {os.strerror(error.errno or 0)}.") from error
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    for path in (*folder.iterdir(), folder, folder.parent):
        sync_file(path)


def _refuse_form(request: Request) -> None:
    if request.headers.get("content-type", "").lower().startswith(_FORM):
        raise FormUpload(
            "The body is a form. Send the file itself as the body, as curl --data-binary @FILE or curl -T FILE does; "
            "what is to be said of it goes into the query."
        )


def _refuse_oversized(size: int, largest: int) -> None:
    if size > largest:
        raise OversizedText(
            f"The document is larger than {largest >> 20} MiB. Split it, or have BYLINE_UPLOAD_MIB raised."
        )
