"""The page over the five full texts."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from rag.answer import Answer
from tests.api.page.asking import ask, pane, scrolls_sideways
from tests.api.page.conftest import PHONE, WIDE, Watched, watching

QUESTION = "what did Harker say about schools?"


@pytest.fixture(scope="module")
def watched(chromium: Browser, client: httpx.Client) -> Iterator[Watched]:
    with watching(chromium, client) as watched:
        yield watched


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def page(request: pytest.FixtureRequest, watched: Watched) -> Page:
    watched.page.set_viewport_size(request.param)
    return watched.open()


def test_an_answer_its_bylines_and_its_source_are_what_the_service_says(page: Page, client: httpx.Client) -> None:
    answer = Answer.model_validate_json(client.post("/v1/ask", json={"question": QUESTION}).content)
    shown = ask(page, QUESTION)
    for sentence in answer.sentences:
        expect(shown).to_contain_text(sentence.frame)
        expect(shown).to_contain_text(sentence.text)
    for note in answer.notes:
        expect(shown).to_contain_text(note)
    expect(shown.get_by_role("list", name="Bylines").get_by_role("link")).to_have_count(len(answer.citations))
    page.get_by_role("link", name="Citation 1:").first.click()
    quotes = [answer.citations[number - 1].quote for number in answer.sentences[0].citations]
    expect(pane(page).locator(".source-byline")).to_contain_text("Lisa Harker")
    expect(pane(page).locator("mark.cited").first).to_be_in_viewport()
    lit = pane(page).locator("mark.cited").all_text_contents()
    assert "".join(lit) == "".join(quotes).replace("\n\n", "")
    assert not scrolls_sideways(page)


def test_the_examples_are_answered(page: Page) -> None:
    page.get_by_role("list", name="Questions to try").get_by_role("link").first.click()
    expect(page.get_by_role("list", name="Bylines")).to_be_visible()
