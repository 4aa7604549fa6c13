"""Numbers in one spelling: "twenty-three", "23" and "23.0" are 23; "£605m" is "£605 million".

In: words and figures in lower case, in order. Out: the same with numbers as plain decimals, so that two ways to write
one number are equal and two numbers are not.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {
    "hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9,
}  # fmt: skip
_FIGURE = re.compile(
    r"(?P<sign>[£$€]?)(?P<number>\d+(?:,\d{3})*(?:\.\d+)?|\d+(?:[.,]\d+)*)(?P<suffix>%|m|bn|k|st|nd|rd|th)?"
)
_ORDINALS = {
    word: f"#{place}"
    for place, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1)
}
_MONTHS = frozenset("january february march april may june july august september october november december".split())


def in_one_spelling(words: Sequence[str]) -> list[tuple[str, int]]:
    """Every word with how many of the given words it stands for; a percent sign is a word of its own."""
    found: list[tuple[str, int]] = []
    place = 0
    while place < len(words):
        taken = _number_at(words, place)
        found += taken
        place += sum(count for _, count in taken)
    return _day_before_month(found)


def _number_at(words: Sequence[str], place: int) -> list[tuple[str, int]]:
    word = words[place]
    if match := _FIGURE.fullmatch(word):
        return _figure(match, words, place)
    if word in ("percent", "%"):
        return [("%", 1)]
    if word == "per" and words[place + 1 : place + 2] == ["cent"]:
        return [("%", 2)]
    if word in _ORDINALS:
        return [(_ORDINALS[word], 1)]
    if word in _UNITS or word in _TENS or (word in ("hundred", "thousand", "million", "billion")):
        return [_in_words(words, place)]
    return [(word, 1)]


def _figure(match: re.Match[str], words: Sequence[str], place: int) -> list[tuple[str, int]]:
    sign, digits, suffix = match["sign"], match["number"].replace(",", ""), match["suffix"] or ""
    if digits.count(".") > 1:
        return [(match.group(), 1)]
    if suffix in ("st", "nd", "rd", "th"):
        return [(f"#{digits}", 1)]
    value, count = Decimal(digits) * _SCALES.get(suffix, 1), 1
    while not suffix and words[place + count : place + count + 1] and words[place + count] in _SCALES:
        value, count = value * _SCALES[words[place + count]], count + 1
    plain = sign + _plain(value)
    return [(plain, count), ("%", 0)] if suffix == "%" else [(plain, count)]


def _in_words(words: Sequence[str], place: int) -> tuple[str, int]:
    """A number in words: "two hundred and five thousand"."""
    total = current = count = 0
    last = 10**12
    while place + count < len(words):
        word = words[place + count]
        if (
            word in _UNITS
            and last > (9 if last in _TENS.values() else 19)
            and (last not in _TENS.values() or _UNITS[word] < 10)
        ):
            current, last = current + _UNITS[word], _UNITS[word] if _UNITS[word] else 1
        elif word in _TENS and last >= 100:
            current, last = current + _TENS[word], _TENS[word]
        elif word == "hundred":
            current, last = max(current, 1) * 100, 100
        elif word in ("thousand", "million", "billion"):
            total, current, last = total + max(current, 1) * _SCALES[word], 0, 10**12
        elif not (word == "and" and last == 100 and _goes_on(words, place + count + 1)):
            break
        count += 1
    return _plain(Decimal(total + current)), max(count, 1)


def _goes_on(words: Sequence[str], place: int) -> bool:
    return place < len(words) and (words[place] in _UNITS or words[place] in _TENS)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _day_before_month(words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """ "May 3" and "3rd May" as "3 May"."""
    found = list(words)
    for place in range(len(found) - 1):
        (first, taken), (second, also) = found[place], found[place + 1]
        if first in _MONTHS and second.lstrip("#").isdigit() and int(second.lstrip("#")) <= 31:
            found[place], found[place + 1] = (second.lstrip("#"), taken), (first, also)
        elif second in _MONTHS and first.startswith("#"):
            found[place] = (first[1:], taken)
    return found
