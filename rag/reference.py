"""Formatted references for a citation: a Chicago note, BibTeX and CSL-JSON.

In: a citation and the snapshot it was made from. Out: its `References`. A surface prints them and changes nothing.
"""

import json
from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from index.snapshot import Snapshot
from rag.answer import Citation
from rag.bibtex import bibtex_entry
from rag.csl import csl_item
from rag.work import Locator, work_of

Style = Literal["chicago", "bibtex", "csl"]


class References(BaseModel):
    """One citation in every style."""

    chicago: str = Field(description="A full note after The Chicago Manual of Style, 18th ed., in plain text.")
    bibtex: str = Field(
        description="A BibTeX entry in UTF-8; the comment above it is the command that cites the place."
    )
    csl: dict[str, JsonValue] = Field(description="An item of CSL-JSON, as csl-data.json describes it.")

    def in_style(self, style: Style) -> str:
        """One of them as text; CSL-JSON as an array of one item, which is what reference managers read."""
        if style == "csl":
            return json.dumps([self.csl], ensure_ascii=False, indent=2)
        return (self.bibtex if style == "bibtex" else self.chicago).rstrip("\n")


def references(snapshot: Snapshot, citation: Citation) -> References:
    """The references of a citation.

    Raises:
        NotFound: the snapshot has no such section; the citation is of another.
    """
    work = work_of(snapshot, snapshot.section(citation.section_id))
    locator = Locator(citation.page, (citation.lines[0], citation.lines[1]), citation.file)
    return References(chicago=citation.reference, bibtex=bibtex_entry(work, locator), csl=csl_item(work, locator))
