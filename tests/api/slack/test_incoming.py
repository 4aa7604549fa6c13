"""What people write, as it is read."""

import pytest

from api.slack.incoming import question_in, words_of
from tests.api.slack.sender import event_body
from tests.api.slack.workspace import BOT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"<@{BOT}> what of   lamps?", "what of lamps?"),
        (f"what of lamps, <@{BOT}|byline>?", "what of lamps, byline?"),
        ("a &lt;lamp&gt; &amp; a bell", "a <lamp> & a bell"),
        ("what of &amp;lt;?", "what of &lt;?"),
        ("see <https://lamps.example|lamps> or <https://bells.example>", "see lamps or https://bells.example"),
        ("<!here> in <#C0ROOM|lamps>, <mailto:a@b.example|a@b.example>", "in lamps, a@b.example"),
        ("", ""),
    ],
)
def test_markup_is_read_as_people_read_it(text: str, words: str) -> None:
    assert words_of(text) == words


def test_a_question_knows_where_its_answer_goes() -> None:
    said = {"type": "message", "user": "U1", "text": "why?", "ts": "5.0", "channel": "C1"}
    places = {
        "5.0": question_in(event_body(said), None),
        "1.0": question_in(event_body({**said, "thread_ts": "1.0"}), None),
        None: question_in(event_body({**said, "channel_type": "im"}), None),
    }
    for place, question in places.items():
        assert question is not None
        assert question.answers_go_to == place


def test_we_are_known_by_the_event_itself() -> None:
    said = {"type": "message", "user": BOT, "text": "why?", "ts": "5.0", "channel": "C1"}
    assert question_in(event_body(said), None) is None
