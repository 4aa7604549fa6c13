"""Text and Markdown: decoded, and otherwise as they stand.

In: the bytes of a file. Out: an `Extracted` without pages.
"""

from index.errors import BinaryText, OversizedText, UndecodableText
from index.readers.extracted import LONGEST_LINE, LONGEST_TEXT, Extracted
from index.readers.sniff import is_utf_16


def read_plain(data: bytes) -> Extracted:
    """Decode UTF-8, or UTF-16 where a byte order mark says so.

    Raises:
        BinaryText, UndecodableText, OversizedText: named after what is wrong.
    """
    text = _utf_16(data) if is_utf_16(data) else _utf_8(data)
    if len(text) > LONGEST_TEXT:
        raise OversizedText(
            f"holds {len(text):,} characters; at most {LONGEST_TEXT:,} are read. Split it into volumes."
        )
    if len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE:
        raise OversizedText(f"has a line of more than {LONGEST_LINE:,} characters. Break it into paragraphs.")
    return Extracted(text)


def _utf_8(data: bytes) -> str:
    if b"\x00" in data:
        raise BinaryText("is not a text file (it holds NUL bytes). Byline reads UTF-8 text here.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UndecodableText(f"is not UTF-8 (byte {error.start}). Convert it to UTF-8 and try again.") from error


def _utf_16(data: bytes) -> str:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise UndecodableText(f"is not the UTF-16 that it says it is (byte {error.start}). Convert it.") from error
    if "\x00" in text:
        raise BinaryText("is not a text file (it holds NUL characters). Byline reads text here.")
    return text
