"""Bylines that the owner of a text corrects in the catalogue.

In: the sections as read, and the corrections. Out: the sections with the writers whom the corrections name.
"""

from collections.abc import Sequence
from dataclasses import replace

from index.catalogue import Correction
from index.errors import CatalogueError
from index.model import Author, Byline, BylineBasis, Section
from index.names import fold


def correct_bylines(sections: Sequence[Section], corrections: Sequence[Correction]) -> tuple[Section, ...]:
    """Put the corrected bylines in place; every piece of a title is corrected.

    Raises:
        CatalogueError: no piece has the title of a correction.
    """
    authors = {fold(correction.title): correction.authors for correction in corrections}
    titles = {fold(section.title) for section in sections}
    for correction in corrections:
        if fold(correction.title) not in titles:
            raise CatalogueError(
                f"A correction names the piece {correction.title!r}, which was not found. "
                "`byline outline` prints the titles of the pieces."
            )
    return tuple(
        _corrected(section, authors[fold(section.title)]) if fold(section.title) in authors else section
        for section in sections
    )


def _corrected(section: Section, names: Sequence[str]) -> Section:
    basis = BylineBasis.PRINTED if names else BylineBasis.UNKNOWN
    return replace(section, byline=Byline(tuple(Author(name) for name in names), basis, None, ", ".join(names)))
