"""An answer on the page: it streams, carries its bylines, opens its sources, and goes on."""

import json

import httpx
import pytest
from playwright.sync_api import Page, expect

from rag.answer import Answer, Ask
from tests.api.page.asking import FOG, STOVES, ask, pane, scrolls_sideways
from tests.api.page.conftest import PHONE, Watched


@pytest.fixture(scope="module")
def answer(own_client: httpx.Client) -> Answer:
    """What the page is going to show."""
    return Answer.model_validate_json(own_client.post("/v1/ask", json={"question": STOVES}).content)


def test_an_answer_streams_and_carries_its_bylines(page: Page, answer: Answer) -> None:
    with page.expect_response("**/v1/ask") as response:
        shown = ask(page, STOVES)
    assert response.value.headers["content-type"].startswith("text/event-stream")
    for sentence in answer.sentences:
        expect(shown).to_contain_text(sentence.frame)
        expect(shown).to_contain_text(sentence.text)
    expect(shown.get_by_role("list", name="Bylines").get_by_role("link")).to_have_count(len(answer.citations))
    assert page.locator(".said > p").count() == sum(bool(sentence.frame) for sentence in answer.sentences)


def test_a_service_that_does_not_stream_is_asked_without(page: Page, answer: Answer) -> None:
    refusal = json.dumps({"detail": "`stream` is not available.", "status": 422})

    page.route(
        "**/v1/ask",
        lambda route: (
            route.fulfill(status=422, content_type="application/problem+json", body=refusal)
            if json.loads(route.request.post_data or "").get("stream")
            else route.continue_()
        ),
    )
    expect(ask(page, STOVES)).to_contain_text(answer.sentences[-1].text)


def test_a_later_question_goes_with_the_earlier_ones(page: Page) -> None:
    ask(page, STOVES)
    with page.expect_request("**/v1/ask") as asked:
        ask(page, "and what does she say about ships?")
    sent = Ask.model_validate_json(asked.value.post_data or "")
    assert [turn.role for turn in sent.history] == ["user", "assistant"]
    assert sent.history[0].content == STOVES


def test_a_mark_opens_its_section_by_keyboard_with_all_cited_sentences_lit(page: Page, answer: Answer) -> None:
    ask(page, STOVES)
    mark = page.get_by_role("link", name="Citation 1:").first
    mark.focus()
    page.keyboard.press("Enter")
    source = pane(page)
    expect(source.get_by_role("heading", level=2)).to_be_focused()
    expect(source.locator(".source-byline")).to_contain_text("Ada Thorne")
    expect(source.locator("mark.cited")).to_be_in_viewport()
    assert source.locator("mark.cited").all_text_contents() == [answer.citations[0].quote]
    assert "".join(source.locator("mark").all_text_contents()) == "".join(each.quote for each in answer.citations)
    page.keyboard.press("Escape")
    expect(source).to_be_hidden()
    expect(mark).to_be_focused()


def test_the_pane_walks_to_the_neighbouring_sections(page: Page, answer: Answer) -> None:
    page.goto(answer.citations[0].url)
    title = pane(page).get_by_role("heading", level=2)
    expect(title).to_have_text(answer.citations[0].section)
    pane(page).get_by_role("link", name="Next").click()
    expect(title).to_have_text("What the fog taught us")
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text(answer.citations[0].section)
    page.go_back()
    expect(title).to_have_text("What the fog taught us")


def test_a_quotation_is_copied_with_its_reference(watched: Watched, own_client: httpx.Client, answer: Answer) -> None:
    cited = answer.citations[0]
    references = own_client.get(f"/v1/citations/{cited.address}").json()["references"]
    page = watched.open(cited.url)
    for name, words in {
        "Copy quotation": f"“{answer.sentences[0].text}”\n\n{references['chicago']}",
        "Copy BibTeX": references["bibtex"],
        "Copy link": f"{watched.host}/#/citations/{cited.address}",
    }.items():
        button = pane(page).get_by_role("button", name=name)
        button.click()
        expect(pane(page).get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == words
        expect(button).to_be_visible()


def test_a_lasting_link_opens_its_sentence_lit(watched: Watched, answer: Answer) -> None:
    page = watched.open(f"/#/citations/{answer.citations[0].address}")
    expect(pane(page).locator("mark.cited")).to_have_text(answer.citations[0].quote)
    gone = answer.citations[0].address.rpartition("~")[0] + "~aaaaaaaa"
    page.goto(f"/#/citations/{gone}")
    expect(pane(page)).to_contain_text("not in the collection now")
    page.goto("/#/citations/nonsense")
    expect(pane(page)).to_contain_text("is no address of a citation")


def test_a_link_to_an_answer_asks_its_questions_again(watched: Watched, answer: Answer) -> None:
    page = watched.open()
    ask(page, STOVES)
    ask(page, "and what does she say about ships?")
    address = page.url
    page = watched.open(address)
    expect(page.get_by_role("article", name="Answer")).to_have_count(2)
    expect(page.get_by_role("article", name="Answer").first).to_contain_text(answer.sentences[-1].text)
    expect(page.get_by_role("button", name="Copy link")).to_have_count(2)
    assert page.url == address


def test_a_silence_says_whom_to_ask_instead(page: Page) -> None:
    silent = ask(page, FOG)
    expect(silent.get_by_role("heading", name="Not by this person")).to_be_visible()
    offered = silent.get_by_role("list", name="Ask somebody else")
    expect(offered.get_by_role("button", name="Ask Ada Thorne")).to_have_count(0)
    offered.get_by_role("button", name="Ask Benedict Okafor").click()
    expect(page.get_by_role("heading", level=2, name="You asked:").last).to_contain_text(
        FOG.replace("Ada Thorne", "Benedict Okafor")
    )
    expect(page.get_by_role("list", name="Bylines")).to_contain_text("What the fog taught us")


def test_feedback_reaches_the_service(page: Page, own_client: httpx.Client) -> None:
    group = ask(page, STOVES).get_by_role("group", name="Is this answer right?")
    group.get_by_role("button", name="Wrong passage").click()
    page.keyboard.type("The other stove.")
    page.keyboard.press("Enter")
    expect(group).to_contain_text("Noted: wrong passage")
    newest = own_client.get("/v1/feedback").json()["feedback"][0]
    assert (newest["verdict"], newest["comment"]) == ("wrong_passage", "The other stove.")
    assert newest["answer"]["question"] == STOVES


def test_of_a_silence_it_can_be_said_that_there_is_an_answer(page: Page, own_client: httpx.Client) -> None:
    group = ask(page, FOG).get_by_role("group", name="Is this answer right?")
    expect(group.get_by_role("button", name="Wrong passage")).to_have_count(0)
    group.get_by_role("button", name="There is an answer").click()
    page.keyboard.press("Enter")
    expect(group).to_contain_text("Noted: there is an answer")
    newest = own_client.get("/v1/feedback").json()["feedback"][0]
    assert (newest["verdict"], newest["answer"]["question"]) == ("incomplete", FOG)


def test_a_further_question_comes_to_the_top(page: Page) -> None:
    ask(page, STOVES)
    ask(page, FOG)
    top = page.locator("main").evaluate("(main) => main.getBoundingClientRect().top")
    turns = page.locator(".turn")
    assert turns.last.evaluate("(turn) => turn.getBoundingClientRect().top") < top + 20
    expect(turns.first.get_by_role("button", name="Copy link")).not_to_be_in_viewport()


def test_a_question_can_be_stopped(page: Page) -> None:
    page.route("**/v1/ask", lambda route: None)
    page.get_by_label("Your question").fill(STOVES)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alert")).to_contain_text("Stopped.")
    page.unroute("**/v1/ask")
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("list", name="Bylines")).to_be_visible()


def test_an_error_is_shown_as_its_sentence(page: Page) -> None:
    page.route("**/v1/ask", lambda route: route.continue_(post_data='{"question": " "}'))
    page.get_by_label("Your question").fill(STOVES)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("question", ignore_case=True)
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()


def test_all_of_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    ask(page, STOVES)
    assert not scrolls_sideways(page)
    page.get_by_role("link", name="Citation 1:").first.click()
    expect(pane(page).locator("mark.cited")).to_be_in_viewport()
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="Close the section").click()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_role("checkbox", name="Ada Thorne")).to_be_visible()
    assert not scrolls_sideways(page)
