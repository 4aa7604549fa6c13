"""The search for leaks asks for what a key may not see, finds none, and would find one."""

import json
from itertools import islice

import pytest

from eval.errors import EvalError
from eval.leaks import Marks, Request, eval_leaks, made_requests
from index.settings import Settings
from rag.answer import Ask
from rag.engine import Engine

SEEN = "shining-a-light"
REQUESTS = 250


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("volumes", [[SEEN], ["adcs-blog", "rethinking-childrens-services"]])
def test_nothing_leaks(settings: Settings, volumes: list[str]) -> None:
    report = eval_leaks(settings, volumes, REQUESTS, seed=7)
    assert report.first_leaks == []
    assert report.leaks == 0
    assert report.asked == REQUESTS
    assert report.statuses["200"] > REQUESTS / 2
    assert set(report.statuses) <= {"200", "403", "404", "422"}


def test_an_engine_that_sees_all_is_found_to_leak(engine: Engine) -> None:
    marks = Marks(engine.snapshot, frozenset({SEEN}))
    leaking, silent = 0, 0
    for request in islice(made_requests(engine.snapshot, 7), 100):
        if request.kind == "question" and request.body and "filters" not in request.body:
            answer = engine.ask(Ask(question=request.body["question"]))
            found = marks.in_response("\n".join(c.quote for c in answer.citations), request.text)
            hidden = [c for c in answer.citations if c.volume_id != SEEN]
            leaking += bool(hidden and found)
            silent += bool(hidden and not found)
    assert leaking > 5
    assert silent == 0


def test_one_name_one_title_one_id_is_a_leak_and_an_echo_is_none(engine: Engine) -> None:
    marks = Marks(engine.snapshot, frozenset({SEEN}))
    request = Request("question", "POST", "/v1/ask", {"question": "what about schools?"})
    hidden = next(
        ref for ref in engine.snapshot.section_refs.values() if ref.volume_id == "rethinking-childrens-services"
    )
    for told in ("Lorraine Barlow", hidden.id, "getting-to-the-heart-of-it", "adcs-blog"):
        assert marks.in_response(json.dumps({"notes": [f"{told} writes here."]}), request.text), told
        echo = Request("question", "POST", "/v1/ask", {"question": f"what about {told}?"})
        assert not marks.in_response(json.dumps({"notes": [f"{told} writes nothing here."]}), echo.text)


def test_all_volumes_or_none_are_no_limit(settings: Settings, engine: Engine) -> None:
    everything = [volume.id for volume in engine.snapshot.volumes()]
    for volumes in ([], everything, ["nowhere"]):
        with pytest.raises(EvalError, match="some but not all"):
            eval_leaks(settings, volumes, 1)


def test_the_same_seed_makes_the_same_requests(engine: Engine) -> None:
    first, again, other = (list(islice(made_requests(engine.snapshot, seed), 80)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert {request.kind for request in first} >= {"question", "stream", "quotation", "section", "address", "lists"}
