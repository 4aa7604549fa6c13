"""What a reader does on the page, for its tests."""

from playwright.sync_api import Locator, Page, expect

STOVES = "what does Ada Thorne say about stoves?"
FOG = "what does Ada Thorne say about fog?"
"""Ada Thorne writes nothing about fog; others do."""


def ask(page: Page, question: str) -> Locator:
    """Type a question into the box, send it, and wait for the whole answer."""
    before = page.get_by_role("article", name="Answer").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    answer = page.get_by_role("article", name="Answer").nth(before)
    expect(answer.get_by_role("button", name="Copy link")).to_be_visible()
    return answer


def pane(page: Page) -> Locator:
    """The source pane."""
    return page.get_by_role("complementary")


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
