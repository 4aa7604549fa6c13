"""Who a sentence names as speaking: whoever stands beside a word of telling, as the text prints them.

In: the words of a sentence outside its quotation marks, and the `Cast` of its piece. Out: a speaker, or nobody: a
person's name in full, else a child, a report, a body as printed ("one young woman", "the harbour board").
"""

import re

from index.cast import Cast, persons_in
from index.names import HONORIFICS, find_names

_TELLING = (
    r"(?:says?|said|saying|tells?|told|telling|argue[sd]?|arguing|writes?|wrote|writing|puts? it|"
    r"(?:sums?|summed) it up|conclude[sd]?|concluding|finds?|found|explain(?:s|ed)?|state[sd]?|add(?:s|ed)|note[sd]?|"
    r"observe[sd]?|suggest(?:s|ed)?|claim(?:s|ed)?|warn(?:s|ed)?|point(?:s|ed) out|report(?:s|ed)?|recommend(?:s|ed)?|"
    r"insist(?:s|ed)?|advocate[sd]?|repl(?:y|ies|ied)|ask(?:s|ed)?|announce[sd]?|predict(?:s|ed)?|estimate[sd]?|"
    r"acknowledge[sd]?|highlight(?:s|ed)?|remark(?:s|ed)?|comment(?:s|ed)?|describe[sd]?|define[sd]?|read(?:s)?|"
    r"call(?:s|ed) (?:for|on)|shout(?:s|ed)?)"
)
_SAYS = r"(?:says?|said|asks?|asked|writes?|wrote|adds|added|argues?|argued|explains|explained|replies|replied)"
_PEOPLE = (
    r"child(?:ren)?|boys?|girls?|sons?|daughters?|m[ou]ms?|dads?|mothers?|fathers?|parents?|brothers?|sisters?|"
    r"grand(?:mother|father|ma|dad)|famil(?:y|ies)|couple|m[ae]n|wom[ae]n|person|people|lady|ladies|pupils?|students?|"
    r"graduates?|leavers?|carers?|adopters?|teachers?|headteacher|nurses?|doctor|workers?|managers?|directors?|"
    r"colleagues?|friends?|neighbours?|visitors?|inspectors?|officers?|practitioners?|professionals?|leaders?|"
    r"minister|secretary|commissioner|judge|mentors?|volunteers?|apprentices?|trainees?|chair|king|queen|keepers?|"
    r"voice"
)
_DOCUMENTS = "reports?|reviews?|inquiry|study|studies|survey|evaluation|analysis|research|paper|guidance|article"
_BODIES = (
    r"government|committee|commission|department|board|council|association|foundation|forum|network|inspectorate|"
    r"charity|charities|court|programme|taskforce|institute|trust|union|panel"
)
_CAPITAL = r"[A-ZÀ-Þ][\w’'&-]*"
_NO_FILLER = (
    r"(?!(?:that|which|who|whom|whose|and|or|but|is|was|are|were|be|been|has|had|have|to|of|in|on|by|for|if|when|as|"
    r"than|the|an?|our|my|his|her|their|it|we|they|he|she)\b)[\w’'-]+"
)
_NO_VERB = r"(?!(?:that|which|who|whom|is|was|are|were|has|had|have|will|can)\b)[\w’'()-]+"
_DETERMINER = (
    rf"(?:(?:{_CAPITAL}\s+){{0,3}}{_CAPITAL}['’]s|[Oo]ne of (?:the|our|my|his|her|their)|[Tt]he|[Tt]his|[Tt]hat|"
    rf"[Aa]n?|[Oo]ne|[Aa]nother|[Oo]ur|[Mm]y|[Hh]is|[Hh]er|[Tt]heir|[Tt]wo)"
)
_COMMON = (
    rf"(?:{_DETERMINER}\s+(?:{_NO_FILLER}\s+){{0,4}}?(?:{_PEOPLE}|{_DOCUMENTS}|{_BODIES})\b"
    rf"(?:\s+(?:of|from|by|in|at|on|for|into)(?:\s+{_NO_VERB}){{1,9}}?)?"
    rf"|(?:[Cc]hildren and )?(?:[Yy]oung people|[Cc]hildren|[Ii]nspectors|[Cc]are leavers)|[Mm]um|[Dd]ad|[Nn]an)"
)
_PROPER = (
    rf"(?:[Tt]he\s+)?(?:(?:{'|'.join(HONORIFICS)})\.?\s+)*"
    rf"(?!(?:As|And|But|However|If|In|So|Then|When|While|Yet)\b){_CAPITAL}"
    rf"(?:\s+(?:(?:of|for|on|and|&|de|van|der|von|la|le)\s+)?(?:the\s+)?{_CAPITAL}){{0,6}}"
)
_MANNER = (
    r"(?:\s+(?:\w+ly|also|has|have|had|then|once|again|himself|herself|themselves|and others|and colleagues|"
    r"et al\.?|(?:goes|went) on to))"
)
_WHO = rf"(?P<who>{_COMMON}|{_PROPER})"
_ASIDE = r"(?:\s*\([^()]{1,40}\)|,\s[^,.;:]{3,80},)"
_LEAD = (
    r"(?P<lead>^[^\w]*|[,;:–—-]\s+|"
    r"\b(?:[Aa]s|[Aa]nd|[Bb]ut|[Ss]o|[Yy]et|[Hh]owever|[Ww]hile|[Ww]hat|[Ww]here|[Tt]hen|hear|heard)\s+)"
)
_SUBJECT = re.compile(rf"{_LEAD}{_WHO}{_ASIDE}?{_MANNER}{{0,3}}\s+(?P<tells>{_TELLING})\b")
_AS = re.compile(
    rf"^(?:(?:However|And|But|Yet|Indeed|So),?\s+)?[Aa]s\s+{_WHO}(?:,\s[^.;:]{{3,110}}?|{_ASIDE})?{_MANNER}{{0,3}}\s+(?P<tells>{_TELLING})\b"
)
_INVERTED = re.compile(rf"\b{_SAYS}\s+{_WHO}\s*(?:[.,;:?!]|$)")
_ACCORDING = re.compile(
    rf"\b(?:[Aa]ccording to|[Ii]n the words of|[Tt]o quote|[Qq]uote from|(?:defined|put) by)\s+{_WHO}"
    r"(?=\s*(?:[.,;:?!(“]|in \d|about\b|$))"
)
_OWN_WORDS = re.compile(rf"{_WHO}\s+in (?:his|her|their) own words\b")
_PRONOUN = re.compile(rf"\b(?P<who>[Hh]e|[Ss]he|[Tt]hey){_MANNER}{{0,3}}\s+(?P<tells>{_TELLING})\b")
_PRONOUN_FIRST = re.compile(
    rf"^(?:(?:But|And|Crucially,|Here,)\s+)?(?:[Hh]e|[Ss]he){_MANNER}{{0,3}}\s+(?P<tells>{_TELLING})\b"
)

_TO_WHOM = re.compile(r"(?:\s+(?:[\w’'-]+)){1,6}?\s+that\b")
_AS_GOES_ON = re.compile(
    r"(?:,|\s+(?:us|me|it|out|up|that|in|at|from|to|when|this|last|earlier|above|perfectly)\b[^.;]{0,200}?,)"
)
_TITLES = re.compile(rf"^(?:(?:{'|'.join(HONORIFICS)})\.?\s+)+")
_OURS = re.compile(rf"(?:our|my)\s.*\b(?:{_DOCUMENTS}|{_BODIES})\b", re.IGNORECASE)
_ACRONYM = re.compile(r"[A-Z][A-Z&]+[a-z]?|\w+[A-Z]\w*")
_FIRST_PERSON = re.compile(r"(?:\b(?:but|and|so|yet)|[,–—-])\s+(?:[\w’']+\s+){0,3}?(?:I|[Ww]e)\b")
_ANY = re.compile(rf"\b{_TELLING}\b|\baccording to|\bwords of|\bown words|\bto quote|\bquote from|\b(?:defined|put) by")
_NOBODY = frozenset(
    """
    I We You He She They It This That These Those Who What There Somebody Someone Nobody Everybody Everyone Anyone One
    Others Some Many Most Few All Both Research Evidence Analysis Guidance Legislation Feedback Data Experience History
    Policy Practice Staff Law Nothing Something Much More Another Each
    """.split()
)


def tells(text: str) -> bool:
    """Whether a sentence has a word of telling at all; one that has none names no speaker."""
    return bool(_ANY.search(text.lower()))


def find_speaker(text: str, cast: Cast) -> str | None:
    """Whoever a sentence names beside a word of telling."""
    for pattern in (_AS, _ACCORDING, _OWN_WORDS, _SUBJECT, _INVERTED):
        for match in pattern.finditer(text):
            if speaker := _speaker(match, cast):
                return speaker
    return None


def reported_by(text: str, cast: Cast) -> str | None:
    """The speaker of indirect speech ("X argues that …", "As X told us, …", "According to X, …"), if it is that."""
    if (match := _AS.match(text)) and _AS_GOES_ON.match(text, match.end()):
        return _others(_speaker(match, cast))
    for match in _ACCORDING.finditer(text):
        closes = text[match.end() :].strip(" .") == ""
        if match.group().casefold().startswith("according") and (match.start() == 0 or closes):
            return _others(_speaker(match, cast))
    match = next((m for m in _SUBJECT.finditer(text) if _makes_claim(m, text) and _leads(m)), None)
    return _others(_speaker(match, cast)) if match else None


def goes_on_telling(text: str) -> bool:
    """Whether a pronoun stands beside a word of telling ("He says, …")."""
    return bool(_PRONOUN.search(text))


def goes_on_claiming(text: str) -> bool:
    """Whether a sentence is indirect speech of somebody named before it ("She argues that …")."""
    match = _PRONOUN_FIRST.match(text)
    return match is not None and _makes_claim(match, text)


def sole_person(text: str, cast: Cast) -> str | None:
    """The one person whom a text names, in full or by a surname known from elsewhere; None where there are more."""
    named = set(persons_in(text))
    named |= {cast.surnames[word] for word in re.findall(r"[A-Z][\w’-]+\b", text) if word in cast.surnames}
    return named.pop() if len(named) == 1 else None


def _leads(match: re.Match[str]) -> bool:
    return match.group("lead").strip().casefold() not in ("what", "where", "while", "as")


def _makes_claim(match: re.Match[str], text: str) -> bool:
    """Whether what follows the word of telling is what is told."""
    tells, rest = match.group("tells"), text[match.end() :]
    if _FIRST_PERSON.search(rest):
        return False
    if re.match(r"\s+that\b", rest) or tells in ("calls for", "called for"):
        return True
    if tells.startswith(("argue", "warn")) and re.match(r"\s+(?:for|against|of)\b", rest):
        return True
    return tells in ("tell", "tells", "told", "warned", "warns") and bool(_TO_WHOM.match(rest))


def _others(speaker: str | None) -> str | None:
    """A speaker other than the writer: "our report" is the writer's own."""
    return None if speaker is None or _OURS.match(speaker) else speaker


def _speaker(match: re.Match[str], cast: Cast) -> str | None:
    who: str = match.group("who")
    if re.fullmatch(_COMMON, who):
        return who if re.match(rf"(?!The\b|A\b|An\b)(?:{_CAPITAL}\s+)*{_CAPITAL}['’]s\b", who) else _small_first(who)
    return _named(who, match.start("who"), cast)


def _small_first(who: str) -> str:
    return who[0].lower() + who[1:]


def _named(who: str, start: int, cast: Cast) -> str | None:
    """A person or body by a name that is one."""
    bare = _TITLES.sub("", who)
    first = bare.split()[0]
    if first in _NOBODY or re.match(r"I['’]", first):
        return None
    if [bare] == [found.name for found in find_names(who)]:
        return bare
    if bare in cast.surnames or (bare == who and bare in cast.first_names):
        return cast.surnames.get(bare) or cast.first_names[bare]
    if first.casefold() == "the":
        return _small_first(who)
    if bare != who or cast.is_proper(first) or _ACRONYM.fullmatch(first):
        return who
    return None if start > 0 or first.endswith("s") or cast.is_small(first) or " " in who else who
