"""Sections, volumes and people can be read, and lead to each other."""

from typing import Any

import httpx
import pytest


@pytest.fixture(scope="module")
def people(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/people").json()["people"]
    return found


@pytest.fixture(scope="module")
def section(client: httpx.Client, people: list[dict[str, Any]]) -> dict[str, Any]:
    harker = next(person for person in people if person["name"] == "Lisa Harker")
    found: dict[str, Any] = client.get(f"/v1/sections/{harker['sections'][0]['id']}").json()
    return found


def test_a_section_names_its_writer_and_how_we_know(section: dict[str, Any]) -> None:
    assert "Lisa Harker" in [author["name"] for author in section["authors"]]
    assert section["byline"] in ("printed", "signed", "inferred")
    assert section["byline_span"]["start"] < section["byline_span"]["end"]


def test_a_section_holds_its_text_and_its_sentences(section: dict[str, Any]) -> None:
    assert len(section["text"]) == section["end"] - section["start"]
    assert section["sentences"]
    spans = [span for sentence in section["sentences"] for span in sentence["spans"]]
    assert all(section["start"] <= span["start"] < span["end"] <= section["end"] for span in spans)


def test_a_section_leads_to_its_neighbours_and_back(client: httpx.Client, section: dict[str, Any]) -> None:
    following = client.get(f"/v1/sections/{section['next']['id']}").json()
    assert following["previous"]["id"] == section["id"]
    assert following["title"] == section["next"]["title"]


def test_volumes_say_which_edition_is_read(client: httpx.Client, section: dict[str, Any]) -> None:
    volumes = {volume["id"]: volume for volume in client.get("/v1/volumes").json()["volumes"]}
    assert volumes[section["volume_id"]]["edition"] == section["edition"]
    assert volumes[section["volume_id"]]["file"] == section["file"]


def test_people_lead_to_what_they_wrote(client: httpx.Client, people: list[dict[str, Any]]) -> None:
    for person in people[:10]:
        for reference in person["sections"]:
            assert client.get(f"/v1/sections/{reference['id']}").json()["title"] == reference["title"]


def test_a_section_that_is_not_there_is_a_problem(client: httpx.Client) -> None:
    response = client.get("/v1/sections/no/such%20section")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
