"""Whoever kept an address learns what has become of the words, over HTTP and on the command line."""

import json
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from index.model import CITABLE_VOICES
from index.settings import Settings
from rag.address import Address, address_of, fingerprint, parse_address
from rag.engine import Engine
from tests.api.command import byline, help_of

HARKER = "what did Harker say about schools?"


@pytest.fixture(scope="module")
def cited(client: httpx.Client) -> list[dict[str, Any]]:
    """The citations of an answer."""
    found: list[dict[str, Any]] = client.post("/v1/ask", json={"question": HARKER}).json()["citations"]
    assert found
    return found


@pytest.fixture(scope="module")
def digest_address(digest_engine: Engine) -> str:
    """The address of a sentence of a digest."""
    section = next(
        digest_engine.snapshot.section(ref.id)
        for ref in digest_engine.snapshot.section_refs.values()
        if ref.authors and ref.kind == "essay"
    )
    sentence = next(s for s in section.sentences if s.voice in CITABLE_VOICES)
    return str(address_of(section.id, sentence, section.sentences))


def _lost(address: str) -> str:
    """An address of the same place with words that nobody wrote."""
    place = parse_address(address)
    return str(Address(place.section_id, place.paragraph, place.sentence, fingerprint("Nobody has written this.")))


class TestOverHttp:
    def test_every_citation_of_an_answer_is_held(self, client: httpx.Client, cited: list[dict[str, Any]]) -> None:
        for citation in cited:
            response = client.get(f"/v1/citations/{citation['address']}")
            found = response.json()
            assert response.status_code == 200
            assert (found["status"], found["current"], found["standing"]) == ("held", citation["address"], [])
            assert citation["quote"] in [span["quote"] for span in found["citations"]]
            assert citation["reference"] in [span["reference"] for span in found["citations"]]
            assert found["references"]["chicago"] == found["citations"][0]["reference"]
            assert found["references"]["bibtex"].count("@") == 1
            assert found["references"]["csl"]["title"]

    def test_an_address_may_be_escaped(self, client: httpx.Client, cited: list[dict[str, Any]]) -> None:
        escaped = quote(cited[0]["address"], safe="").replace("~", "%7E")
        assert client.get(f"/v1/citations/{escaped}").json()["status"] == "held"

    def test_words_elsewhere_have_moved(self, client: httpx.Client, cited: list[dict[str, Any]]) -> None:
        place = parse_address(cited[0]["address"])
        old = Address("some-old-volume/some-old-title", 3, 2, place.fingerprint)
        found = client.get(f"/v1/citations/{old}").json()
        assert (found["status"], found["address"], found["current"]) == ("moved", str(old), cited[0]["address"])

    def test_words_that_are_gone_are_no_error(self, client: httpx.Client, cited: list[dict[str, Any]]) -> None:
        response = client.get(f"/v1/citations/{_lost(cited[0]['address'])}")
        found = response.json()
        assert (response.status_code, found["status"], found["references"]) == (200, "gone", None)
        assert cited[0]["address"] in [span["address"] for span in found["standing"]]

    @pytest.mark.parametrize(
        "address",
        [
            "x",
            "a/b/p1/s1",
            "a/b/p0/s1~k4x2mq7a",
            "a/b/p1/s1~k4x2mq71",
            "..%2F..%2Fetc",
            "%00",
            "%F0%9F%90%9D/p1",
            "%FF",
        ],
    )
    def test_a_bad_address_is_a_problem(self, client: httpx.Client, address: str) -> None:
        response = client.get(f"/v1/citations/{address}")
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "urn:byline:problem:bad-address"
        assert "copy the whole of it" in response.json()["detail"]

    def test_a_long_address_is_a_short_problem(self, client: httpx.Client) -> None:
        response = client.get("/v1/citations/" + "a/" * 10_000)
        assert response.status_code == 422
        assert len(response.json()["detail"]) < 500

    def test_no_address_is_a_problem(self, client: httpx.Client) -> None:
        assert client.get("/v1/citations/").status_code == 422
        assert client.get("/v1/citations", follow_redirects=True).status_code == 422

    def test_the_route_is_described(self, client: httpx.Client) -> None:
        route = client.get("/openapi.json").json()["paths"]["/v1/citations/{address}"]["get"]
        assert {"200", "422", "500", "503"} <= set(route["responses"])


class TestOnTheCommandLine:
    def test_what_is_held_is_shown_with_its_note(self, digest_settings: Settings, digest_address: str) -> None:
        ran = byline("cite", digest_address, settings=digest_settings)
        state, words, note = ran.out.strip().split("\n\n")
        assert (ran.code, ran.err) == (0, "")
        assert state == "held: The same words stand in the same place."
        assert words
        assert note.startswith("Byline's digest of ")

    @pytest.mark.parametrize(
        ("style", "shape"), [("chicago", r"Byline's digest of [^\n]+\.\n"), ("bibtex", r"% \\cite.*\n@inc[^@]+\n}\n")]
    )
    def test_a_style_prints_nothing_else(
        self, digest_settings: Settings, digest_address: str, style: str, shape: str
    ) -> None:
        ran = byline("cite", digest_address, "--style", style, settings=digest_settings)
        assert (ran.code, ran.err) == (0, "")
        assert re.fullmatch(shape, ran.out)

    def test_csl_is_what_reference_managers_read(self, digest_settings: Settings, digest_address: str) -> None:
        ran = byline("cite", digest_address, "--style", "csl", settings=digest_settings)
        (item,) = json.loads(ran.out)
        assert (ran.code, item["type"]) == (0, "chapter")

    def test_what_has_moved_tells_its_new_address(self, digest_settings: Settings, digest_address: str) -> None:
        old = str(Address("some-old-volume/title", 1, 1, parse_address(digest_address).fingerprint))
        ran = byline("cite", old, settings=digest_settings)
        assert ran.code == 0
        assert ran.out.startswith("moved: ")
        assert f"\n  {digest_address}\n" in ran.out
        styled = byline("cite", old, "--style", "bibtex", settings=digest_settings)
        assert styled.out.startswith("% \\cite")
        assert digest_address in styled.err

    def test_what_is_gone_ends_with_3(self, digest_settings: Settings, digest_address: str) -> None:
        ran = byline("cite", _lost(digest_address), settings=digest_settings)
        assert ran.code == 3
        assert ran.out.startswith("gone: ")
        assert "its full text may still hold them" in ran.out
        styled = byline("cite", _lost(digest_address), "--style", "csl", settings=digest_settings)
        assert (styled.code, styled.out) == (3, "")
        assert styled.err.startswith("gone: ")

    def test_json_is_what_the_route_answers(self, digest_settings: Settings, digest_address: str) -> None:
        ran = byline("cite", digest_address, "--json", settings=digest_settings)
        found = json.loads(ran.out)
        assert (ran.code, found["status"], found["current"]) == (0, "held", digest_address)
        assert set(found["references"]) == {"chicago", "bibtex", "csl"}

    def test_a_bad_address_ends_with_64(self, digest_settings: Settings) -> None:
        ran = byline("cite", "page 7", settings=digest_settings)
        assert ran.code == 64
        assert "'page 7' is no address of a citation" in ran.sentence

    def test_an_unknown_style_is_refused(self, digest_settings: Settings) -> None:
        assert byline("cite", "a/b/p1/s1~k4x2mq7a", "--style", "apa", settings=digest_settings).code == 2

    def test_help_tells_how_it_ends(self) -> None:
        text = " ".join(help_of("cite").out.split())
        assert all(words in text for words in ("Ends with 0", "with 3", "with 64", "Example:"))
