"""A question in its conversation: what it leaves to the turns before it is put in.

In: a question and its history. Out: a `Standalone`: the question as it would be asked alone. The user's turns say what
the talk is about; the assistant's only offer the pieces they cite and names that the collection prints.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.names import NAME, fold
from index.records import PersonRecord
from index.tokens import stem
from rag.answer import AnsweredTurn, Turn
from rag.earlier import Earlier, read_answer
from rag.frame import people_in_words
from rag.leaning import (
    ASKS,
    is_fragment,
    opens_as_follow_up,
    points_at_something,
    points_back,
    without_opening,
)
from rag.lexicon import SCAFFOLD, Lexicon, content_stems
from rag.people import Mention, find_people, without_mentions
from rag.pointing import put_in_references

_TURNS = 12
"""So many turns back a conversation is read."""
_USER_CHARACTERS, _ANSWER_CHARACTERS = 600, 600
"""So much of a turn is read for what it is about."""
_CONTEXT_CHARACTERS = 300
_NEW = re.compile(
    r"""^\s*(?:(?:ok(?:ay)?|now|and|right)[\s,]+)*(?:(?:a\s+)?(?:new|different|another|separate)\s+(?:question|topic|subject)
    |(?:to\s+)?chang(?:e|ing)\s+(?:the\s+)?(?:subject|topic)|on\s+(?:a|an)(?:other)?\s+(?:different\s+)?(?:note|topic|subject)
    |forget\s+(?:that|all\s+that|it)|start(?:ing)?\s+(?:over|again))\b[\s:,.!;–—-]*""",
    re.I | re.X,
)
_NO = r"(?:(?:no|nope|sorry|actually|oops|wait|hang\s+on|hm+)\b[\s,.!;–—-]*)"
_MEANT = r"(?:i\s+(?:meant?|was\s+asking\s+about|asked\s+about|said)\s+|(?:the|that)\s+one\s+by\s+|make\s+that\s+)"
_CORRECTIONS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^{_NO}*{_MEANT}?not\s+(?:about\s+)?(?P<old>[^,;]+?)\s*(?:[,;–—]|\bbut\b)\s*{_MEANT}?(?P<new>.+)$",
        rf"^{_NO}*{_MEANT}?(?P<new>[^,;]+?)[,;]?\s+not\s+(?P<old>[^,;]+)$",
        rf"^{_NO}*{_MEANT}(?P<new>.+)$",
        rf"^{_NO}+(?P<new>.+)$",
    )
)
_FURTHER = re.compile(rf"[\s.,:;!?–—-]+(?=(?P<asked>{ASKS.pattern.removeprefix('^')}))", re.I | re.X)
"""Where a correction goes on with a question."""
_TOPIC = re.compile(r"\b(about|on|regarding|concerning)\s+(?!how\b|earth\b)(?P<topic>[^?.!]+?)(?=[\s?.!]*$)", re.I)
_EMPTY = SCAFFOLD | frozenset(
    map(stem, "recommend suggest propose want feel call claim worry see else anything something more detail".split())
)
"""Stems of questions that name no topic."""
_ON = re.compile(r"^(?:anything\s+|something\s+|more\s+)?(?:on|about|regarding|concerning|to\s+do\s+with)\s+", re.I)
_WITHIN = re.compile(r"^(?:in|at|for|with|from|since|by|during|before|after|under|of|to|when|where|if|as)\b", re.I)
_SAYS = (
    r"(?:say|think|argue|write|believe|recommend|suggest|see|mean|want|feel|call|claim|propose|describe|worry|reckon|"
    r"explain|mention|conclude|agree|blame|advise)"
)
_SPEAKER = re.compile(
    rf"\b(?:he|she|they)\b(?=\s+(?:\w+\s+)?{_SAYS}s?\b|\s+(?:said|thought|wrote|saw|meant|felt|argued|called))", re.I
)
_WITH = re.compile(r"\b(?:agree|disagree|differ|compare)\w*\b.*\b(?:him|her|them|that|it)\b", re.I)
_ELSEWHERE = re.compile(r"\belse\b", re.I)
_ELSE = re.compile(r"^\W*(?:and\s+|but\s+)?(?:who|anyone|anybody|somebody|someone)\s+else\b", re.I)


_NOTHING = Earlier()


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question as it would be asked alone."""

    own: str
    """What it says itself, with names in the place of what stands for them."""
    context: str = ""
    """What it leaves to the conversation; empty where it says all itself."""
    pieces: tuple[str, ...] = ()
    """Ids of the sections that it points at by mark, number or "that chapter"."""
    near: tuple[str, ...] = ()
    """Ids of the sections that the answer before it cited, where it goes on from them."""
    without: tuple[PersonRecord, ...] = ()
    """Writers heard already, where somebody else is asked for."""

    @property
    def text(self) -> str:
        """The whole, to be read."""
        besides = f" (besides {people_in_words([p.name for p in self.without])})" if self.without else ""
        return self.meaning + besides

    @property
    def meaning(self) -> str:
        """All that it asks."""
        return f"{self.own} (about: {self.context})" if self.context else self.own


@dataclass(frozen=True, slots=True)
class _Before:
    """What a question finds: the question before it and what was answered."""

    last: Standalone | None = None
    said: Earlier = _NOTHING
    answer: str = ""
    """The beginning of the last answer as it stands, where it is not one of ours."""


def stand_alone(question: str, history: Sequence[Turn], lexicon: Lexicon) -> Standalone:
    """The question with what it leaves to its history put in; of a long one, the last turns count."""
    before = _Before()
    for turn in _recent(history):
        if turn.role == "user":
            before = _Before(_resolve(_plain(turn.content[:_USER_CHARACTERS]), before, lexicon))
        else:
            answer = "" if isinstance(turn, AnsweredTurn) else turn.content[:_ANSWER_CHARACTERS]
            said = read_answer(turn, lexicon)
            before = _Before(before.last and _settled(before.last, said, answer, lexicon), said, answer)
    return _resolve(_plain(question), before, lexicon)


def _recent(history: Sequence[Turn]) -> Sequence[Turn]:
    return history[-_TURNS:]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _resolve(question: str, before: _Before, lexicon: Lexicon) -> Standalone:
    """One question after what came before it."""
    if before.last is None:
        return Standalone(question)
    if new := _NEW.match(question):
        return Standalone(question[new.end() :] or question)
    if (corrected := _corrected(question, before.last, lexicon)) is not None:
        return corrected
    referred = put_in_references(question, before.said, _people_before(before, lexicon))
    if referred.pieces:
        words = referred.words if lexicon.stands_in(referred.pieces[0], referred.words) else ""
        if not words and points_back(_ELSEWHERE.sub("", referred.question)):
            words = _subject(before.last.own, find_people(before.last.own, lexicon))
        return Standalone(referred.question, words[:_CONTEXT_CHARACTERS], referred.pieces)
    question = referred.question
    mentions = find_people(question, lexicon)
    own = _own_stems(question, mentions)
    if not _leans(question, mentions, own):
        return Standalone(question)
    if _ELSE.match(question):
        return _somebody_else(question, before, lexicon)
    if mentions:
        return _of_somebody_else(question, mentions, own, before.last, lexicon)
    if (changed := _on_something_else(question, before.last, lexicon)) is not None:
        return changed
    names = [person.name for person in _people_before(before, lexicon)]
    named = _SPEAKER.sub(people_in_words(names), question, count=1) if len(names) == 1 else question
    near = tuple(piece.id for piece in before.said.pieces)
    return Standalone(named, _context(before, lexicon), near=near)


def _settled(last: Standalone, said: Earlier, answer: str, lexicon: Lexicon) -> Standalone:
    """A question in which a surname of several writers is that of the one whom its answer cites or names."""
    known = {*said.authors, *(m.candidates[0].name for m in find_people(answer, lexicon, False) if not m.is_ambiguous)}

    def settle(text: str) -> str:
        for mention in reversed(find_people(text, lexicon)):
            fitting = [person.name for person in mention.candidates if person.name in known]
            if mention.is_ambiguous and len(fitting) == 1:
                text = text[: mention.start] + fitting[0] + text[mention.end :]
        return text

    return replace(last, own=settle(last.own), context=settle(last.context))


def _own_stems(question: str, mentions: Iterable[Mention]) -> list[str]:
    return content_stems(without_mentions(without_opening(question) if not mentions else question, mentions), _EMPTY)


def _leans(question: str, mentions: Sequence[Mention], own: Sequence[str]) -> bool:
    if mentions and own:
        return points_at_something(question)
    if mentions:
        return opens_as_follow_up(question) or is_fragment(question) or points_back(question)
    return not own or opens_as_follow_up(question) or is_fragment(question) or points_back(question)


def _people_before(before: _Before, lexicon: Lexicon) -> list[PersonRecord]:
    """Whom the talk is about: whom the last question names, else the one writer whom its answer cites or names."""
    if before.last is not None and (mentions := find_people(before.last.meaning, lexicon)):
        return list(dict.fromkeys(mention.candidates[0] for mention in mentions))
    authors = before.said.authors
    by_name = [person for person in lexicon.people if person.name in authors]
    named = [mention.candidates[0] for mention in find_people(before.answer, lexicon, offices=False)]
    found = list(dict.fromkeys(by_name or named))
    return found if len(found) == 1 else []


def _corrected(question: str, last: Standalone, lexicon: Lexicon) -> Standalone | None:
    """The last question with what "no, I meant …" or "not …, …" puts right; None where it puts nothing right."""
    for pattern in _CORRECTIONS:
        match = pattern.match(question)
        if match is None:
            continue
        new = match.group("new").strip(" .!?")
        old = (match.groupdict().get("old") or "").strip(" .!?")
        if not new or ASKS.match(new) or (pattern is _CORRECTIONS[1] and not _says(last, old)):
            return None
        if (further := _FURTHER.search(new)) is None:
            return _put_right(last, old, new, lexicon)
        right = _put_right(last, old, new[: further.start()], lexicon)
        return Standalone(_plain(question[question.rindex(further.group("asked")) :]), _ended(right.meaning))
    return None


def _says(last: Standalone, words: str) -> bool:
    return fold(words) in fold(last.meaning)


def _put_right(last: Standalone, old: str, new: str, lexicon: Lexicon) -> Standalone:
    meant = _somebody(new, last, lexicon)
    if meant is not None:
        for part, rest in ((last.own, last.context), (last.context, "")):
            if find_people(part, lexicon):
                fixed = _with_person(part, meant.name, lexicon, old)
                return Standalone(fixed, rest) if part is last.own else Standalone(last.own, fixed)
        return Standalone(f"What does {meant.name} say?", _ended(last.own))
    for words in (last.own, last.context):
        place = re.search(rf"\b{re.escape(old)}\b", words, re.I) if old else _TOPIC.search(words)
        if place is None:
            continue
        start, end = place.span() if old else place.span("topic")
        fixed = words[:start] + _ON.sub("", new) + words[end:]
        return Standalone(fixed, last.context) if words is last.own else Standalone(last.own, fixed)
    return Standalone(new, _joined(last))


def _somebody(words: str, last: Standalone, lexicon: Lexicon) -> PersonRecord | None:
    """Who is meant by a name alone, also by a first name where the talk so far or the collection leaves one only."""
    mentions = find_people(words, lexicon)
    if mentions and not _own_stems(words, mentions):
        return mentions[0].candidates[0]
    first = fold(words)
    if mentions or not first or len(first.split()) > 1:
        return None
    fitting = [person for person in lexicon.people if lexicon.name_parts[person.id][0] == first]
    surnames = {fold(p.name).split()[-1] for m in find_people(last.meaning, lexicon) for p in m.candidates}
    akin = [person for person in fitting if fold(person.name).split()[-1] in surnames]
    found = akin or fitting
    return found[0] if len(found) == 1 and (akin or not lexicon.is_ordinary(first)) else None


def _with_person(text: str, name: str, lexicon: Lexicon, old: str = "") -> str:
    """A text with a name in the place of the person it names: of several, of the one who is `old`."""
    mentions = find_people(text, lexicon)
    chosen = next((each for each in mentions if old and fold(old) in fold(each.text)), mentions[0])
    return text[: chosen.start] + name + text[chosen.end :]


def _somebody_else(question: str, before: _Before, lexicon: Lexicon) -> Standalone:
    """ "Who else says so?": the last topic, without whoever was heard on it."""
    assert before.last is not None
    asked = before.last.context or before.last.own
    mentions = find_people(asked, lexicon)
    heard = {m.candidates[0].id for m in mentions} | {p.id for p in lexicon.people if p.name in before.said.authors}
    without = tuple(person for person in lexicon.people if person.id in heard)
    return Standalone(question, _subject(asked, mentions), without=without)


def _of_somebody_else(
    question: str, mentions: Sequence[Mention], own: Sequence[str], last: Standalone, lexicon: Lexicon
) -> Standalone:
    """A question that names its own person: "and Narey?", "does Narey agree with her?", "what does he say of that?"."""
    names = [mention.candidates[0].name if not mention.is_ambiguous else mention.text for mention in mentions]
    asked = last.context or last.own
    before = find_people(asked, lexicon)
    if _WITH.search(question) and len(mentions) == 1 and before:
        return Standalone(question, _ended(asked))
    if is_fragment(question) and not own:
        if len(before) == 1 and len(names) == 1:
            return Standalone(_with_person(asked, names[0], lexicon))
        topic = _TOPIC.search(asked)
        about = f" about {topic.group('topic')}" if topic else ""
        rest = "" if topic else _ended(without_mentions(asked, before))
        return Standalone(f"What {'does' if len(names) == 1 else 'do'} {people_in_words(names)} say{about}?", rest)
    return Standalone(question, _subject(asked, before))


def _subject(asked: str, mentions: Sequence[Mention]) -> str:
    """What a question is about, whoever is asked."""
    topic = _TOPIC.search(asked)
    return _ended(topic.group("topic") if topic else without_mentions(asked, mentions))


def _on_something_else(question: str, last: Standalone, lexicon: Lexicon) -> Standalone | None:
    """ "And on housing?": the same people on another topic; None where it is no such fragment."""
    rest = without_opening(question).strip(" ?.!")
    asked = last.context or last.own
    people = find_people(asked, lexicon)
    if not is_fragment(question) or not people or not any(map(str.isalpha, content_stems(rest, _EMPTY))):
        return None
    if ASKS.match(rest) or _WITHIN.match(rest) or points_back(rest):
        return None
    topic = _ON.sub("", rest)
    if found := _TOPIC.search(asked):
        return Standalone(asked[: found.start("topic")] + topic + asked[found.end("topic") :])
    names = list(dict.fromkeys(mention.candidates[0].name for mention in people))
    return Standalone(f"What {'does' if len(names) == 1 else 'do'} {people_in_words(names)} say about {topic}?")


def _context(before: _Before, lexicon: Lexicon) -> str:
    """What a question that leans goes on from: the question before it, and what its answer names."""
    assert before.last is not None
    last = before.last
    names = [match.group("name").removeprefix("The ") for match in NAME.finditer(before.answer)]
    writers = {person.name for mention in find_people(before.answer, lexicon) for person in mention.candidates}
    known = [
        name
        for name in dict.fromkeys(names)
        if " " in name and name not in last.meaning and name not in writers and lexicon.prints(name)
    ]
    return "; ".join([_joined(last), *known[:2]])


def _joined(last: Standalone) -> str:
    """The question that the talk began with, and the last one where it is another."""
    return "; ".join(_ended(words)[:_CONTEXT_CHARACTERS] for words in (last.context.split("; ")[0], last.own) if words)


def _ended(text: str) -> str:
    return text.strip().rstrip("?!. ")
