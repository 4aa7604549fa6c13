"""Understanding a question: who is named, what kind of question it is, what it is about.

In: a question with its history. Out: an `Understanding`, whose `standalone` says the question without the history.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from index.names import NAME, fold
from index.records import PersonRecord
from index.tokens import stem
from rag.answer import Turn
from rag.contrast import Side, sides_of
from rag.conversation import stand_alone
from rag.lexicon import SCAFFOLD, Lexicon, content_stems
from rag.people import Mention, find_people, without_mentions
from rag.sides import own_words


class Sort(StrEnum):
    """What kind of answer a question wants."""

    TOPIC = "topic"
    FIGURE = "figure"
    REASON = "reason"
    LIST = "list"
    SUMMARY = "summary"
    COMPARE = "compare"
    WHO = "who"


_SORTS: tuple[tuple[Sort, re.Pattern[str]], ...] = tuple(
    (sort, re.compile(pattern, re.I | re.X))
    for sort, pattern in (
        (Sort.COMPARE, r"\b(?:compare|compared\ with|differ|difference|contrast|agree|disagree|both|each|versus|vs)\b"),
        (
            Sort.WHO,
            r"""^(?:and\ )?(?:who(?!\ all\b)|whose|which\ (?:\w+\ ){0,2}
            (?:author|contributor|writer|director|essay|person|social\ worker)s?)\b""",
        ),
        (
            Sort.SUMMARY,
            r"""\b(?:summar\w+|sum\ up|overview|in\ a\ nutshell|gist|tl;?dr|synopsis|take-?aways?
            |(?:main|key|central|core|overall)\ (?:\w+\ )?(?:argument|point|message|idea|theme|thesis|claim)s?
            |what(?:['’]?s|\ is)\ (?!.*\b(?:worried|concerned|angry|happy|said|known|done|being\ \w+)\ about\b)
             .{3,60}\ about(?=\W*$|,|\ in\ (?:short|brief|essence)))\b""",
        ),
        (
            Sort.LIST,
            r"""\b(?:list|(?:which|what)\ (?:two|three|four|five|six|seven|\d)\b|name\ the|what\ (?:are|were)
            |who\ all|examples?|the\ (?:separate|individual|different|various)\ \w+s
            |besides|beyond|apart\ from
            |(?:which|what)\ (?:(?!of|is|was|does|did|do|became)\w+\ ){1,3}(?!does|has|was|this)\w{2,}
             (?:[^su\W]s|ren|people)(?:\ \w+){1,4}?\ (?:did|do|does)
            |(?:which|what)\ (?:\w+\ )?(?!does|has|was|this)\w{3,}(?:s|ren|people)
             \ (?:did|do|does|has|have|had|are|were|can
            |could|should|would|will|might|of|for|outside|besides))\b""",
        ),
        (
            Sort.FIGURE,
            r"""\b(?:how\ (?:many|much|long|far|often|old|big|large)|per\ cent|percentage|when\ (?:did|was|were)
            |what\ (?:%\ of|share|percentage|proportion|figure|number|year|sum|amount|combined|age))\b""",
        ),
        (
            Sort.REASON,
            r"\b(?:why|how\ (?:does|did|do|is|are|was|were|can|could|should|come)|reasons?|what\ makes|explain)\b",
        ),
    )
)
_COMPARES = re.compile(r"\b(?:compare[ds]?|comparison|contrast|versus|vs|differ|differences?\s+between)\b", re.I)
_SPOKEN = re.compile(
    r"""\b(?:say|says|said|saying|think|thinks|argue|argues|argued|write|writes|wrote|view|views|opinion|according\ to
    |main\ argument|recommend|recommends|believe|believes|suggest|suggests|see|sees|put\ it|claims?|worr(?:y|ies)
    |proposes?|describes?|reckons?|agree|disagree|differ|story|essay|chapter|piece|blog|post|talk|talks|blame|blames
    |call|calls|want|wants|feel|feels)\b""",
    re.I | re.X,
)
_SPEAKS = re.compile(
    r"""['’]s\b|\s+(?:say|said|says|think|thinks|argue|argues|argued|write|writes|wrote|recommend|believe|suggest|mean|make
    |propose|describe)\b""",
    re.X,
)
_SMALL_NAME = re.compile(
    rf"\b(?:does|did|do|has)\s+(?P<name>[a-z]{{2,}}(?:[\s-][a-z]{{2,}}){{1,2}}?)(?:{_SPEAKS.pattern})", re.X
)
_SUBJECT = re.compile(
    r"\b(?:(?:do|does|did|would|could|should|will|can|might|has|have|had)(?:n['’]?t)?|how\s+come)\s+(?:the\s+)?$", re.I
)
"""What stands before whoever does something in a question."""
_HEADING = (
    re.compile(r"^\W*(?:(?:quote|find|show\s+me|(?:any|some)thing\s+from)\s+)?(?:the\s+)?$", re.I),
    re.compile(r"\s*:|\s+(?:(?:talking|speaking|writing)\s+)?(?:on|about)\b", re.I),
)
"""What stands before and after whoever a heading names: "Harker on schools"."""
_ASIDE = (re.compile(r"(?:^|,)\W*(?:and\s+)?(?:for|to|with)\s+(?:the\s+)?$", re.I), re.compile(r"\s*(?:,|\W*$)"))
"""And around whoever's mind it is said to be: "for Harker, what is a school?"."""
_MINDED = (re.compile(r"^(?!\W*who\b).*\b(?:is|was|are|were)\s+(?:the\s+)?$", re.I), re.compile(r"\s+\w"))
"""And around whoever is of a mind: "is Harker against tests?"."""
_MARKED = re.compile(r"(?<!\w)[\"“‘']((?:[^\"“”‘’']|(?<=\w)['’](?=\w)){3,120})[\"”’'](?!\w)")
"""Words between quotation marks; an apostrophe is none."""
_TITLE_END = " .!?-"


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question as the engine works on it."""

    text: str
    standalone: str
    leans: bool
    """Whether it says only together with the turns before it what it asks."""
    own: str
    """What it says itself; all of it where it does not lean."""
    near: tuple[str, ...]
    """Ids of the sections that the last answer cited, where it goes on from them."""
    without: tuple[PersonRecord, ...]
    """Writers who are not asked: those heard already."""
    sort: Sort
    mentions: tuple[Mention, ...]
    speakers: tuple[PersonRecord, ...]
    """Writers whose own words are asked for; others are only talked about."""
    strangers: tuple[str, ...]
    """Names of people whose words are asked for and who write nothing here."""
    volume_ids: tuple[str, ...]
    section_ids: tuple[str, ...]
    topic: str
    """The standalone question without the names of its speakers."""
    stems: tuple[str, ...]
    """Stems of what it is about, names and scaffolding left out; of a follow-up, of what it says itself."""
    meant: tuple[str, ...]
    """Stems of all that it is about, what it leaves to the conversation too."""
    asked_of: Mapping[str, str]
    """Of a comparison: what it asks of a person, by id, where that is less than the whole of it."""
    sides: tuple[Side, ...]
    """The two things that it compares, where they are no two people."""

    @property
    def asks_of_lives(self) -> bool:
        """Whether what is told of its speakers may answer: it asks for no reason, and for nothing they say or think."""
        return self.sort is not Sort.REASON and not _SPOKEN.search(self.standalone)

    @property
    def asked(self) -> str:
        """What the reranker is asked: of a follow-up what it says itself, since the rest was answered before."""
        return self.own if self.leans else self.standalone

    @property
    def query(self) -> str:
        """What to look for: the topic, or where nothing is left of it, the whole question."""
        return self.topic if self.stems else self.standalone


def understand(question: str, history: list[Turn], lexicon: Lexicon, offices: bool = True) -> Understanding:
    """Read a question in the light of the conversation before it; `offices` also name people."""
    alone = stand_alone(question, history, lexicon)
    standalone = alone.meaning
    mentions = tuple(find_people(standalone, lexicon, offices))
    sort = _sort(question if alone.context else alone.own, mentions)
    speakers = _speakers(standalone, mentions, sort)
    topic = without_mentions(standalone, mentions) if speakers else standalone
    section_ids, title_stems = _sections(standalone, lexicon)
    section_ids = alone.pieces or section_ids
    names = frozenset(stem(part) for mention in mentions for part in fold(mention.text).split())
    stems = tuple(content_stems(topic, SCAFFOLD | names))
    meant = stems
    if alone.context:
        own = without_mentions(alone.own, find_people(alone.own, lexicon, offices))
        stems = tuple(content_stems(own, SCAFFOLD | names)) or stems
    if section_ids and set(stems) - title_stems:
        stems = tuple(token for token in stems if token not in title_stems)
    elif section_ids and sort is Sort.TOPIC:
        sort = Sort.SUMMARY
    if (
        sort in (Sort.TOPIC, Sort.REASON)
        and len({mention.candidates[0].id for mention in mentions if mention.candidates[0] in speakers}) > 1
    ):
        sort = Sort.COMPARE
    return Understanding(
        text=question,
        standalone=alone.text,
        leans=bool(alone.context),
        own=alone.own,
        near=alone.near,
        without=alone.without,
        sort=sort,
        mentions=mentions,
        speakers=speakers,
        strangers=_strangers(standalone, mentions, lexicon),
        volume_ids=_volumes(standalone, lexicon),
        section_ids=section_ids,
        topic=topic,
        stems=stems,
        meant=meant,
        asked_of=_asked_of(standalone, mentions) if sort is Sort.COMPARE else {},
        sides=() if alone.context or len(speakers) > 1 else sides_of(standalone, mentions, lexicon),
    )


def put_to(understood: Understanding, side: Side) -> Understanding:
    """A question as it is put to one side of what it compares."""
    names = frozenset(stem(part) for person in side.people for part in fold(person.name).split())
    stems = tuple(content_stems(side.asked, SCAFFOLD | names)) or understood.stems
    return replace(understood, standalone=side.asked, own=side.asked, topic=side.asked, stems=stems, meant=stems)


def _asked_of(text: str, mentions: tuple[Mention, ...]) -> dict[str, str]:
    """What each person is asked, by id, where it is less than the whole; of whoever is named twice, the whole."""
    asked = list(zip(mentions, own_words(text, mentions), strict=True))
    named = [person.id for mention in mentions for person in mention.candidates]
    return {
        person.id: words
        for mention, words in asked
        for person in mention.candidates
        if words and named.count(person.id) == 1
    }


def _sort(question: str, mentions: tuple[Mention, ...]) -> Sort:
    """The first sort whose words the question has; only what names two things asks to compare them."""
    for sort, pattern in _SORTS:
        if pattern.search(question) and (sort is not Sort.COMPARE or len(mentions) > 1 or _COMPARES.search(question)):
            return sort
    return Sort.TOPIC


def _speakers(text: str, mentions: tuple[Mention, ...], sort: Sort) -> tuple[PersonRecord, ...]:
    """Everybody named, where it is asked what they say or think, or they have a possessive or do something; where that
    is nobody, whoever the question says it is for.
    """
    asked = sort is Sort.COMPARE or bool(_SPOKEN.search(text))
    speak = [
        mention
        for mention in mentions
        if asked or re.match(r"['’]s?\b", text[mention.end :]) or _SUBJECT.search(text[: mention.start])
    ]
    speak = speak or [
        mention
        for mention in mentions
        if any(
            before.search(text[: mention.start]) and after.match(text[mention.end :])
            for before, after in (_HEADING, _ASIDE, _MINDED)
        )
    ]
    return tuple(dict.fromkeys(person for mention in speak for person in mention.candidates))


def _strangers(text: str, mentions: tuple[Mention, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """Names in the place of a speaker ("what did X say") that are neither a writer's nor part of a title."""
    titles = [*(volume.title for volume in lexicon.volumes), *(title.folded for title in lexicon.titles)]
    found: list[str] = []
    for match in re.finditer(r"\b(?:did|does|has|is|to|by|in)\s+(?=[A-Z])|\b(?=[A-Z])", text):
        name = NAME.match(text, match.end())
        if name is None or not _SPEAKS.match(text, name.end()):
            continue
        is_writer = any(mention.start < name.end() and name.start() < mention.end for mention in mentions)
        is_title = any(fold(name.group("name")) in fold(title) for title in titles)
        is_part = any(name.group("name") in longer for longer in found)
        if (
            not is_writer
            and not is_title
            and not is_part
            and not all(lexicon.is_ordinary(part.casefold()) for part in name.group("name").split())
        ):
            found.append(name.group("name"))
    return tuple(dict.fromkeys(found or _lower_case_strangers(text, mentions, lexicon)))


def _lower_case_strangers(text: str, mentions: tuple[Mention, ...], lexicon: Lexicon) -> list[str]:
    """Names written small: two or three words before a verb of saying, none of which is a word in the collection."""
    return [
        " ".join(part.capitalize() for part in match.group("name").split())
        for match in _SMALL_NAME.finditer(text)
        if not any(mention.start < match.end("name") and match.start("name") < mention.end for mention in mentions)
        and not any(lexicon.is_ordinary(part) for part in match.group("name").split())
    ]


def _volumes(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Volumes named by title; of two that fit, the one with the longer title."""
    folded = f" {fold(text)} "
    named = [
        v
        for v in lexicon.volumes
        if f" {fold(v.title)} " in folded or f" {fold(v.title).replace('volume ', 'vol ')} " in folded
    ]
    longest = max((len(v.title) for v in named), default=0)
    return tuple(
        v.id
        for v in named
        if len(v.title) == longest or not any(v.title in other.title for other in named if other is not v)
    )


def _sections(text: str, lexicon: Lexicon) -> tuple[tuple[str, ...], frozenset[str]]:
    """Sections named by title: in quotation marks, or in full where the title has three words or more."""
    folded = fold(text)
    marked = {fold(part).rstrip(_TITLE_END) for part in _MARKED.findall(text)} - {""}
    found: list[str] = []
    stems: frozenset[str] = frozenset()
    for title in lexicon.titles:
        whole = title.folded.rstrip(_TITLE_END)
        if whole in marked or title.short in marked or (len(whole.split()) >= 4 and whole in folded):
            found.append(title.section_id)
            stems |= title.stems
    return tuple(found), stems
