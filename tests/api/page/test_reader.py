"""What the page keeps and how it is used: history, colours, keys, a service that opens or wants a key."""

from pathlib import Path
from threading import Event

from playwright.sync_api import Browser, Page, expect

from api.keys import Keys, Scope
from index.settings import Settings
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready
from tests.api.page.asking import FOG, STOVES, ask
from tests.api.page.conftest import Watched, watching


def test_history_stays_in_this_browser_until_it_is_cleared(watched: Watched) -> None:
    page = watched.open()
    ask(page, STOVES)
    ask(page, FOG)
    page = watched.open("/#/history")
    kept = page.get_by_role("list", name="Conversations")
    expect(kept).to_contain_text("2 questions")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    kept.get_by_role("link", name=STOVES).click()
    expect(page.get_by_role("article", name="Answer")).to_have_count(2)
    expect(page.get_by_role("list", name="Bylines")).to_contain_text("Ada Thorne")
    assert not [url for url in asked if url.endswith("/v1/ask")]
    page.get_by_role("link", name="History").click()
    page.get_by_role("button", name="Clear history").click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_colours_follow_the_system_until_one_is_chosen(watched: Watched) -> None:
    page = watched.open()
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(paper)
    assert light != dark
    toggle = page.get_by_role("button", name="Dark colours")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    assert page.evaluate(paper) == light
    page.reload()
    assert page.evaluate(paper) == light


def test_keys_reach_everything(page: Page) -> None:
    box = page.get_by_label("Your question")
    expect(box).to_be_focused()
    box.press("a")
    box.press("Shift+Enter")
    box.press("b")
    expect(box).to_have_value("a\nb")
    examples = page.get_by_role("list", name="Questions to try").get_by_role("link")
    examples.first.focus()
    page.keyboard.press("ArrowDown")
    expect(examples.nth(1)).to_be_focused()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("a\nb")
    examples.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Bylines")).to_contain_text("Ada Thorne")
    page.get_by_role("button", name="Start over").click()
    expect(examples.first).to_be_visible()
    expect(box).to_be_focused()


def test_the_page_waits_for_an_index_that_opens(chromium: Browser, own: Engine, served: Served) -> None:
    may_open = Event()

    def opened() -> Engine:
        may_open.wait(30)
        return own

    with served(opened) as client, watching(chromium, client) as watched:
        page = watched.open()
        expect(page.get_by_text("The index is still being opened")).to_be_visible()
        may_open.set()
        expect(page.get_by_role("list", name="Questions to try").get_by_role("link").first).to_be_visible()


def test_a_service_with_keys_is_given_one(chromium: Browser, own: Engine, served: Served, tmp_path: Path) -> None:
    secret = Keys(tmp_path).create("reader", [Scope.ASK], None)[1]
    with served(lambda: own, Settings(home=tmp_path, rate="off")) as client:
        wait_until_ready(client)
        with watching(chromium, client) as watched:
            page = watched.open()
            page.get_by_label("Key of this service").fill(secret)
            page.get_by_role("button", name="Use this key").click()
            expect(page.get_by_role("list", name="Questions to try").get_by_role("link").first).to_be_visible()
            expect(ask(page, STOVES)).to_contain_text("Ada Thorne")
            page.get_by_role("link", name="History").click()
            page.get_by_role("button", name="Forget the key").click()
            page.reload()
            page.get_by_role("link", name="Ask").click()
            expect(page.get_by_label("Key of this service")).to_be_visible()
