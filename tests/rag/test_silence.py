"""A silence says what was not found, never that it is not there; and what is there is not met with one."""

from collections.abc import Iterator
from hashlib import sha256

import pytest

from index.build import build_index
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import Settings
from rag.abstain import NEUTRAL
from rag.answer import Ask
from rag.engine import Engine
from rag.scope import rows_naming
from tests.conftest import SilentProgress
from tests.index.collection import DATA, make_collection

PAPERS = """THE FOUNDRY PAPERS

Two founders on bells




CONTENTS

A bell for the quay | page 3
Ines Calder
The second mould | page 7
Bruno Haskett




A BELL FOR THE QUAY

Ines Calder, Bell founder at Saltmere

“A town that melts its bells has sold its mornings.” – Tomas Ferrow

I came to the foundry from a farm, and I had never held a ladle. My mother kept goats on the hill above the town. The
old founder taught me to listen to the bronze before it cooled.




THE SECOND MOULD

Bruno Haskett, Mould maker at Saltmere

I was a baker until the flood took the ovens. Clay is kinder than dough, since it waits until you are ready. My father
laughed when I told him what I had become.
"""


@pytest.fixture(scope="module")
def foundry(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine over two signed papers, one with an epigraph, and stories that print their morals."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path_factory.mktemp("foundry") / "collection", models)
    (collection.texts / "foundry-papers.txt").write_text(PAPERS, encoding="utf-8")
    stories = (DATA / "signed-stories.txt").read_bytes()
    (collection.texts / "signed-stories.txt").write_bytes(stories)
    entry = (
        '\n[[volume]]\nid = "signed-stories"\ntitle = "Stories from the front desk"\nfile = "signed-stories.txt"\n'
        f'sha256 = "{sha256(stories).hexdigest()}"\nrights = "Ours."\ncredit = "The front desk"\n'
        '[volume.profile]\nbyline = "after"\n'
    )
    collection.put_catalogue("foundry-papers", extra=entry)
    build_index(collection.settings, SilentProgress())
    engine = Engine.open(collection.settings)
    yield engine
    engine.snapshot.close()


@pytest.fixture(scope="module")
def willing(foundry: Engine) -> Iterator[Engine]:
    """The same, answering whatever is not vetoed for the words of the question."""
    engine = Engine.open(foundry.settings, NEUTRAL)
    yield engine
    engine.snapshot.close()


@pytest.mark.parametrize(
    "question",
    ["What does Ines Calder say about railway tariffs?", "Do Ines Calder and Maya Lindqvist agree on railway tariffs?"],
)
def test_nothing_is_denied_that_was_not_found(foundry: Engine, question: str) -> None:
    answer = foundry.ask(Ask(question=question))
    assert (answer.status, answer.reason) == ("abstained", "not_by_this_person")
    assert "found" in answer.answer
    assert "does not" not in answer.answer
    assert "do not" not in answer.answer


def test_who_is_silent_in_a_comparison_is_noted(willing: Engine) -> None:
    answer = willing.ask(Ask(question="Do Maya Lindqvist and Ines Calder both write about a torn kite and a coat?"))
    assert answer.status == "answered"
    assert answer.notes == ["Nothing by Ines Calder on this was found here."]


def test_a_background_is_asked_of_everything_they_write(willing: Engine) -> None:
    answer = willing.ask(Ask(question="How do Ines Calder and Maya Lindqvist describe their backgrounds?"))
    assert {name for citation in answer.citations for name in citation.authors} == {"Ines Calder", "Maya Lindqvist"}


def test_the_moral_of_a_story_is_the_one_that_it_prints(foundry: Engine) -> None:
    answer = foundry.ask(Ask(question="What is the moral of Maya Lindqvist's story?"))
    assert [sentence.text for sentence in answer.sentences] == ["Mend first what you are asked to mend."]


def test_an_epigraph_is_found_by_whose_words_it_is(foundry: Engine) -> None:
    rows = rows_naming(foundry.snapshot, "Tomas Ferrow")
    assert rows.sum() == 1
    answer = foundry.ask(Ask(question="What did Tomas Ferrow say about bells?"))
    assert "“A town that melts its bells has sold its mornings.”" in answer.answer


@pytest.mark.parametrize("name", ["Tomas Ferrow", "Wilma Quarrington"])
def test_a_stranger_is_given_no_words_on_what_they_are_not_quoted_on(foundry: Engine, name: str) -> None:
    answer = foundry.ask(Ask(question=f"What did {name} say about railway tariffs?"))
    assert (answer.status, answer.reason) == ("abstained", "not_in_collection")
    assert answer.answer == f"{name} is not among the writers here, and no words of theirs on this were found."
