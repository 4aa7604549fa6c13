"""Whose words a sentence is: the writer's, or somebody else's whom the piece quotes.

In: a section and a sentence of it. Out: what a frame calls the one who is quoted.
"""

import re

from index.model import Voice
from index.names import fold
from index.records import SectionRecord, SentenceRecord

SOMEBODY = "somebody"
"""What a frame calls a speaker whom the text does not name, or only by words that point at its writer or its page."""
_VOICES = frozenset({Voice.EPIGRAPH, Voice.QUOTED, Voice.VERSE})
"""A claim that is only reported is told in the writer's own words."""
_SAYABLE = re.compile(r"(?!.*\b(?:I|my|our|me|us|we|your|this|that|these|those|somebody)\b)[^“”():\n]{1,80}", re.I)
_INSIDE_TO = re.compile(r"^[^“”\"]*[”\"]")
"""From the beginning of a sentence that stands within a quotation to where that ends."""
_WITHIN = (
    re.compile(r"“[^“”]*”"),
    re.compile(r"“.*|.*”", re.S),
    re.compile(r"\"[^\"]*\""),
    re.compile(r"(?<!\w)\".*|.*\"", re.S),
    re.compile(r"(?<!\w)[‘'](?=\w).*?(?<=[^\s‘'])[’'](?!\w)", re.S),
    re.compile(r"(?<!\w)[‘'](?=\w).*|.*[’'](?=\W*\Z)", re.S),
)
"""What stands between marks of quotation; then from one without its fellow to the end, or from the beginning to it."""


def quoted_from(section: SectionRecord, sentence: SentenceRecord) -> str | None:
    """Whom a sentence quotes from beginning to end, in the words of a frame; None where the writer says any of it.

    A writer who puts words of others into a sentence of their own ("The cook said: …") says there whose they are.
    """
    if sentence.voice not in _VOICES or (sentence.voice is Voice.VERSE and sentence.speaker is None):
        return None
    speaker = sentence.speaker or ""
    if any(f" {fold(name.name)}".endswith(f" {fold(speaker)}") for name in section.authors if speaker):
        return None
    if sentence.voice is Voice.QUOTED and _has_own_words(sentence.text, goes_on(section, sentence)):
        return None
    return speaker if _SAYABLE.fullmatch(speaker) else SOMEBODY


def goes_on(section: SectionRecord, sentence: SentenceRecord) -> bool:
    """Whether a sentence begins within a quotation that one before it in its paragraph has opened."""
    before = ""
    for other in reversed(section.sentences[: sentence.ordinal]):
        if (other.paragraph, other.voice, other.speaker) != (sentence.paragraph, sentence.voice, sentence.speaker):
            break
        before += other.text
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _has_own_words(text: str, is_within: bool) -> bool:
    """Whether a sentence has words outside quotation marks; one without any mark is quoted as a whole."""
    if is_within and not _INSIDE_TO.match(text):
        return False
    rest = _INSIDE_TO.sub(" ", text) if is_within else text
    for marks in _WITHIN:
        rest = marks.sub(" ", rest)
    return rest != text and any(map(str.isalpha, rest))
