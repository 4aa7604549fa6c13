"""What the page promises in figures: no fault that axe-core finds, at most 150 kB, an answer seen within 100 ms."""

from statistics import median

import httpx
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Response, expect

from api.app import WEB
from tests.api.page.asking import FOG, STOVES, ask, pane
from tests.api.page.conftest import PHONE, WIDE, watching

MOST_BYTES = 150_000
MOST_MS = 100
QUOTATION = "We ring the bell in fours so that somebody takes it for the church."


def test_axe_finds_no_fault_in_any_state(page: Page) -> None:
    axe, faults = Axe(), dict[str, str]()

    def check(state: str) -> None:
        found = {"light": axe.run(page, options={})}
        page.emulate_media(color_scheme="dark")
        found["dark"] = axe.run(page, options={"runOnly": ["color-contrast"]})
        page.emulate_media(color_scheme="light")
        for scheme, results in found.items():
            assert results.response["passes"]
            if results.violations_count:
                faults[f"{state}, {scheme}"] = results.generate_report()

    expect(page.get_by_role("list", name="Questions to try").get_by_role("link").first).to_be_visible()
    check("welcome")
    ask(page, STOVES)
    page.get_by_role("button", name="Wrong person").click()
    check("answer, with feedback being given")
    page.get_by_role("link", name="Citation 1:").first.click()
    expect(pane(page).get_by_role("button", name="Copy BibTeX")).to_be_visible()
    check("answer and source")
    page.keyboard.press("Escape")
    expect(ask(page, FOG).get_by_role("list", name="Ask somebody else")).to_be_visible()
    check("silence")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("checkbox", name="Ada Thorne").check()
    check("filters")
    page.route("**/v1/ask", lambda route: route.continue_(post_data='{"question": " "}'))
    page.get_by_label("Your question").fill(STOVES)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check("error")
    page.goto(f"/#/quote?q={QUOTATION}")
    expect(page.locator("blockquote")).to_be_visible()
    check("who said this")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("checkbox", name="Ada Thorne").check()
    check("who said this, with filters")
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_role("link", name="Look everywhere")).to_be_visible()
    check("not in what is chosen")
    page.set_viewport_size(PHONE)
    check("not in what is chosen, on a phone")
    page.set_viewport_size(WIDE)
    for place in ("volumes", "volumes/lighthouse-essays", "people", "people/ada-thorne"):
        page.goto(f"/#/{place}")
        expect(page.locator("#browse-view .shelf").first).to_be_visible()
        check(place)
    page.goto("/#/history")
    expect(page.get_by_role("list", name="Conversations")).to_be_visible()
    check("history")
    page.set_viewport_size(PHONE)
    check("history on a phone")
    page.get_by_role("link", name="Ask", exact=True).click()
    check("conversation on a phone")
    page.get_by_role("link", name="Citation 1:").first.click()
    expect(pane(page).get_by_role("button", name="Copy BibTeX")).to_be_visible()
    check("source on a phone")
    assert faults == {}


def test_the_page_weighs_little_and_asks_for_each_file_once(chromium: Browser, own_client: httpx.Client) -> None:
    loaded: list[Response] = []
    with watching(chromium, own_client) as watched:
        watched.page.on("response", lambda response: loaded.append(response))
        page = watched.open("/")
        expect(page.get_by_role("list", name="Questions to try").get_by_role("link").first).to_be_visible()
        bodies = {response.url: len(response.body()) for response in loaded if response.url.startswith("http")}
    files = [response.url for response in loaded if "/static/" in response.url]
    assert sorted(files) == sorted(set(files))
    assert {url.rpartition("/")[2] for url in files} >= {path.name for path in WEB.iterdir() if path.suffix != ".html"}
    assert sum(size for url, size in bodies.items() if "/v1/" not in url) <= MOST_BYTES


def test_the_first_words_are_seen_soon_after_they_come(page: Page) -> None:
    for _ in range(5):
        ask(page, STOVES)
    page.wait_for_function("performance.getEntriesByName('byline:first-answer').length >= 5")
    waits = page.evaluate("performance.getEntriesByName('byline:first-answer').map((entry) => entry.duration)")
    assert median(waits) <= MOST_MS
