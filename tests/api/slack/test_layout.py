"""Answers as Block Kit: within Slack's limits, and with nothing in them that Slack would do more with than show."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.slack.escaping import escaped, label
from api.slack.layout import reply_of
from api.slack.splitting import MESSAGE_BLOCKS, MESSAGE_CHARACTERS, SECTION_CHARACTERS, pieces_of
from rag.answer import Answer, AnswerSentence, Ask, Citation
from rag.engine import Engine
from tests.api.slack.workspace import _check_blocks, texts_of

HOSTILE = "<!channel> <@U0VICTIM> <https://evil.example|click> <!subteam^S1> & *b* :tada: @here https://evil.example/x"


@pytest.fixture
def citation(digest_engine: Engine) -> Citation:
    return digest_engine.ask(Ask(question="what did Lisa Harker say about schools?")).citations[0]


def answer_of(citation: Citation, sentences: int, words: str) -> Answer:
    """A long answer with as many sources as sentences, all of these words."""
    citations = [
        citation.model_copy(update={"id": number, "quote": words, "reference": f"{words} {number}", "credit": words})
        for number in range(1, sentences + 1)
    ]
    said = [
        AnswerSentence(frame=f"{words}:" if each.id % 3 == 1 else "", text=words, citations=[each.id])
        for each in citations
    ]
    return Answer(
        id="0" * 32,
        question=words,
        standalone_question=words,
        status="answered",
        reason=None,
        answer=words * sentences,
        sentences=said,
        citations=citations,
        notes=[words] * 12,
        confidence=0.5,
        composer="extractive",
        timings_ms={},
    )


@pytest.mark.parametrize(("sentences", "repeated"), [(1, 1), (40, 1), (120, 3), (7, 400)])
def test_long_answers_are_split_within_the_limits(citation: Citation, sentences: int, repeated: int) -> None:
    words = "A lamp & a bell <ring> at dusk. " * repeated
    reply = reply_of(answer_of(citation, sentences, words), "https://byline.example.org", asked=words)
    shown = ""
    for blocks in reply.messages:
        as_sent = [block.to_dict() for block in blocks]
        _check_blocks(as_sent, MESSAGE_BLOCKS)
        assert sum(map(len, texts_of(as_sent))) <= MESSAGE_CHARACTERS
        for block in blocks:
            block.validate_json()
        shown += " ".join(texts_of(as_sent)) + " "
    assert shown.count("lamp") >= 2 * sentences * repeated
    assert len(reply.text) <= SECTION_CHARACTERS


def test_words_of_the_texts_mention_nobody_and_link_nowhere(citation: Citation) -> None:
    reply = reply_of(answer_of(citation, 9, HOSTILE), "https://byline.example.org", asked=HOSTILE)
    sent = [block.to_dict() for blocks in reply.messages for block in blocks]
    for text in [reply.text, *texts_of(sent)]:
        assert not re.search(r"<[!@#h]", text)
    marked = [value for value in objects_of(sent) if value.get("type") == "mrkdwn"]
    assert all(value["verbatim"] is True for value in marked)
    assert all(value["emoji"] is False for value in objects_of(sent) if value.get("type") == "plain_text")


def objects_of(value: object) -> list[dict[str, object]]:
    """Every object in blocks."""
    if isinstance(value, dict):
        return [value] + [found for each in value.values() for found in objects_of(each)]
    return [found for each in value for found in objects_of(each)] if isinstance(value, list) else []


@given(st.text(), st.integers(12, 60))
def test_pieces_hold_all_words_and_cut_no_escape(text: str, most: int) -> None:
    whole = escaped(text)
    pieces = list(pieces_of(whole, most))
    assert all(0 < len(piece) <= most for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(whole.split())
    for piece in pieces:
        assert not re.search(r"&(?!amp;|lt;|gt;)", piece)
        assert not re.search(r"[<>]", piece)


@given(st.text(min_size=1), st.integers(5, 75))
def test_a_label_fits(text: str, most: int) -> None:
    assert len(label(text, most)) <= most
