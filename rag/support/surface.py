"""What no retold sentence may look like: links, images, markup, orders to the reader, talk of the machine itself.

In: a sentence. Out: what is wrong with it, or nothing. Rendering of model output is the door by which injected text
leaves (OWASP LLM05); the gate shuts it whatever the passages hold.
"""

import re
import unicodedata

LONGEST = 600
"""Characters; no sentence of a retelling is longer."""
_FORBIDDEN = (
    (
        "a link",
        re.compile(
            r"https?:|www\.|mailto:|\w@\w|\b[\w-]+\.(?:com|org|net|io|uk|gov|edu|co|dev|app|xyz|example|test)\b", re.I
        ),
    ),
    ("markup", re.compile(r"!\[|\]\(|<[a-z!/][^>]*>?|```|`|\*|~~|__|^\s*#|^\s*>|\||&[a-z]+;|&#|\\|\{|\}|\$\(", re.I)),
    (
        "an order",
        re.compile(
            r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instruction|above|previous|prompt|rule|everything)s?\b|"
            r"\bsystem prompt\b|\b(?:click|tap) (?:here|on|below)\b|\bas an? (?:ai|language model|assistant)\b|"
            r"\byou are (?:now )?an?\b.{0,30}\b(?:assistant|model|ai|bot)\b|"
            r"\b(?:reply|respond) (?:only )?with\b|"
            r"\b(?:send|forward|paste|type|enter)\b.{0,40}\b(?:password|key|token|card)\b",
            re.I,
        ),
    ),
)  # fmt: skip

_WHOLE = re.compile(r"[\w.!?…%][”\"’')]*$")


def what_is_wrong(sentence: str) -> str:
    """What a sentence holds that none may; empty where nothing."""
    if len(sentence) > LONGEST:
        return "longer than a sentence"
    if not _WHOLE.search(sentence):
        return "no end"
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn", "So") for char in sentence):
        return "a character that is no text"
    return next((name for name, pattern in _FORBIDDEN if pattern.search(sentence)), "")
