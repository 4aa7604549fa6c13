"""The writers that a question names are found: with slips, by surname, by title, and not in ordinary words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.lexicon import Lexicon
from rag.people import Mention, find_people


def named(text: str, lexicon: Lexicon) -> list[set[str]]:
    """Who may be meant by each mention, in the order of the text."""
    return [{person.name for person in mention.candidates} for mention in find_people(text, lexicon)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("what does Lisa Harker say about schools", "Lisa Harker"),
        ("what does LISA HARKER say about schools", "Lisa Harker"),
        ("what does Tolis Vouyoukas say about placements", "Tolis Vouyioukas"),
        ("what did shannon corkhish say about taxis", "Shannon Corkish"),
        ("what does mark rodgers say would go wrong", "Mark Rogers"),
        ("what does nick barnet say about leaving care", "Nick Barnett"),
        ("what did Helen Baily's chapter argue", "Helen Bailey"),
        ("what does liam booth smith propose", "Liam Booth-Smith"),
        ("what does Liam Booth-Smith propose", "Liam Booth-Smith"),
        ("tell me about Michael Littel", "Michael Little"),
    ],
)
def test_a_full_name_is_found_with_a_slip_of_the_pen(lexicon: Lexicon, text: str, name: str) -> None:
    assert named(text, lexicon) == [{name}]


def test_a_name_with_an_apostrophe_is_found_however_it_is_typed(lexicon: Lexicon) -> None:
    (straight,) = named("what does Alison O'Sullivan say", lexicon)
    assert named("what does Alison O’Sullivan say", lexicon) == [straight]
    assert named("what does O'Sullivan say", lexicon) == [straight]


def test_every_writer_is_found_by_the_name_on_their_byline(lexicon: Lexicon) -> None:
    missed = [p.name for p in lexicon.people if {p.name} not in named(f"what did {p.name} say about care?", lexicon)]
    assert not missed


@pytest.mark.parametrize(
    "text", ["what did Harker say about schools?", "harker on schools", "Harker's view of schools"]
)
def test_a_surname_names_everybody_who_bears_it(lexicon: Lexicon, text: str) -> None:
    assert named(text, lexicon) == [{"Lisa Harker", "Lorraine Harker"}]
    assert find_people(text, lexicon)[0].is_ambiguous


@pytest.mark.parametrize(
    "text",
    [
        "what does shannon tell other young people about social work?",
        "Why does Shannon think rules get in the way?",
        "according to Shannon, what is a good social worker?",
    ],
)
def test_the_first_name_of_whoever_speaks_names_everybody_who_bears_it(lexicon: Lexicon, text: str) -> None:
    assert named(text, lexicon) == [{"Shannon Corkish", "Shannon Lidbury"}]


@pytest.mark.parametrize(
    "text",
    [
        "how old was the girl called Shannon?",
        "why was Shannon not at school?",
        "what does Shannon Webb say about school?",
    ],
)
def test_a_first_name_of_whoever_does_not_speak_names_no_writer(lexicon: Lexicon, text: str) -> None:
    assert named(text, lexicon) == []


def test_a_full_name_is_not_ambiguous(lexicon: Lexicon) -> None:
    assert not find_people("what did Lorraine Harker say?", lexicon)[0].is_ambiguous


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("what did sir martin say about social work students", "Martin Narey"),
        ("what did Sir Martin Narey say", "Martin Narey"),
        ("does cllr fortune think so", "Peter Fortune"),
        ("does cllr camsey think so", "Sybil Camsey"),
        ("what does Lord Warner want", "Norman Warner"),
        ("dr jones on inspections", "Ray Jones"),
    ],
)
def test_a_title_picks_out_its_bearer(lexicon: Lexicon, text: str, name: str) -> None:
    assert named(text, lexicon) == [{name}]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("what did Read say about Bexley?", "Philip Read"),
        ("what does Cross say about teams", "Jo Cross"),
        ("what does White say about demand", "Simon White"),
        ("what does Hall argue", "Donna Hall"),
        ("what does Little write about", "Michael Little"),
        ("according to Michael Little, what helps", "Michael Little"),
        ("Hall's essay on a new deal", "Donna Hall"),
    ],
)
def test_a_surname_that_is_a_word_is_found_where_it_is_used_as_a_name(lexicon: Lexicon, text: str, name: str) -> None:
    assert named(text, lexicon) == [{name}]


@pytest.mark.parametrize(
    "text",
    [
        "should children read more books at school?",
        "Read the essay and sum it up",
        "how do teams cross boundaries",
        "why are white boys excluded",
        "why is there so little money",
        "How little do they pay",
        "Little by little, what changed?",
        "who paints the white doors of the houses",
    ],
)
def test_an_ordinary_word_names_nobody(lexicon: Lexicon, text: str) -> None:
    assert named(text, lexicon) == []


@pytest.mark.parametrize(
    "text",
    ["What does the White Paper say about schools?", "What did the Red Cross say?", "What did City Hall say?"],
)
def test_a_word_of_another_proper_name_names_nobody(lexicon: Lexicon, text: str) -> None:
    assert named(text, lexicon) == []


def test_people_stand_in_the_order_of_the_question(lexicon: Lexicon) -> None:
    text = "do Ray Jones, sir martin and Evans agree?"
    mentions = find_people(text, lexicon)
    assert [mention.candidates[0].name for mention in mentions] == ["Ray Jones", "Martin Narey", "Kathy Evans"]
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)


def test_somebody_who_writes_nothing_here_is_nobody(lexicon: Lexicon) -> None:
    assert named("what did Ottoline Grimthorpe say about schools", lexicon) == []


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=80))
def test_mentions_lie_in_the_text_and_never_overlap(lexicon: Lexicon, text: str) -> None:
    mentions: list[Mention] = find_people(text, lexicon)
    ends = [0, *(mention.end for mention in mentions)]
    for mention, end in zip(mentions, ends, strict=False):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.candidates
