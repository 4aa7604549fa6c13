"""CSL-JSON items, as citeproc, Zotero and pandoc read them.

In: a work and a locator. Out: one item of the array that csl-data.json describes
(https://resource.citationstyles.org/schema/latest/input/json/csl-data.json). The year is left out where it is unknown:
styles then print their own "n.d.". A name that was inferred stands in brackets as a literal, a body's without; where
nobody is named but editors, an item says so, since styles would else take them for the writers.
"""

from pydantic import JsonValue

from rag.bibtex import DIGEST, INFERRED
from rag.work import Locator, Name, Work


def csl_item(work: Work, locator: Locator) -> dict[str, JsonValue]:
    """The item; fields that nothing is known for are left out."""
    title = f"{work.title} [digest by Byline]" if work.is_digest else work.title
    container = "" if work.is_whole_volume else work.volume
    said = [INFERRED] if work.are_authors_inferred else []
    fields: dict[str, JsonValue] = {
        "id": work.key,
        "type": _kind(work),
        "author": _authors(work),
        "title": title,
        "container-title": container,
        "editor": [_name(name) for name in work.editors],
        "publisher": work.publisher,
        "issued": {"date-parts": [[work.year]]} if work.year else None,
        "page": "-".join(dict.fromkeys(work.pages)) if work.pages else "",
        "locator": locator.in_words,
        "note": " ".join([*said, *([DIGEST] if work.is_digest else [])]),
    }
    return {name: value for name, value in fields.items() if value}


def _kind(work: Work) -> str:
    if work.is_whole_volume:
        return "document"
    return "post-weblog" if work.is_post else "chapter"


def _name(name: Name) -> JsonValue:
    if not name.family:
        return {"literal": name.whole}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {field: value for field, value in parts.items() if value}


def _authors(work: Work) -> list[JsonValue]:
    if work.are_authors_inferred:
        return [{"literal": f"[{name.whole}]"} for name in work.authors]
    unnamed: list[JsonValue] = [{"literal": work.stands_for_writer}] if work.stands_for_writer else []
    return [_name(name) for name in work.authors] or unnamed
