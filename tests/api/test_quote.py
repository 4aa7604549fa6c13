"""POST /v1/quote and `byline quote` say who said it, and where."""

import io
import json
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from api.keys import Keys, Scope
from api.show_quote import show_quote
from index.model import Voice
from index.settings import Settings
from rag.engine import Engine
from rag.quote import find_quote
from rag.quote_answer import QuoteAnswer, QuoteAsk
from tests.api.command import byline
from tests.api.conftest import Served, wait_until_ready
from tests.api.test_problems import problem


@pytest.fixture(scope="module")
def said(engine: Engine) -> str:
    """A sentence of the texts, of ten words and more, that stands there once."""
    for name in engine.snapshot.section_refs:
        for sentence in engine.snapshot.sentences(name):
            if sentence.voice is Voice.OWN and 10 <= len(sentence.text.split()) <= 20 and sentence.text.isascii():
                return sentence.text
    raise AssertionError


def misquoted(said: str) -> str:
    words = said.split()
    return " ".join([*words[:4], "zebra", *words[5:]])


def quoted(client: httpx.Client, **body: object) -> QuoteAnswer:
    response = client.post("/v1/quote", json=body)
    assert response.status_code == 200, response.text
    return QuoteAnswer.model_validate_json(response.content)


def test_a_quotation_is_found_at_its_offsets(client: httpx.Client, said: str) -> None:
    answer = quoted(client, quote=f"“{said.upper()}”")
    assert answer.verdict == "exact"
    citation = answer.places[0].citations[0]
    section = client.get(f"/v1/sections/{citation.section_id}").json()
    assert section["text"][citation.start - section["start"] : citation.end - section["start"]] == citation.quote
    assert answer.places[0].frame


def test_a_misquoted_word_is_marked(client: httpx.Client, said: str) -> None:
    answer = quoted(client, quote=misquoted(said))
    assert answer.verdict == "near"
    changed = [change for change in answer.places[0].changes if change.change != "same"]
    assert [(change.quote, change.source) for change in changed] == [("zebra ", said.split()[4].strip(",;:"))]


def test_what_nobody_said_is_not_here(client: httpx.Client) -> None:
    answer = quoted(client, quote="a zebra can jump over the mountains of Neptune on a Monday")
    assert (answer.verdict, answer.places) == ("not_here", [])


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"quote": "a page of words " * 1000}, 422, "1,000 words"),
        ({"quote": ""}, 422, "no words"),
        ({"quote": "a\x00b"}, 422, "NUL"),
        ({}, 422, "`quote` is missing"),
        ({"quote": 7}, 422, "`quote`"),
        ({"quote": "a", "limit": 0}, 422, "`limit`"),
        ({"quote": "a", "colour": "red"}, 422, "`colour`"),
        ({"quote": "a", "filters": {"volumes": ["none-such"]}}, 404, "none-such"),
        ({"quote": "a" * 2**20}, 413, "1 MiB"),
    ],
)
def test_a_body_that_cannot_be_used_is_a_problem(
    client: httpx.Client, body: dict[str, object], status: int, named: str
) -> None:
    assert named in problem(client.post("/v1/quote", json=body), status)["detail"]


@pytest.mark.parametrize("field", ['"quote": "\\ud800"', '"quote": "a", "filters": {"people": ["\\udfff"]}'])
def test_half_a_character_is_a_problem(client: httpx.Client, field: str) -> None:
    response = client.post("/v1/quote", content="{" + field + "}", headers={"Content-Type": "application/json"})
    assert response.status_code in (404, 422)
    problem(response, response.status_code)


def test_a_filter_leaves_out_what_stands_elsewhere(client: httpx.Client, said: str) -> None:
    [cited] = quoted(client, quote=said).places[0].citations
    others = [volume["id"] for volume in client.get("/v1/volumes").json()["volumes"] if volume["id"] != cited.volume_id]
    for words in (said, misquoted(said)):
        assert quoted(client, quote=words, filters={"volumes": others}).verdict == "not_here"
        found = quoted(client, quote=words, filters={"volumes": [cited.volume_id], "people": cited.authors})
        assert {each.volume_id for place in found.places for each in place.citations} == {cited.volume_id}


def test_a_key_finds_no_word_of_a_volume_that_it_may_not_see(
    engine: Engine, served: Served, client: httpx.Client, said: str, tmp_path: Path
) -> None:
    [cited] = quoted(client, quote=said).places[0].citations
    other = next(volume.id for volume in engine.snapshot.volumes() if volume.id != cited.volume_id)
    keys = Keys(tmp_path)
    with served(lambda: engine, Settings(home=tmp_path, rate="off")) as guarded:
        wait_until_ready(guarded)
        for volume, verdicts in ((other, ["not_here", "not_here"]), (cited.volume_id, ["exact", "near"])):
            guarded.headers["Authorization"] = f"Bearer {keys.create(volume, [Scope.ASK], [volume])[1]}"
            assert [quoted(guarded, quote=words).verdict for words in (said, misquoted(said))] == verdicts
        guarded.headers["Authorization"] = f"Bearer {keys.create('other', [Scope.ASK], [other])[1]}"
        hidden, unknown = (
            guarded.post("/v1/quote", json={"quote": said, "filters": {"volumes": [name]}})
            for name in (cited.volume_id, "none-such")
        )
        assert problem(hidden, 404)["detail"].replace(cited.volume_id, "none-such") == problem(unknown, 404)["detail"]


@pytest.mark.usefixtures("engine")
def test_the_command_ends_with_what_it_found(settings: Settings, said: str) -> None:
    exact, near = (byline("quote", words, settings=settings) for words in (said, misquoted(said)))
    assert exact.code == 0
    assert exact.out.startswith("Word for word, in 1 place.")
    assert near.code == 4
    assert "[-zebra-] {+" in near.out
    absent = byline("quote", "--json", "zebras jump over the mountains of Neptune", settings=settings)
    assert (absent.code, json.loads(absent.out)["verdict"]) == (3, "not_here")


@pytest.mark.usefixtures("engine")
def test_the_command_refuses_ten_pages_in_a_sentence(settings: Settings) -> None:
    ran = byline("quote", "a page of words " * 1000, settings=settings)
    assert ran.code == 64
    assert "1,000 words" in ran.sentence


@pytest.mark.parametrize("is_terminal", [True, False])
def test_colours_are_for_terminals(engine: Engine, said: str, is_terminal: bool) -> None:
    console = Console(
        file=io.StringIO(), force_terminal=is_terminal, width=200, color_system="standard" if is_terminal else None
    )
    show_quote(console, find_quote(engine, QuoteAsk(quote=misquoted(said))))
    assert isinstance(console.file, io.StringIO)
    printed = console.file.getvalue()
    assert ("\x1b[" in printed) == is_terminal
    assert ("[-zebra-]" in printed) != is_terminal
