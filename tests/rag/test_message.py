"""An answer as a chat message: marks where they stand, a list of sources, words that make nothing happen."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Answer, AnswerSentence, Citation
from rag.message import Message, inert, message_of, without_sources

PLANTED = "Ring ![bell](http://example.test/x.png) or [here][1] <script>alert(1)</script> \\[now](http://example.test)"
LIVE = re.compile(r"(?<!\\)(?:\\\\)*[\[\]<>]")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def citation(number: int, reference: str = "") -> Citation:
    return Citation(
        id=number,
        volume="Harbour Papers",
        volume_id="harbour-papers",
        file="harbour-papers.txt",
        edition="full text",
        section="The bell",
        section_id="harbour-papers/the-bell",
        kind="essay",
        authors=["Ada Fenwick"],
        byline="printed",
        voice="own",
        speaker=None,
        start=0,
        end=1,
        lines=[1, 1],
        page=None,
        quote="x",
        url="/#/sections/harbour-papers/the-bell?start=0&end=1",
        credit="",
        reference=reference or f"Ada Fenwick, “The Bell,” in Harbour Papers (n.d.), line {number}.",
    )


def answer(sentences: Sequence[AnswerSentence], citations: Sequence[Citation], notes: Sequence[str] = ()) -> Answer:
    return Answer(
        id="a",
        question="q",
        standalone_question="q",
        status="answered" if sentences else "abstained",
        reason=None if sentences else "not_in_collection",
        answer="" if sentences else "Nothing that answers this was found in the collection.",
        sentences=list(sentences),
        citations=list(citations),
        notes=list(notes),
        confidence=0.5,
        composer="extractive",
        timings_ms={},
    )


FRAME = "Ada Fenwick, in “The bell” (Harbour Papers):"


def test_marks_are_where_they_are_said_to_be() -> None:
    said = [
        AnswerSentence(frame=FRAME, text="The bell [sic] rings.", citations=[1, 2]),
        AnswerSentence(text="Boats wait.", citations=[3]),
    ]
    message = message_of(answer(said, [citation(1), citation(2), citation(3)]))
    assert [(message.text[mark.start : mark.end], mark.citation) for mark in message.marks] == [
        ("[1]", 1),
        ("[2]", 2),
        ("[3]", 3),
    ]


def test_sources_are_listed_once_for_each_reference() -> None:
    said = [AnswerSentence(frame=FRAME, text="The bell rings.", citations=[1, 2, 3])]
    text = message_of(answer(said, [citation(1, "Same."), citation(2, "Other."), citation(3, "Same.")])).text
    assert text.endswith("\n\nSources:\n- [1], [3] Same.\n- [2] Other.")


def test_a_message_written_sentence_by_sentence_is_the_same(answers: list[Answer]) -> None:
    for given_answer in answers:
        message = Message()
        pieces = [message.add(sentence) for sentence in given_answer.sentences]
        pieces.append(message.close(given_answer))
        whole = message_of(given_answer)
        assert "".join(pieces) == message.text == whole.text
        assert message.marks == whole.marks


def test_without_its_sources_a_message_says_what_the_answer_says(answers: list[Answer]) -> None:
    for given_answer in answers:
        said = without_sources(message_of(given_answer).text)
        assert said == "\n\n".join([given_answer.answer, *given_answer.notes])


def test_an_abstention_is_a_message_with_its_notes() -> None:
    text = message_of(answer([], [], ["Ada Fenwick writes about bells."])).text
    assert text == "Nothing that answers this was found in the collection.\n\nAda Fenwick writes about bells."


@pytest.mark.parametrize("field", ["text", "frame", "reference", "note"])
def test_planted_markup_stays_words(field: str) -> None:
    said = AnswerSentence(
        frame=PLANTED if field == "frame" else FRAME, text=PLANTED if field == "text" else "Yes.", citations=[1]
    )
    made = answer([said], [citation(1, PLANTED if field == "reference" else "")], [PLANTED] if field == "note" else [])
    text = message_of(made).text
    ours = re.sub(r"(?<!\\)\[1\](?![(\[:])", "", text)
    assert not LIVE.search(ours), ours


@given(TEXT)
def test_what_is_made_inert_has_nothing_live_and_can_be_read_back(text: str) -> None:
    assert not LIVE.search(inert(text))
    assert without_sources(inert(text) + "\n\nSources:\n- [1], [2] Somewhere.\n- [3] Else.") == text
