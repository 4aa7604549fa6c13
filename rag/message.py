"""An answer as one message of a chat, and the way back.

In: the sentences of an answer one by one, then the whole. Out: text in which `[n]` marks stand and a list of sources
follows, with the place of every mark. Whoever shows a chat message reads it as Markdown, so what could make a link, an
image or HTML of words that are not ours is escaped: a planted one is read as it was printed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer import Answer, AnswerSentence, Citation

_ACTIVE = re.compile(r"[\\\[\]<>]")
_ESCAPED = re.compile(r"\\([\\\[\]<>])")
_ESCAPED_MARK = re.compile(r"\\\[(\d+)\\\](?![(\[:])")
_SOURCES = "\n\nSources:\n"
_LIST = re.compile(r"\n\nSources:(?:\n- (?:\[\d+\],? )+[^\n]*)+\s*\Z")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a mark of citation stands in a message, in characters: `text[start:end] == "[n]"`."""

    start: int
    end: int
    citation: int


class Message:
    """A message that is written sentence by sentence; each step returns what it adds."""

    def __init__(self) -> None:
        self.text = ""
        self.marks: list[Mark] = []
        self.sentences = 0

    def add(self, sentence: AnswerSentence) -> str:
        """Write the next sentence; a frame begins a paragraph."""
        before = len(self.text)
        if self.text:
            self.text += "\n\n" if sentence.frame else " "
        self.text += inert(f"{sentence.frame} {sentence.text}".strip())
        for number in sentence.citations:
            mark = f"[{number}]"
            self.marks.append(Mark(len(self.text), len(self.text) + len(mark), number))
            self.text += mark
        self.sentences += 1
        return self.text[before:]

    def close(self, answer: Answer) -> str:
        """Write what is left: sentences not yet written, or why there is none, then notes and the list of sources."""
        before = len(self.text)
        for sentence in answer.sentences[self.sentences :]:
            self.add(sentence)
        if not answer.sentences:
            self.text += inert(answer.answer)
        for note in answer.notes:
            self.text += "\n\n" + _ESCAPED_MARK.sub(r"[\1]", inert(note))
        if answer.citations:
            self.text += _SOURCES + "\n".join(_source_lines(answer.citations))
        return self.text[before:]


def message_of(answer: Answer) -> Message:
    """A whole answer as a message."""
    message = Message()
    message.close(answer)
    return message


def without_sources(text: str) -> str:
    """What an answer said, given the message that it was: without the list of sources and without escapes.

    Text that is no such message comes back as it is, but for escapes.
    """
    return _ESCAPED.sub(r"\1", _LIST.sub("", text))


def inert(text: str) -> str:
    """Text that Markdown shows as it stands where it would else make a link, an image or HTML."""
    return _ACTIVE.sub(r"\\\g<0>", text)


def _source_lines(citations: Sequence[Citation]) -> list[str]:
    """A line for each reference, after the marks of all citations that share it."""
    shared: dict[str, list[int]] = {}
    for citation in citations:
        shared.setdefault(" ".join((citation.reference or citation.section).split()), []).append(citation.id)
    return [
        f"- {', '.join(f'[{number}]' for number in numbers)} {inert(reference)}"
        for reference, numbers in shared.items()
    ]
