"""Lines of a section, for whoever wants to read around a citation.

In: the view of a section. Out: the view of some of its lines, and its text with line numbers.
"""

from api.schemas import SectionView
from index.errors import NotFound


def lines_of(section: SectionView, first: int | None, last: int | None) -> SectionView:
    """The section from one line of its file to another; None stands for its own first and last.

    What a view says of itself still holds: `text` is the file's characters from `start` to `end`, and every sentence
    of which a character stands in these lines is there.

    Raises:
        NotFound: the section has no such line.
    """
    begins, ends = section.lines
    first = begins if first is None else first
    last = ends if last is None else last
    if first > ends or last < begins:
        raise NotFound(f"{section.id} stands in lines {begins} to {ends} of {section.file}. Ask for some of these.")
    first, last = max(first, begins), min(last, ends)
    lines = section.text.split("\n")
    start = section.start + sum(len(line) + 1 for line in lines[: first - begins])
    text = "\n".join(lines[first - begins : last - begins + 1])
    end = start + len(text)
    sentences = [
        sentence
        for sentence in section.sentences
        if any(span.start < end and span.end > start for span in sentence.spans)
    ]
    kept = {"text": text, "start": start, "end": end, "lines": [first, last], "sentences": sentences}
    return section.model_copy(update=kept)


def numbered(section: SectionView) -> str:
    """The text of a section, each line after its number in the file and a tab."""
    return "\n".join(f"{number}\t{line}" for number, line in enumerate(section.text.split("\n"), section.lines[0]))
