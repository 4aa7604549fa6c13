"""Sections and cited sentences as resources, each under a URI of its own.

In: a URI or a place in the list. Out: what stands there now. A section is its text with the file's line numbers, a
cited sentence is found again by its address, even where it has moved.
"""

from typing import Final

from mcp import MCPError
from mcp.types import (
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from api.mcp.text import section_text
from api.schemas import SectionView
from rag.engine import Engine
from rag.resolve import resolve

_SECTIONS: Final = "byline://sections/"
_CITATIONS: Final = "byline://citations/"
_PLAIN: Final = "text/plain"
_PAGE: Final = 100
_LONGEST_URI: Final = 1000


def list_sections(engine: Engine, cursor: str | None) -> ListResourcesResult:
    """A page of the sections in reading order.

    Raises:
        MCPError: the cursor is none of ours.
    """
    refs = list(engine.snapshot.section_refs.values())
    if cursor is not None and cursor not in map(str, range(_PAGE, len(refs), _PAGE)):
        raise MCPError(INVALID_PARAMS, "The cursor is none that this list gave. Begin again without one.")
    first = int(cursor or 0)
    listed = [
        Resource(
            uri=_SECTIONS + ref.id,
            name=ref.id,
            title=ref.title,
            description=f"{ref.kind} by {', '.join(ref.authors) or 'a writer not named'}, in {ref.volume_id}",
            mime_type=_PLAIN,
        )
        for ref in refs[first : first + _PAGE]
    ]
    rest = str(first + _PAGE) if first + _PAGE < len(refs) else None
    return ListResourcesResult(resources=listed, next_cursor=rest)


def list_templates() -> ListResourceTemplatesResult:
    """How the URIs are made."""
    return ListResourceTemplatesResult(
        resource_templates=[
            ResourceTemplate(
                uri_template=_SECTIONS + "{+section_id}",
                name="section",
                title="A piece with line numbers",
                description="A section by its id: its byline, then every line of it after its number in the file.",
                mime_type=_PLAIN,
            ),
            ResourceTemplate(
                uri_template=_CITATIONS + "{+address}",
                name="citation",
                title="A cited sentence",
                description="A sentence by the address of a citation: held, moved or gone, its words, its reference.",
                mime_type=_PLAIN,
            ),
        ]
    )


def read(engine: Engine, uri: str) -> ReadResourceResult:
    """What stands under a URI.

    Raises:
        NotFound: there is no such section.
        BadAddress: what follows is no address.
        MCPError: the URI is none of ours.
    """
    if len(uri) > _LONGEST_URI:
        raise MCPError(INVALID_PARAMS, f"A URI here has at most {_LONGEST_URI} characters.")
    if uri.startswith(_SECTIONS):
        text = section_text(SectionView.of(engine.snapshot.section(uri.removeprefix(_SECTIONS))))
    elif uri.startswith(_CITATIONS):
        text = resolve(engine.snapshot, uri.removeprefix(_CITATIONS)).as_text
    else:
        raise MCPError(INVALID_PARAMS, f"Resources begin with {_SECTIONS} or {_CITATIONS}, and {uri[:80]!r} does not.")
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=_PLAIN, text=text)])
