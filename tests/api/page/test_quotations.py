"""Who said this, on the page: by whom and where to look, many places at once, and what stands there copied."""

from playwright.sync_api import Page, expect

from rag.quote_answer import QuoteAsk
from tests.api.page.asking import STOVES, ask, pane, scrolls_sideways
from tests.api.page.conftest import PHONE, Watched

RUNG = "We ring it in threes"
"""Words of Benedict Okafor, in “What the fog taught us”."""


def look_up(page: Page, words: str) -> None:
    """Type words into the box and send them."""
    box = page.get_by_label("Words that somebody is said to have written")
    box.fill(words)
    box.press("Enter")


def test_filters_say_where_to_look(watched: Watched) -> None:
    page = watched.open("/#/quote")
    filters = page.get_by_role("button", name="Filters")
    filters.click()
    page.get_by_role("searchbox", name="Find a person").fill("thorn")
    page.get_by_role("checkbox", name="Ada Thorne").press("Enter")
    expect(page.get_by_role("checkbox", name="Ada Thorne")).to_be_checked()
    with page.expect_request("**/v1/quote") as asked:
        look_up(page, RUNG)
    expect(page.get_by_role("group", name="Filters")).to_be_hidden()
    sent = QuoteAsk.model_validate_json(asked.value.post_data or "")
    assert (sent.filters.people, sent.filters.volumes) == (["ada-thorne"], [])
    result = page.get_by_role("status", name="Where it stands")
    expect(result.get_by_role("heading")).to_have_text("Not in what you chose")
    expect(result).to_contain_text("Only from: Ada Thorne")
    page = watched.open(page.url.removeprefix(watched.host))
    expect(page.get_by_role("button", name="Remove the filter Ada Thorne")).to_be_visible()
    expect(result.get_by_role("heading")).to_have_text("Not in what you chose")
    result.get_by_role("link", name="Look everywhere").click()
    expect(result.get_by_role("heading")).to_have_text("Word for word")
    expect(result).to_contain_text("Benedict Okafor")
    expect(page.get_by_role("button", name="Remove the filter Ada Thorne")).to_have_count(0)


def test_the_filters_of_questions_and_of_quotations_are_apart(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("checkbox", name="The Workshop Papers").check()
    page.get_by_role("link", name="Who said this?").click()
    expect(page.get_by_role("group", name="Filters")).to_be_hidden()
    expect(page.get_by_role("button", name="Remove the filter The Workshop Papers")).to_be_hidden()
    with page.expect_request("**/v1/quote") as asked:
        look_up(page, RUNG)
    assert QuoteAsk.model_validate_json(asked.value.post_data or "").filters.volumes == []


def test_a_finder_that_finds_nobody_says_so_and_forgets(page: Page) -> None:
    filters = page.get_by_role("button", name="Filters")
    filters.click()
    finder = page.get_by_role("searchbox", name="Find a person")
    finder.fill("zz")
    expect(page.get_by_role("group", name="Filters").get_by_text("Nobody of this name")).to_be_visible()
    page.get_by_role("heading", name="Ask the collection").click()
    expect(finder).to_be_hidden()
    filters.click()
    expect(finder).to_have_value("")
    expect(page.get_by_role("checkbox", name="Ada Thorne")).to_be_visible()


def test_many_places_are_shown_by_piece_and_all_can_be_had(watched: Watched) -> None:
    page = watched.open("/#/quote?q=the")
    result = page.get_by_role("status", name="Where it stands")
    expect(result).to_contain_text("The first 20 of ")
    places = result.get_by_role("list", name="Places").locator(".places a")
    expect(places).to_have_count(20)
    assert result.locator(".found > li").count() < 20
    result.get_by_role("button", name="Show ").click()
    expect(places).not_to_have_count(20)


def test_a_part_of_a_sentence_can_be_copied_as_its_whole_sentence(watched: Watched) -> None:
    page = watched.open(f"/#/quote?q={RUNG}")
    page.get_by_role("list", name="Places").get_by_role("link").click()
    expect(pane(page).locator("mark.cited")).to_have_text(RUNG)
    pane(page).get_by_role("button", name="Copy quotation").click()
    expect(pane(page).get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{RUNG}")
    assert "Benedict Okafor" in copied


def test_what_is_not_here_can_be_asked_about(watched: Watched) -> None:
    page = watched.open("/#/quote?q=what does Ada Thorne say about stoves")
    page.get_by_role("link", name="Ask about it instead").click()
    expect(page.get_by_role("list", name="Bylines")).to_contain_text("Ada Thorne")


def test_an_earlier_conversation_keeps_its_filters(watched: Watched) -> None:
    page = watched.open()
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("checkbox", name="Ada Thorne").check()
    ask(page, STOVES)
    page = watched.open("/#/history")
    page.get_by_role("link", name=STOVES).click()
    expect(page.locator(".limits")).to_have_text("Only from: Ada Thorne")
    expect(page.get_by_role("button", name="Remove the filter Ada Thorne")).to_be_visible()


def test_quotations_fit_a_phone(watched: Watched) -> None:
    watched.page.set_viewport_size(PHONE)
    page = watched.open(f"/#/quote?q={RUNG}&person=benedict-okafor&volume=lighthouse-essays")
    expect(page.locator("blockquote")).to_be_visible()
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_role("checkbox", name="Benedict Okafor")).to_be_checked()
    assert not scrolls_sideways(page)
