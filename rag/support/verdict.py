"""What the gate says of a sentence, and why."""

from dataclasses import dataclass
from enum import StrEnum

from index.model import Voice


class Verdict(StrEnum):
    """What the gate says of a sentence."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    MISATTRIBUTED = "misattributed"
    ALTERED_QUOTATION = "altered quotation"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason in a few words; the reason of a supported sentence is empty."""

    verdict: Verdict
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether the sentence may leave."""
        return self.verdict is Verdict.SUPPORTED


SUPPORTED = Judgement(Verdict.SUPPORTED)


def unsupported(why: str) -> Judgement:
    """Something in the sentence is not in what it cites."""
    return Judgement(Verdict.UNSUPPORTED, why)


def misattributed(why: str) -> Judgement:
    """The sentence is credited to somebody who did not say it."""
    return Judgement(Verdict.MISATTRIBUTED, why)


def altered(why: str) -> Judgement:
    """Quotation marks hold words that do not stand so in what is cited."""
    return Judgement(Verdict.ALTERED_QUOTATION, why)


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of the texts that may be cited: its words, whose they are, and where it stands."""

    text: str
    authors: tuple[str, ...]
    voice: Voice
    speaker: str | None
    title: str
    volume: str
    section_id: str
    ordinal: int
    """Its place among the sentences of its section."""
    before: int | None = None
    """The place of the nearest sentence before it that may be cited; None where it opens its section."""
