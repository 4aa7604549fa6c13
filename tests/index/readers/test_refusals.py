"""What cannot be read is refused within ten seconds and a gibibyte, by an error that is named after what is wrong."""

import os
import random
import resource
import time
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

from index.errors import (
    BinaryText,
    EmptyText,
    EncryptedText,
    OversizedText,
    ScannedText,
    TextError,
    TextLimitReached,
    UndecodableText,
    UnreadableFormat,
)
from index.readers.extract import extract
from index.texts import read_bytes, read_text
from tests.index.readers.made import (
    CONTAINER,
    archive,
    encrypted_pdf,
    pieces_docx,
    pieces_epub,
    pieces_html,
    pieces_pdf,
    raw_pdf,
    spaces,
    with_footnotes,
)

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><container>&l11;</container>'
FLOOD = zlib.compress(b"BT /F1 9 Tf (abc) Tj ET " * 1_000_000)


def _linked() -> bytes:
    entry = zipfile.ZipInfo("OPS/link.xhtml")
    entry.external_attr = 0o120777 << 16
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(*CONTAINER)
        made.writestr(entry, "/etc/passwd")
    return out.getvalue()


CASES: dict[str, tuple[type[TextError], str, bytes]] = {
    "encrypted PDF": (EncryptedText, "a.pdf", encrypted_pdf("secret", "more")),
    "truncated PDF": (UnreadableFormat, "a.pdf", pieces_pdf()[:1500]),
    "scanned PDF": (ScannedText, "a.pdf", raw_pdf(zlib.compress(b"0 0 100 100 re f"))),
    "nothing but a mark of PDF": (UnreadableFormat, "a.pdf", b"%PDF-1.7\n"),
    "PDF that unpacks to 4 GiB": (TextLimitReached, "a.pdf", raw_pdf(spaces(4096))),
    "PDF packed twice": (TextLimitReached, "a.pdf", raw_pdf(zlib.compress(spaces(4096)), "/FlateDecode/FlateDecode")),
    "PDF with a flood of tokens": (TextLimitReached, "a.pdf", raw_pdf(FLOOD)),
    "PDF of nested arrays": (TextLimitReached, "a.pdf", raw_pdf(zlib.compress(b"[" * 1_000_000))),
    "ZIP called DOCX": (UnreadableFormat, "a.docx", archive(("notes.txt", "A note."))),
    "DOCX of another kind": (UnreadableFormat, "a.docx", archive(("word/document.xml", "<a/>"))),
    "truncated DOCX": (UnreadableFormat, "a.docx", pieces_docx()[:5000]),
    "DOCX of broken notes": (UnreadableFormat, "a.docx", with_footnotes(pieces_docx(), {"stove": "A."}, broken=True)),
    "DOCX that unpacks to 100 MB": (TextLimitReached, "a.docx", archive(("word/document.xml", b" " * 10**8))),
    "DOCX of high ratio": (TextLimitReached, "a.docx", archive(("word/document.xml", b" " * 4 * 10**7))),
    "DOCX with entities": (UnreadableFormat, "a.docx", archive(("word/document.xml", BOMB))),
    "ZIP in a ZIP": (UnreadableFormat, "a.epub", archive(("a.zip", archive(("b.zip", archive(("c", b" " * 10**7))))))),
    "EPUB with entities": (UnreadableFormat, "a.epub", archive(("META-INF/container.xml", BOMB))),
    "EPUB without a package": (UnreadableFormat, "a.epub", archive(CONTAINER)),
    "EPUB of many files": (
        TextLimitReached,
        "a.epub",
        archive(CONTAINER, *((f"{number}.xhtml", "") for number in range(6000))),
    ),
    "EPUB with a path upwards": (UnreadableFormat, "a.epub", pieces_epub(("../../etc/passwd", "root"))),
    "EPUB with an absolute path": (UnreadableFormat, "a.epub", pieces_epub(("/etc/passwd", "root"))),
    "EPUB with a link": (UnreadableFormat, "a.epub", _linked()),
    "EPUB with protected documents": (
        EncryptedText,
        "a.epub",
        pieces_epub(("META-INF/encryption.xml", '<e><CipherReference URI="OPS/piece%200.xhtml"/></e>')),
    ),
    "HTML of 10 MB of nested tags": (TextLimitReached, "a.html", b"<html>" + b"<div>" * 2_000_000 + b"x"),
    "HTML of a million attributes": (
        TextLimitReached,
        "a.html",
        b"<html><p %s>x" % b" ".join(b"a%d=1" % number for number in range(1_000_000)),
    ),
    "HTML in no declared character set": (UndecodableText, "a.html", b"<html><p>caf\xe9"),
    "HTML in a wrong character set": (UndecodableText, "a.html", b'<html><meta charset="shift_jis"><p>caf\xe9'),
    "HTML in something that is none": (UndecodableText, "a.html", b'<html><meta charset="zlib"><p>caf\xe9'),
    "HTML without words": (EmptyText, "a.html", b"<html><body><script>1</script></body></html>"),
    "old Word document": (UnreadableFormat, "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    "Rich Text": (UnreadableFormat, "a.rtf", b"{\\rtf1 words}"),
    "picture": (BinaryText, "a.txt", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "text of 50 MB on one line": (OversizedText, "a.txt", b"word " * 10_000_000),
    "text with a line of 2 MB": (OversizedText, "a.txt", b"word " * 400_000),
    "UTF-16 cut in half": (UndecodableText, "a.txt", "caf".encode("utf-16")[:-1]),
}


@pytest.mark.parametrize("case", list(CASES))
def test_it_is_refused_in_time_and_named(case: str) -> None:
    error, name, data = CASES[case]
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of every process that the tests have started
    began = time.perf_counter()
    with pytest.raises(error) as caught:
        read_bytes(name, data)
    assert time.perf_counter() - began < 10
    assert type(caught.value) is error
    assert str(caught.value).startswith(f"{name} ")
    assert str(caught.value).endswith(".")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(largest, 2**20)


def test_a_file_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(TextLimitReached, match="seconds"):
        extract("page.html", pieces_html().encode(), wall_seconds=0.01)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(seed: int) -> None:
    chance = random.Random(seed)
    name, data = chance.choice([("a.pdf", pieces_pdf()), ("a.docx", pieces_docx()), ("a.epub", pieces_epub())])
    damaged = bytearray(data)
    for _ in range(chance.randrange(1, 40)):
        damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
    with suppress(TextError):
        assert read_bytes(name, bytes(damaged)).text.strip()


def test_a_pipe_or_a_device_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    for path in (tmp_path / "pipe.txt", Path("/dev/zero")):
        with pytest.raises(TextError, match="no file"):
            read_text(path)
