"""The collection on the page: filters with counts, the catalogue, and who said this."""

import httpx
from playwright.sync_api import Page, expect

from rag.answer import Ask
from tests.api.page.asking import ask, pane
from tests.api.page.conftest import Watched


def test_filters_count_pieces_and_go_with_the_question(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    thorne = page.get_by_role("checkbox", name="Ada Thorne")
    expect(thorne).to_have_accessible_name("Ada Thorne 2 pieces")
    page.get_by_role("checkbox", name="The Workshop Papers").check()
    expect(thorne).to_have_accessible_name("Ada Thorne 1 piece")
    expect(page.get_by_role("checkbox", name="Nora Blott")).to_be_hidden()
    page.get_by_role("searchbox", name="Find a person").fill("thorne")
    expect(page.get_by_role("checkbox", name="Benedict Okafor")).to_be_hidden()
    thorne.check()
    page.keyboard.press("Escape")
    expect(page.get_by_role("group", name="Filters")).to_be_hidden()
    with page.expect_request("**/v1/ask") as asked:
        answer = ask(page, "what is cold in winter?")
    sent = Ask.model_validate_json(asked.value.post_data or "")
    assert (sent.filters.people, sent.filters.volumes) == (["ada-thorne"], ["workshop-papers"])
    expect(page.locator(".limits")).to_have_text("Only from: Ada Thorne; The Workshop Papers")
    expect(answer).not_to_contain_text("Keeping the lamp in winter")
    page.get_by_role("button", name="Remove the filter Ada Thorne").click()
    expect(page.get_by_role("button", name="Filters (1)")).to_be_focused()


def test_the_catalogue_leads_from_a_volume_to_its_sections_and_people(page: Page) -> None:
    page.get_by_role("link", name="Browse").click()
    page.get_by_role("list", name="Volumes").get_by_role("link", name="The Lighthouse Essays").click()
    expect(page.get_by_role("heading", name="The Lighthouse Essays")).to_be_visible()
    expect(page.get_by_role("list", name="Sections").get_by_role("listitem")).to_have_count(7)
    page.get_by_role("list", name="Sections").get_by_role("link", name="What the fog taught us").click()
    expect(pane(page).locator(".words")).to_contain_text("Fog has no edges.")
    page.keyboard.press("Escape")
    page.get_by_role("list", name="People").get_by_role("link", name="Ada Thorne").click()
    expect(page.get_by_role("list", name="Pieces").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Ask Ada Thorne").click()
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.get_by_role("button", name="Remove the filter Ada Thorne")).to_be_visible()


def test_a_quotation_finds_its_writer_and_shows_every_word_that_differs(page: Page) -> None:
    page.get_by_role("link", name="Who said this?").click()
    box = page.get_by_label("Words that somebody is said to have written")
    box.fill("We ring it in fours so that nobody takes it for the church.")
    box.press("Enter")
    result = page.get_by_role("status", name="Where it stands")
    expect(result.get_by_role("heading")).to_have_text("Nearly: 1 word differs")
    expect(result.locator("blockquote del")).to_have_text("you wrote: fours")
    expect(result.locator("blockquote ins")).to_have_text(" it says: threes")
    expect(result).to_contain_text("Benedict Okafor")
    address = page.url
    box.fill("we ring it in threes, so that nobody takes it for the church")
    page.get_by_role("button", name="Look it up").click()
    expect(result.get_by_role("heading")).to_have_text("Word for word")
    result.get_by_role("link").click()
    expect(pane(page).locator("mark.cited")).to_contain_text("We ring it in threes")
    page.goto(address)
    expect(result.get_by_role("heading")).to_have_text("Nearly: 1 word differs")
    box.fill("Nobody here ever wrote these particular words about submarines.")
    box.press("Enter")
    expect(result.get_by_role("heading")).to_have_text("Not in this collection")


def test_what_a_text_plants_stays_words(watched: Watched, own_client: httpx.Client) -> None:
    page = watched.open()
    answer = ask(page, "what does Mallory Quill say about the yellow flag?")
    expect(answer).to_contain_text("<script>")
    page.get_by_role("link", name="Citation 1:").first.click()
    text = pane(page).locator(".words")
    for planted in ("<script>document.title", "<img src=", "![the flag](https://", "[stand here](javascript:"):
        expect(text).to_contain_text(planted)
    page.goto("/#/volumes/planted-letters")
    expect(page.get_by_role("list", name="Sections")).to_be_visible()
    page.goto("/#/quote?q=" + "<script>document.title='taken'</script> <img src=x> hangs in the hall")
    expect(page.get_by_role("status", name="Where it stands").get_by_role("heading")).to_be_visible()
    page.goto("/#/ask?q=<img src=x onerror=\"document.title='taken'\">")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(page).to_have_title("Byline")
    assert page.locator("body script, body img, a[href^='javascript:'], a[href*='harbour.invalid']").count() == 0


def test_no_page_may_run_or_load_anything_foreign(own_client: httpx.Client) -> None:
    policy = own_client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_catalogue_is_what_the_service_lists(own_client: httpx.Client) -> None:
    volume = own_client.get("/v1/volumes/orchard-notes").json()
    assert [section["title"] for section in volume["contents"]][1:] == [
        "Pruning with patience",
        "The bees next door",
        "Windfalls",
    ]
    assert len(volume["contents"]) == volume["sections"]
    assert {section["volume_id"] for section in volume["contents"]} == {"orchard-notes"}
    assert own_client.get("/v1/volumes/nothing").status_code == 404
    section = own_client.get(f"/v1/sections/{volume['contents'][1]['id']}").json()
    for sentence in section["sentences"]:
        if sentence["voice"] == "own":
            assert own_client.get(f"/v1/citations/{sentence['address']}").json()["status"] == "held"
