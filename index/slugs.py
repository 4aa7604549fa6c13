"""Readable identifiers for addresses."""

import re
import unicodedata


def slug(text: str, longest: int = 80) -> str:
    """Lower-case words joined by hyphens, cut at a word; "untitled" where nothing is left."""
    plain = (
        unicodedata.normalize("NFKD", text.casefold().replace("’", "").replace("'", ""))
        .encode("ascii", "ignore")
        .decode()
    )
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return (words if len(words) <= longest else words[: longest + 1].rpartition("-")[0]) or "untitled"


def unique(candidate: str, taken: set[str]) -> str:
    """`candidate`, with a number behind it where it is taken; adds the result to `taken`."""
    name, number = candidate, 1
    while name in taken:
        number += 1
        name = f"{candidate}-{number}"
    taken.add(name)
    return name
