"""Takes the pictures in docs/ over our own collection: `python -m tests.api.page.pictures`.

In: nothing. Out: docs/page*.png, one for each main state. No sentence of anybody else's texts is in them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from index.settings import PACKAGE_ROOT
from tests.api.conftest import _served, wait_until_ready
from tests.api.page.asking import FOG, STOVES, ask, pane
from tests.api.page.conftest import ARGUMENTS, CHROMIUM, PHONE
from tests.api.page.own_collection import own_engine
from tests.conftest import TEST_HOME

DOCS = PACKAGE_ROOT / "docs"
MISQUOTED = "A keeper who is warm makes mistakes, and a mistake by day may cost a ship."


def take(page: Page, name: str) -> None:
    """Write the page as it is to a file."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    page.screenshot(path=DOCS / f"{name}.png")


def open_source(page: Page, mark: str) -> None:
    """Open what a mark cites."""
    page.get_by_role("link", name=f"Citation {mark}:").first.click()
    pane(page).get_by_role("button", name="Copy BibTeX").wait_for()


@contextmanager
def page_of(browser: Browser, url: str) -> Iterator[Page]:
    """A page for a desk, loaded."""
    context = browser.new_context(viewport={"width": 1100, "height": 640}, base_url=url, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/")
    page.locator("#examples a").first.wait_for()
    yield page
    context.close()


def main() -> None:
    """Take them all."""
    engine = own_engine(TEST_HOME / "page", TEST_HOME / "digest" / "models")
    with _served(lambda: engine) as client, sync_playwright() as playwright:
        wait_until_ready(client)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with page_of(browser, str(client.base_url)) as page:
            ask(page, STOVES)
            open_source(page, "3")
            take(page, "page")
            page.emulate_media(color_scheme="dark")
            take(page, "page-dark")
            page.emulate_media(color_scheme="light")
            page.keyboard.press("Escape")
            ask(page, FOG).get_by_role("list", name="Ask somebody else").wait_for()
            take(page, "page-silence")
            page.get_by_role("button", name="Filters").click()
            page.get_by_role("checkbox", name="The Workshop Papers").check()
            take(page, "page-filters")
            page.goto(f"/#/quote?q={MISQUOTED}")
            page.locator("blockquote").wait_for()
            take(page, "page-quote")
            page.goto("/#/volumes/lighthouse-essays")
            page.locator("#browse-view .shelf").first.wait_for()
            take(page, "page-browse")
        with page_of(browser, str(client.base_url)) as page:
            page.set_viewport_size(PHONE)
            ask(page, STOVES)
            take(page, "page-phone")
        browser.close()


if __name__ == "__main__":
    main()
