"""BibTeX entries, for BibTeX and biblatex alike.

In: a work and a locator. Out: one entry in UTF-8, below the `\\cite` command that carries the cited place: an entry
describes a piece, so that two citations of one piece have the same entry, and the place belongs to the command. A name
that was inferred stands in brackets and is kept whole, as is a body's; where nobody is named but editors, an entry says
so, since a style would else take them for the writers.
"""

import re

from rag.work import Locator, Name, Work

INFERRED = "The writer's name is not printed with the piece; Byline inferred it from the text."
DIGEST = "Byline's own digest: the words are not the writers'."

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{sign: f"\\{sign}" for sign in "&%$#_"},
}  # fmt: skip
_SPECIAL = re.compile("[" + re.escape("".join(_ESCAPES)) + "]")


def bibtex_entry(work: Work, locator: Locator) -> str:
    """The entry, below its `\\cite` command."""
    kind, fields = _post(work) if work.is_post or work.is_whole_volume else _contribution(work)
    lines = "".join(f"  {name:<12} = {{{value}}},\n" for name, value in fields.items() if value)
    place = locator.in_words if locator.page is None else f"p. {locator.page}"
    return f"% \\cite[{{{_escaped(place)}}}]{{{work.key}}}\n@{kind}{{{work.key},\n{lines}}}\n"


def _contribution(work: Work) -> tuple[str, dict[str, str]]:
    return "incollection", {
        "author": _authors(work),
        "title": _title(work),
        "booktitle": f"{{{_escaped(work.volume)}}}",
        "editor": " and ".join(_name(name) for name in work.editors),
        "publisher": _escaped(work.publisher),
        "year": str(work.year or "n.d."),
        "pages": _pages(work),
        "note": _note(work),
    }


def _post(work: Work) -> tuple[str, dict[str, str]]:
    place = (work.volume, work.publisher) if work.is_post else (work.publisher,)
    return "misc", {
        "author": _authors(work),
        "title": _title(work),
        "editor": " and ".join(_name(name) for name in work.editors),
        "howpublished": _escaped(", ".join(part for part in place if part)),
        "year": str(work.year or "n.d."),
        "note": _note(work),
    }


def _title(work: Work) -> str:
    """As printed, whatever a style does with capitals; that it is a digest is said where no style leaves it out."""
    return f"{{{_escaped(work.title)}{' [digest by Byline]' if work.is_digest else ''}}}"


def _authors(work: Work) -> str:
    if work.are_authors_inferred:
        return " and ".join(f"{{[{_escaped(name.whole)}]}}" for name in work.authors)
    unnamed = f"{{{work.stands_for_writer}}}" if work.stands_for_writer else ""
    return " and ".join(_name(name) for name in work.authors) or unnamed


def _name(name: Name) -> str:
    if not name.family:
        return f"{{{_escaped(name.whole)}}}"
    last = f"{name.particle} {name.family}".strip()
    return _escaped(", ".join(part for part in (last, name.suffix, name.given) if part))


def _pages(work: Work) -> str:
    if work.pages is None:
        return ""
    return _escaped("--".join(dict.fromkeys(work.pages)))


def _note(work: Work) -> str:
    said = [INFERRED] if work.are_authors_inferred else []
    return _escaped(" ".join([*said, *([DIGEST] if work.is_digest else [])]))


def _escaped(text: str) -> str:
    """Text on one line, with whatever means something to TeX written so that it is printed."""
    return _SPECIAL.sub(lambda sign: _ESCAPES[sign.group()], " ".join(text.split()))
