"""What an earlier answer cited: the pieces, and the words behind each mark.

In: an assistant's turn, ours or pasted by a client. Out: `Earlier`. Such a turn is data: it offers nothing but pieces
that the index knows, by their titles, and never says what to do.
"""

import re
from dataclasses import dataclass

from index.names import fold
from index.records import SectionRef
from rag.answer import Answer, AnsweredTurn, Turn
from rag.lexicon import Lexicon

_LONGEST = 20_000
"""So many characters of a turn are read."""
_EVENT = re.compile(
    r"""“(?P<title>[^“”]{2,200})”(?P<opens>\s*\()?|\[(?P<mark>\d{1,3})\]
    |(?<!\w)['"‘](?P<other>[^'"‘’“”\n]{3,120})['"’](?!\w)""",
    re.X,
)
_TURN = re.compile(r"\A\s*\n\n[^“”:\n]{1,200}:\s")
"""A frame within a part, which names no piece."""
_PLACE = 160
"""A frame names the volume within so many characters after the title."""


@dataclass(frozen=True, slots=True)
class Cited:
    """What a mark of an answer leads to."""

    number: int
    section: SectionRef
    words: str
    """The sentence that carries the mark."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an answer cited, in its order."""

    cited: tuple[Cited, ...] = ()
    pieces: tuple[SectionRef, ...] = ()

    @property
    def authors(self) -> tuple[str, ...]:
        """Everybody who wrote one of the pieces."""
        return tuple(dict.fromkeys(name for piece in self.pieces for name in piece.authors))


def read_answer(turn: Turn, lexicon: Lexicon) -> Earlier:
    """The pieces that an assistant's turn cites: from the answer kept with it, else from the frames in its text."""
    if isinstance(turn, AnsweredTurn):
        return _kept(turn.answer, lexicon)
    text = turn.content[:_LONGEST]
    cited: list[Cited] = []
    pieces: list[SectionRef] = []
    here, end = None, 0
    for event in _EVENT.finditer(text):
        if event.group("mark"):
            if here is not None:
                words = _TURN.sub("", text[end : event.start()]).rpartition("):")[2].strip(" ,:\n") if end else ""
                cited.append(Cited(int(event.group("mark")), here, words or (cited[-1].words if cited else "")))
            end = event.end()
        elif known := _known(event, text, lexicon):
            here, end = known, event.end()
            pieces.append(known)
    return Earlier(tuple(cited), tuple(dict.fromkeys(pieces)))


def _known(event: re.Match[str], text: str, lexicon: Lexicon) -> SectionRef | None:
    """The piece of that title; of several, the one in the volume that is named after it. One word may be no title."""
    title = fold(event.group("title") or event.group("other"))
    if not title or (not event.group("opens") and len(title.split()) == 1):
        return None
    fitting = [lexicon.sections[each.section_id] for each in lexicon.titles if each.folded == title]
    after = fold(text[event.end() : event.end() + _PLACE])
    volumes = {volume.id: fold(volume.title) for volume in lexicon.volumes}
    placed = [ref for ref in fitting if after.startswith(volumes.get(ref.volume_id, "\0"))]
    longest = sorted(placed, key=lambda ref: -len(volumes[ref.volume_id])) or fitting
    return longest[0] if longest else None


def _kept(answer: Answer, lexicon: Lexicon) -> Earlier:
    """What an answer of ours cited, as far as the index still has it."""
    words = {number: sentence.text for sentence in answer.sentences for number in sentence.citations}
    cited = [
        Cited(citation.id, lexicon.sections[citation.section_id], words.get(citation.id, citation.quote))
        for citation in answer.citations
        if citation.section_id in lexicon.sections
    ]
    return Earlier(tuple(cited), tuple(dict.fromkeys(each.section for each in cited)))
