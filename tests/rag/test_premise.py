"""A sentence that denies what a question takes for granted is pointed to."""

import pytest

from rag.answer import Ask
from rag.engine import Engine
from rag.premise import denied_by

SAID = (
    "The pendulum is as tall as a door.",
    "The great spring is wound by hand, and never by engine.",
)


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("why is the great spring wound by engine?", 1),
        ("how come they wind the great spring by engine", 1),
        ("why is the great spring never wound by engine?", None),
        ("what winds the great spring?", None),
        ("why is the pendulum so tall?", None),
        ("why do apprentices forget the feather?", None),
    ],
)
def test_a_denial_is_found_where_the_question_supposes_what_it_denies(
    workshop: Engine, question: str, place: int | None
) -> None:
    stems = [
        stem
        for stem in ("great", "spring", "wind", "wound", "engin", "pendulum", "tall", "feather")
        if stem[:4] in question
    ]
    assert denied_by(question, stems, SAID, workshop.lexicon) == place


def test_an_answer_points_to_the_denial(engine: Engine) -> None:
    answer = engine.ask(Ask(question="Why did Louise Casey say that most councils are like Rotherham?"))
    (note,) = (note for note in answer.notes if "contrary" in note)
    cited = [number for sentence in answer.sentences if "neither" in sentence.text for number in sentence.citations]
    assert f"[{cited[0]}]" in note
    plain = engine.ask(Ask(question="What did Louise Casey say about Rotherham?"))
    assert not [note for note in plain.notes if "contrary" in note]
