"""Notes after The Chicago Manual of Style, 18th edition: full notes, in plain text.

In: a work and a locator. Out: one note. The forms are those of a contribution to a book (14.8), of a foreword or the
like, and of a post on a blog. A place of publication is no longer asked for (14.30); up to six people are named
(13.23); a name that the piece does not print stands in brackets; a title that ends with a question mark keeps its
comma; titles are in title case. What Chicago has no form for is said in words: lines of a
file where there are no pages, and a digest, which is Byline's.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.title_case import title_case
from rag.work import Locator, Name, Work

_MOST_NAMED = 6
_NAMED_OF_MORE = 3


def chicago_note(work: Work, locator: Locator, speaker: str | None = None, is_quoted: bool = False) -> str:
    """A full note. Words that the piece only quotes are given to `speaker`, "quoted in" the piece."""
    return f"{_note(work, speaker, is_quoted)}, {locator.in_words}."


@lru_cache(maxsize=4096)
def _note(work: Work, speaker: str | None, is_quoted: bool) -> str:
    parts = [_people(work), _post(work) if work.is_post else _contribution(work)]
    note = ", ".join(part for part in parts if part)
    opening = _opening(work, speaker, is_quoted)
    if not opening:
        note = note[0].upper() + note[1:] if work.is_generic else note
    return f"{opening}{note}"


def _opening(work: Work, speaker: str | None, is_quoted: bool) -> str:
    if work.is_digest:
        return "Byline's digest of "
    if not is_quoted:
        return ""
    return f"{speaker}, quoted in " if speaker else "Quoted in "


def _people(work: Work) -> str:
    names = in_series(work.authors)
    return f"[{names}]" if names and work.are_authors_inferred else names


def _contribution(work: Work) -> str:
    editors = f", ed. {in_series(work.editors)}" if work.editors else ""
    published = ", ".join(part for part in (work.publisher, str(work.year or "n.d.")) if part)
    volume = f"{title_case(work.volume)}{editors} ({published})"
    if work.is_whole_volume:
        return volume
    if work.is_generic:
        article = "the " if work.is_digest and not work.authors else ""
        return f"{article}{work.title.lower().replace('&', 'and')} to {volume}"
    return f"{_in_quotation_marks(work.title)} in {volume}"


def _post(work: Work) -> str:
    blog = title_case(work.volume)
    blog = blog if re.search(r"\bblog\b", blog, re.I) else f"{blog} (blog)"
    return ", ".join(
        part for part in (f"{_in_quotation_marks(work.title)} {blog}", work.publisher, str(work.year or "n.d.")) if part
    )


def in_series(names: Sequence[Name]) -> str:
    """ "A", "A and B", "A, B, and C"; of more than six people the first three and "et al."."""
    whole = [name.whole for name in names]
    if len(whole) > _MOST_NAMED:
        return f"{', '.join(whole[:_NAMED_OF_MORE])}, et al."
    if len(whole) > 2:
        return f"{', '.join(whole[:-1])}, and {whole[-1]}"
    return " and ".join(whole)


def _in_quotation_marks(title: str) -> str:
    """The title with its comma: quotation marks within it are single, and the comma stands inside them all."""
    title = re.sub(r"[“\"]([^“”\"]*)[”\"]", r"‘\1’", title_case(" ".join(title.split())))
    title = re.sub(r"(?<!\w)'([^']+)'(?!\w)", r"‘\1’", title).rstrip(",;:")
    if title.endswith(".") and not title.endswith(".."):
        title = title[:-1]
    closes = title.endswith("’") and title.rfind("‘") > -1 and "’" not in title[title.rfind("‘") : -1]
    return f"“{title[:-1]},’”" if closes else f"“{title},”"
