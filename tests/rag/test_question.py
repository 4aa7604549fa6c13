"""A question is understood: its kind, whom and what it names, and what it leaves to the conversation."""

import pytest

from rag.answer import Turn
from rag.lexicon import Lexicon
from rag.question import Sort, Understanding, understand


def names(understood: Understanding) -> list[str]:
    """The speakers of a question."""
    return [person.name for person in understood.speakers]


def talk(*turns: str) -> list[Turn]:
    """A conversation: the user, the assistant, the user …"""
    return [Turn(role="assistant" if number % 2 else "user", content=content) for number, content in enumerate(turns)]


OBSERVED = talk(
    "What did Forrester see when he observed supervision sessions?",
    "Donald Forrester, in “What, when, why and how”: the sessions were short. [1]",
)


@pytest.mark.parametrize(
    ("question", "sort"),
    [
        ("what did Harker say about schools?", Sort.TOPIC),
        ("how many children are in care?", Sort.FIGURE),
        ("How much does a placement cost", Sort.FIGURE),
        ("what percentage of social workers are permanent?", Sort.FIGURE),
        ("what % of social workers are permanent", Sort.FIGURE),
        ("when did the trust open", Sort.FIGURE),
        ("why do parents want to adopt", Sort.REASON),
        ("how does Camden's scheme work", Sort.REASON),
        ("what are the three wishes", Sort.LIST),
        ("list the recommendations of the review", Sort.LIST),
        ("what were the requirements for the course", Sort.LIST),
        ("besides money, what do schools ask for", Sort.LIST),
        ("who all came to the meeting", Sort.LIST),
        ("which early changes to the service did the council make", Sort.LIST),
        ("why are there different schools", Sort.REASON),
        ("what became of the children", Sort.TOPIC),
        ("summarise 'In the space' please", Sort.SUMMARY),
        ("Give me the gist of the leadership post", Sort.SUMMARY),
        ("what is the main argument of Kathy Evans", Sort.SUMMARY),
        ("whats the essay on the market about, in short", Sort.SUMMARY),
        ("key takeaways from the post on exams", Sort.SUMMARY),
        ("what's the point of 'Red peppergate'?", Sort.SUMMARY),
        ("what is Lisa Harker worried about", Sort.TOPIC),
        ("what is being done about knife crime", Sort.TOPIC),
        ("compare what Ray Jones and Kathy Evans say about money", Sort.COMPARE),
        ("do Chris Wright and Cllr Fortune agree on money?", Sort.COMPARE),
        ("who says that schools matter", Sort.WHO),
        ("which author worries about money", Sort.WHO),
    ],
)
def test_a_question_is_of_a_sort(lexicon: Lexicon, question: str, sort: Sort) -> None:
    assert understand(question, [], lexicon).sort is sort


@pytest.mark.parametrize(
    ("question", "speakers"),
    [
        ("what did Lisa Harker say about schools?", ["Lisa Harker"]),
        ("what are Ray Jones's reasons", ["Ray Jones"]),
        ("according to sir martin, who should be a social worker", ["Martin Narey"]),
        ("do Chris Wright and Cllr Fortune agree on money", ["Chris Wright", "Peter Fortune"]),
        ("what happens to children who leave care", []),
    ],
)
def test_those_whose_words_are_asked_for_are_speakers(lexicon: Lexicon, question: str, speakers: list[str]) -> None:
    assert names(understand(question, [], lexicon)) == speakers


def test_the_topic_is_the_question_without_its_speakers(lexicon: Lexicon) -> None:
    understood = understand("what did Lisa Harker say about schools?", [], lexicon)
    assert "Harker" not in understood.topic
    assert understood.stems == ("school",)


@pytest.mark.parametrize(
    ("question", "strangers"),
    [
        ("What did Rachel de Souza say about attendance?", ("Rachel de Souza",)),
        ("What does Yvette Stanley think about foster carers?", ("Yvette Stanley",)),
        ("What does Lisa Harker think about schools?", ()),
        ("what did the report say about schools?", ()),
        ("What happens in Manchester?", ()),
        ("what does yvette stanley think about foster carers", ("Yvette Stanley",)),
        ("what did the director say about schools", ()),
        ("what does lisa harker say about schools", ()),
        ("what do social workers say about schools", ()),
    ],
)
def test_somebody_who_writes_nothing_here_is_a_stranger(
    lexicon: Lexicon, question: str, strangers: tuple[str, ...]
) -> None:
    assert understand(question, [], lexicon).strangers == strangers


def test_a_volume_is_no_stranger(lexicon: Lexicon) -> None:
    assert understand("what does Rethinking Children's Services say about schools", [], lexicon).strangers == ()


@pytest.mark.parametrize(
    "question",
    [
        "what proportion, in Chris Wright's 'Reform is just a verb', is wasted?",
        "summarise “Reform is just a verb”",
        'what is "REFORM IS JUST A VERB" about?',
        "what does reform is just a verb say about money",
        "what's Chris Wright's point in 'Reform is just a verb'?",
    ],
)
def test_a_title_names_its_section(lexicon: Lexicon, question: str) -> None:
    assert understand(question, [], lexicon).section_ids == ("shining-a-light-volume-2/reform-is-just-a-verb",)


def test_a_short_title_needs_quotation_marks(lexicon: Lexicon) -> None:
    assert understand("summarise 'In the space' please", [], lexicon).section_ids == ("adcs-blog/in-the-space",)
    assert understand("what changed in the space of a year", [], lexicon).section_ids == ()


@pytest.mark.parametrize(
    ("question", "section_id"),
    [
        (
            "gist of 'All the noise is coming from the shallow end'?",
            "adcs-blog/all-the-noise-is-coming-from-the-shallow-end",
        ),
        ("what's the point of 'Red peppergate'?", "getting-to-the-heart-of-it/red-peppergate"),
        (
            "summarise 'Psychology and demand management' for me",
            "shining-a-light/psychology-and-demand-management-its-us-that-need-the-treatment",
        ),
    ],
)
def test_a_title_needs_neither_its_last_marks_nor_its_subtitle(
    lexicon: Lexicon, question: str, section_id: str
) -> None:
    assert understand(question, [], lexicon).section_ids == (section_id,)


@pytest.mark.parametrize(
    ("question", "volume"),
    [
        ("what does shining a light volume 2 say about money", "shining-a-light-volume-2"),
        ("what does Shining a Light vol 2 say about money", "shining-a-light-volume-2"),
        ("what does Shining a Light say about money", "shining-a-light"),
        ("what does Rethinking Children's Services say about schools", "rethinking-childrens-services"),
        ("which adcs blog is about flooding", "adcs-blog"),
    ],
)
def test_a_volume_is_named_by_its_title(lexicon: Lexicon, question: str, volume: str) -> None:
    assert understand(question, [], lexicon).volume_ids == (volume,)


@pytest.mark.parametrize(
    ("question", "about"),
    [("and on home visits?", "home visits"), ("what did he recommend?", "supervision"), ("why", "supervision")],
)
def test_a_follow_up_takes_its_person_and_topic_from_the_conversation(
    lexicon: Lexicon, question: str, about: str
) -> None:
    understood = understand(question, OBSERVED, lexicon)
    assert about in understood.standalone
    assert names(understood) == ["Donald Forrester"]


def test_a_follow_up_keeps_its_own_sort(lexicon: Lexicon) -> None:
    assert understand("why did he think so?", OBSERVED, lexicon).sort is Sort.REASON


def test_a_whole_question_takes_nothing_from_the_conversation(lexicon: Lexicon) -> None:
    question = "How many children are adopted in England every year?"
    assert understand(question, OBSERVED, lexicon).standalone == question
    assert names(understand("What does Ray Jones say about inspections?", OBSERVED, lexicon)) == ["Ray Jones"]


def test_a_follow_up_that_names_somebody_else_asks_only_them(lexicon: Lexicon) -> None:
    assert names(understand("What did Ray Jones say about it?", OBSERVED, lexicon)) == ["Ray Jones"]


def test_without_a_conversation_a_question_stands_as_it_is(lexicon: Lexicon) -> None:
    assert understand("  what did\n he say? ", [], lexicon).standalone == "what did he say?"
