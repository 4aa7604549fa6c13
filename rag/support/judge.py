"""Judging one retold sentence by the sentences it cites.

In: the sentence without its marks, and the cited `Source`s. Out: a `Judgement`. Every doubt is a no.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.model import Voice
from index.names import fold
from rag.support.align import Stretch, align, leans
from rag.support.credit import Credit, credits, is_credited_rightly, is_speaker_named, is_writer_credited, same_person
from rag.support.evidence import Evidence
from rag.support.surface import what_is_wrong
from rag.support.verdict import SUPPORTED, Judgement, Source, Verdict, altered, misattributed, unsupported
from rag.support.words import Token, has_stray_mark, quotations, tokenise

_NAMES = re.compile(r"\b[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*")


class Judge:
    """Judges retold sentences; `writers` are all who write in the collection, by full name."""

    def __init__(self, writers: Sequence[str], evidence: Evidence | None = None) -> None:
        self._writers = tuple(writers)
        self._evidence = evidence

    def judge(self, sentence: str, cited: Sequence[Source], follows: Source | None = None) -> Judgement:
        """Whether a sentence is supported; `follows` is the last source that the sentence before it retells."""
        if wrong := what_is_wrong(sentence):
            return unsupported(f"it holds {wrong}")
        if not cited:
            return unsupported("it cites nothing")
        if len({source.authors for source in cited}) > 1 or len({source.section_id for source in cited}) > 1:
            return misattributed("it cites pieces of several people as one")
        if has_stray_mark(sentence) or not self._quotes_truly(sentence, cited):
            return altered("its quotation marks hold other words than the text")
        judgement = self._by_words(sentence, cited, follows)
        if judgement.holds and self._evidence and (why := self._evidence.against(sentence, cited)):
            return unsupported(why)
        return judgement

    def _by_words(self, sentence: str, cited: Sequence[Source], follows: Source | None) -> Judgement:
        worst = self._retells(sentence, sentence, None, cited, follows)
        if worst.holds:
            return worst
        speakers = [source.speaker for source in cited if source.speaker]
        for credit in credits(sentence, speakers):
            if self._is_in_the_text(credit, cited):
                continue
            if why := _wrong_credit(sentence, credit, cited):
                worst = misattributed(why)
                continue
            for words in (credit.rest, sentence):
                found = self._retells(sentence, words, credit, cited, follows)
                if found.holds or found.verdict is Verdict.MISATTRIBUTED:
                    return found
        if worst.verdict is Verdict.UNSUPPORTED and (name := self._stranger(sentence, cited)):
            return misattributed(f"{name} is not in what it cites")
        return worst

    def _retells(
        self, sentence: str, words: str, credit: Credit | None, cited: Sequence[Source], follows: Source | None
    ) -> Judgement:
        """Whether the words retell the sources, and everybody's words stay theirs."""
        told_of = credit is not None and is_writer_credited(credit, cited)
        written = self._with_writer(tokenise(words), cited) if told_of else tokenise(words)
        laid = align(written, [_tokens(source) for source in cited], told_of)
        if laid is None:
            return unsupported("its words are not those of what it cites")
        if _asks(words) != _asks(cited[laid[-1].source].text):
            return unsupported("a question is no claim")
        for source in cited:
            if why := _wrong_voice(sentence, source, credit, told_of):
                return misattributed(why)
        return _stands_alone(written, laid, cited, follows)

    def _quotes_truly(self, sentence: str, cited: Sequence[Source]) -> bool:
        """Every quotation is a run of words of one source, or the title of its piece."""
        titles = {fold(source.title) for source in cited} | {fold(source.volume) for source in cited}
        return all(
            fold(quotation.strip(" ,.")) in titles
            or any(_has_run(_texts(tokenise(quotation)), _texts(tokenise(source.text))) for source in cited)
            for quotation in quotations(sentence)
        )

    def _is_in_the_text(self, credit: Credit, cited: Sequence[Source]) -> bool:
        """Whether what looks like a credit could be the text's own words: then only the words decide."""
        return (
            all(any(fold(name) in fold(source.text) for source in cited) for name in credit.names)
            and not any(same_person(name, author) for name in credit.names for author in cited[0].authors)
            and not any(source.speaker for source in cited)
        )

    def _with_writer(self, tokens: Sequence[Token], cited: Sequence[Source]) -> list[Token]:
        """The tokens with the only writer's name as `@writer`, where the sources do not print it themselves."""
        if len(cited[0].authors) != 1:
            return list(tokens)
        surname = _texts(tokenise(cited[0].authors[0]))[-1]
        if any(surname in _texts(tokenise(source.text)) for source in cited):
            return list(tokens)
        return [replace(token, text="@writer") if token.text == surname else token for token in tokens]

    def _stranger(self, sentence: str, cited: Sequence[Source]) -> str:
        """A writer of the collection whom the sentence names, though what it cites is neither theirs nor names them."""
        words = set(_texts(tokenise(sentence)))
        there = {text for source in cited for text in _texts(tokenise(source.text))}
        for writer in self._writers:
            surname = _texts(tokenise(writer))[-1]
            own = any(same_person(surname, author) for author in cited[0].authors)
            named = fold(writer) in fold(sentence) if own else surname in words - there
            if named and writer not in cited[0].authors:
                return writer
        return ""


def _wrong_credit(sentence: str, credit: Credit, cited: Sequence[Source]) -> str:
    """Why a credit is wrong: it names others, or the writer for what somebody else says; empty where right."""
    if not is_credited_rightly(credit, cited):
        return f"{' and '.join(credit.names)} did not say it there"
    lost = [
        source.speaker
        for source in cited
        if source.speaker and source.voice is not Voice.OWN and not is_speaker_named(sentence, source)
    ]
    return f"{lost[0]} says it, not the writer" if lost else ""


def _wrong_voice(sentence: str, source: Source, credit: Credit | None, told_of: bool) -> str:
    """Why words that are not the writer's own would pass for theirs; empty where they do not."""
    if source.voice is Voice.OWN:
        return (
            "" if not (source.speaker and told_of and not is_speaker_named(sentence, source)) else "the speaker is lost"
        )
    if source.voice is Voice.REPORTED or source.speaker:
        if not is_speaker_named(sentence, source):
            return f"it does not say whose words they are ({source.speaker or 'somebody reported'})"
        return ""
    return "the writer only quotes it" if told_of else ""


def _stands_alone(
    written: Sequence[Token], laid: Sequence[Stretch], cited: Sequence[Source], follows: Source | None
) -> Judgement:
    """A stretch that leans on what is said before it must follow just that."""
    for stretch in laid:
        source = cited[stretch.source]
        if leans(written[stretch.start : stretch.end], _tokens(source)) and not _comes_after(source, follows):
            return unsupported("it leans on a sentence that is not before it")
        follows = source
    return SUPPORTED


def _comes_after(source: Source, follows: Source | None) -> bool:
    return follows is not None and source.section_id == follows.section_id and source.before == follows.ordinal


def _tokens(source: Source) -> list[Token]:
    return tokenise(source.text, quoted=source.voice is Voice.QUOTED and not quotations(source.text))


def _texts(tokens: Sequence[Token]) -> list[str]:
    return [token.text for token in tokens]


def _has_run(words: Sequence[str], text: Sequence[str]) -> bool:
    count = len(words)
    return count > 0 and any(list(text[at : at + count]) == list(words) for at in range(len(text) - count + 1))


def _asks(text: str) -> bool:
    return text.rstrip(" ”\"’')").endswith("?")
