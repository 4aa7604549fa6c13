"""The chat page, driven in a real Chromium against a real server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from rag.answer import Answer, Ask

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", *QUIET]
QUESTION = "what did Harker say about schools?"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: run `make test`, or `apt-get install chromium`."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=[(1280, 800), (360, 740)], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, chromium: Browser, client: httpx.Client) -> Iterator[Page]:
    """The page, freshly opened; at the end it has written no error and asked no other host for anything."""
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height}, base_url=str(client.base_url))
    page = context.new_page()
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: errors.append(message.text) if is_error_of_ours(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda asked: hosts.add(urlsplit(asked.url).netloc))
    page.goto("/")
    yield page
    context.close()
    assert errors == []
    assert hosts == {urlsplit(str(client.base_url)).netloc}


def is_error_of_ours(message: ConsoleMessage) -> bool:
    """Chromium itself writes a line for every response that is a problem."""
    return message.type == "error" and not message.location["url"].endswith("/v1/ask")


@pytest.fixture(scope="module")
def answer(client: httpx.Client) -> Answer:
    """What the page is going to show."""
    return Answer.model_validate_json(client.post("/v1/ask", json={"question": QUESTION}).content)


def ask(page: Page, question: str) -> None:
    """Type a question where the focus is when the page has loaded, and send it."""
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="Answer").last).to_be_visible()


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def expect_source(page: Page, answer: Answer) -> None:
    """The pane shows the section of the first sentence, under its byline, with the sentence lit up and in view."""
    quotes = [answer.citations[number - 1].quote for number in answer.sentences[0].citations]
    pane = page.get_by_role("complementary")
    expect(pane.get_by_role("heading", level=2)).to_be_focused()
    expect(pane.locator(".source-byline")).to_contain_text("Lisa Harker")
    expect(pane.locator("mark").first).to_be_in_viewport()
    assert "".join(pane.locator("mark").all_text_contents()) == "".join(quotes).replace("\n\n", "")


def test_an_answer_carries_its_bylines(page: Page, answer: Answer) -> None:
    ask(page, QUESTION)
    shown = page.get_by_role("article", name="Answer")
    expect(shown).to_contain_text("Lisa Harker")
    for sentence in answer.sentences:
        expect(shown).to_contain_text(sentence.frame)
        expect(shown).to_contain_text(sentence.text)
    expect(shown.get_by_role("list", name="Bylines").get_by_role("link")).to_have_count(len(answer.citations))
    for note in answer.notes:
        expect(shown).to_contain_text(note)
    assert not scrolls_sideways(page)


def test_a_mark_opens_its_section_by_keyboard(page: Page, answer: Answer) -> None:
    ask(page, QUESTION)
    mark = page.get_by_role("link", name="Citation 1:").first
    mark.focus()
    page.keyboard.press("Enter")
    expect_source(page, answer)
    assert not scrolls_sideways(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_hidden()
    expect(mark).to_be_focused()


def test_a_mark_opens_its_section_by_mouse(page: Page, answer: Answer) -> None:
    ask(page, QUESTION)
    page.get_by_role("link", name="Citation 1:").first.click()
    expect_source(page, answer)
    page.get_by_role("button", name="Close the section").click()
    expect(page.get_by_role("complementary")).to_be_hidden()
    page.go_back()
    expect_source(page, answer)


def test_the_pane_walks_to_the_neighbouring_section(page: Page, answer: Answer) -> None:
    cited = answer.citations[0].section
    page.goto(answer.citations[0].url)
    pane = page.get_by_role("complementary")
    title = pane.get_by_role("heading", level=2)
    expect(title).to_have_text(cited)
    pane.get_by_role("link", name="Next").click()
    expect(title).not_to_have_text(cited)
    pane.get_by_role("link", name="Previous").click()
    expect(title).to_have_text(cited)


def test_a_link_to_a_place_opens_it(page: Page, answer: Answer) -> None:
    page.goto(answer.citations[0].url)
    page.reload()
    expect_source(page, answer)


def test_a_question_holds_no_markup(page: Page) -> None:
    planted = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\"> zebra"
    ask(page, planted)
    expect(page.locator("#conversation .question")).to_contain_text(planted)
    expect(page).to_have_title("Byline")
    assert page.locator("#conversation script, #conversation img").count() == 0


def test_a_later_question_goes_with_the_earlier_ones(page: Page) -> None:
    ask(page, QUESTION)
    with page.expect_request("**/v1/ask") as asked:
        ask(page, "what did she say about teachers?")
    sent = Ask.model_validate_json(asked.value.post_data or "")
    assert [turn.role for turn in sent.history] == ["user", "assistant"]


def test_an_error_is_shown_as_its_sentence(page: Page) -> None:
    page.route("**/v1/ask", lambda route: route.continue_(post_data='{"question": " "}'))
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("question", ignore_case=True)
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()


def test_keys_write_lines_and_find_the_question_box(page: Page) -> None:
    box = page.get_by_label("Your question")
    box.press("a")
    box.press("Shift+Enter")
    box.press("b")
    expect(box).to_have_value("a\nb")
    box.blur()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("a\nb")


def test_an_example_can_be_asked(page: Page) -> None:
    page.get_by_role("button", name=QUESTION).click()
    expect(page.get_by_role("article", name="Answer")).to_contain_text("Lisa Harker")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name=QUESTION)).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_focused()
