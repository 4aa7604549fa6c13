"""Tools, resources and the prompt over MCP, spoken to with the official client; and `byline mcp` on its pipes."""

import re
import time
from typing import Any

import anyio
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from mcp import Client, MCPError
from mcp.server import Server
from mcp.types import CallToolResult, TextContent, TextResourceContents
from mcp.types import Tool as McpTool

from api.mcp.reading import lines_of, numbered
from api.mcp.tools import TOOLS
from api.schemas import SectionView
from index.errors import NotFound
from index.settings import Settings
from rag.answer import Answer, Ask
from rag.engine import Engine
from rag.message import message_of
from rag.quote import find_quote
from rag.quote_answer import QuoteAsk
from rag.search import SearchAsk, search
from tests.api.mcp_client import MODES, calling, server_over, talk, text_of
from tests.api.test_streaming import LONG, WatchedEngine, wait_for_end

HARKER = "what did Harker say about schools?"
NOWHERE = "a zebra can jump over the mountains of Neptune on a Monday"
SECTIONS = "byline://sections/"
STOPS_WITHIN_S = 10.0
"""Far less than what it would take, however busy the machine is."""


@pytest.fixture(scope="module")
def server(engine: Engine) -> Server[Any]:
    return server_over(engine)


@pytest.fixture(scope="module")
def tools(server: Server[Any]) -> dict[str, McpTool]:
    async def listed(client: Client) -> dict[str, McpTool]:
        return {tool.name: tool for tool in (await client.list_tools()).tools}

    return talk(server, listed)


@pytest.fixture(scope="module")
def section_id(engine: Engine) -> str:
    """A section of some length."""
    return max(engine.snapshot.section_refs, key=lambda name: len(engine.snapshot.section(name).text))


def without_times(value: Any) -> dict[str, Any]:
    return {name: each for name, each in value.items() if name not in ("id", "timings_ms")}


def called(server: Server[Any], tool: str, /, **arguments: Any) -> CallToolResult:
    result = talk(server, calling(tool, arguments))
    assert not result.is_error, text_of(result)
    return result


def test_the_tools_say_what_they_take_and_give_and_that_they_change_nothing(tools: dict[str, McpTool]) -> None:
    assert list(tools) == ["ask", "search", "quote", "section", "people", "volumes"]
    for tool in tools.values():
        assert tool.title
        assert tool.description
        assert "Use it" in tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.annotations.idempotent_hint
        assert tool.annotations.open_world_hint is False
        for schema in (tool.input_schema, tool.output_schema):
            assert schema is not None
            assert schema["type"] == "object"
            Draft202012Validator.check_schema(schema)
            assert all(each.get("description") for each in tool.input_schema["properties"].values()), tool.name


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ask", {"question": HARKER}),
        ("ask", {"question": "how far can a zebra jump on Neptune?"}),
        ("ask", {"question": "and data?", "history": [{"role": "user", "content": HARKER}]}),
        ("search", {"question": "trust in schools", "limit": 3, "filters": {"people": ["lisa-harker"]}}),
        ("quote", {"quote": NOWHERE}),
        ("people", {}),
        ("people", {"name": "HARKER"}),
        ("people", {"name": "nobody at all"}),
        ("volumes", {}),
        ("volumes", {"volume_id": "adcs-blog"}),
    ],
)
def test_what_a_tool_gives_is_valid_by_its_schema(
    server: Server[Any], tools: dict[str, McpTool], mode: str, name: str, arguments: dict[str, Any]
) -> None:
    result = talk(server, calling(name, arguments), mode)
    assert not result.is_error
    assert text_of(result)
    given = result.structured_content
    Draft202012Validator(tools[name].output_schema or {}).validate(given)
    Draft202012Validator(tools[name].input_schema).validate(arguments)
    (model,) = [tool.gives for tool in TOOLS if tool.name == name]
    assert model.model_validate(given).model_dump(mode="json") == given


def test_ask_gives_the_engines_answer_as_a_message_with_addresses(server: Server[Any], engine: Engine) -> None:
    answer = engine.ask(Ask(question=HARKER))
    result = called(server, "ask", question=HARKER)
    assert without_times(result.structured_content) == without_times(answer.model_dump(mode="json"))
    text = text_of(result)
    assert text.startswith(message_of(answer).text)
    assert all(f"[{citation.id}]" in text and citation.address in text for citation in answer.citations)


def test_an_abstention_is_an_answer_and_no_error(server: Server[Any]) -> None:
    result = called(server, "ask", question="how far can a zebra jump on Neptune?")
    assert result.structured_content["status"] == "abstained"
    assert result.structured_content["reason"]
    assert "Sources" not in text_of(result)


def test_search_gives_the_engines_passages_with_their_bylines(server: Server[Any], engine: Engine) -> None:
    found = search(engine, SearchAsk(question="trust in schools", limit=3))
    result = called(server, "search", question="trust in schools", limit=3)
    assert without_times(result.structured_content) == without_times(found.model_dump(mode="json"))
    text = text_of(result)
    for passage in found.passages:
        assert passage.section_id in text
        assert ", ".join(passage.authors) in text


def test_quote_says_who_said_it_and_where(server: Server[Any], engine: Engine) -> None:
    cited = engine.ask(Ask(question=HARKER)).citations[0]
    found = find_quote(engine, QuoteAsk(quote=cited.quote))
    result = called(server, "quote", quote=cited.quote)
    assert without_times(result.structured_content) == without_times(found.model_dump(mode="json"))
    assert text_of(result).startswith("Word for word, in 1 place.")
    assert cited.address in text_of(result)
    assert cited.authors[0] in text_of(result)
    near = called(server, "quote", quote=f"zebra {cited.quote}")
    assert near.structured_content["verdict"] == "near"
    assert "[-zebra-]" in text_of(near)
    assert text_of(called(server, "quote", quote=NOWHERE)).startswith("Not here")


def test_section_reads_the_lines_of_the_file(server: Server[Any], engine: Engine, section_id: str) -> None:
    section = engine.snapshot.section(section_id)
    file = engine.snapshot.source(section.volume_id).split("\n")
    first, last = section.lines
    result = called(server, "section", section_id=section_id)
    assert result.structured_content == SectionView.of(section).model_dump(mode="json")
    lines = text_of(result).splitlines()[-(last - first + 1) :]
    assert [line.split("\t", 1) for line in lines] == [
        [str(number), file[number - 1]] for number in range(first, last + 1)
    ]
    some = called(server, "section", section_id=section_id, first_line=first + 2, last_line=first + 4)
    assert text_of(some).splitlines()[-3:] == lines[2:5]
    assert some.structured_content["lines"] == [first + 2, first + 4]


def test_lines_of_a_section_are_still_a_true_view(engine: Engine) -> None:
    for name in list(engine.snapshot.section_refs)[::7]:
        section = SectionView.of(engine.snapshot.section(name))
        source = engine.snapshot.source(section.volume_id)
        begins, ends = section.lines
        assert lines_of(section, None, None) == section
        assert lines_of(section, 1, 10**6) == section
        parts = [lines_of(section, line, line) for line in range(begins, ends + 1)]
        assert "\n".join(part.text for part in parts) == section.text
        assert all(source[part.start : part.end] == part.text for part in parts)
        assert {each.address for part in parts for each in part.sentences} == {
            each.address for each in section.sentences
        }
        assert numbered(parts[-1]).startswith(f"{ends}\t")
        for wrong in ((ends + 1, None), (None, begins - 1)):
            with pytest.raises(NotFound, match=f"{begins} to {ends}"):
                lines_of(section, *wrong)


def test_people_are_found_by_parts_of_their_names_and_by_volume(server: Server[Any], engine: Engine) -> None:
    everybody = called(server, "people").structured_content
    assert [each["id"] for each in everybody["people"]] == [person.id for person in engine.snapshot.people()]
    namesakes = called(server, "people", name="Harker")
    assert {each["name"] for each in namesakes.structured_content["people"]} == {"Lisa Harker", "Lorraine Harker"}
    assert namesakes.structured_content["others"] == len(everybody["people"]) - 2
    assert "lisa-harker" in text_of(namesakes)
    here = called(server, "people", name="Harker", volume_id="getting-to-the-heart-of-it").structured_content
    assert [each["name"] for each in here["people"]] == ["Lorraine Harker"]
    assert text_of(called(server, "people", name="zebra")).startswith("Nobody")


def test_volumes_list_their_sections_when_asked(server: Server[Any], engine: Engine) -> None:
    volumes = called(server, "volumes").structured_content
    assert [each["id"] for each in volumes["volumes"]] == [volume.id for volume in engine.snapshot.volumes()]
    assert volumes["contents"] == []
    one = called(server, "volumes", volume_id="adcs-blog")
    assert [each["id"] for each in one.structured_content["volumes"]] == ["adcs-blog"]
    assert len(one.structured_content["contents"]) == one.structured_content["volumes"][0]["sections"]
    assert all(each["id"] in text_of(one) for each in one.structured_content["contents"])


@pytest.mark.parametrize(
    ("name", "arguments", "names"),
    [
        ("ask", {}, "`question` is missing"),
        ("ask", {"question": 1}, "`question`"),
        ("ask", {"question": HARKER, "stream": True}, "`stream` is not a field"),
        ("ask", {"question": HARKER, "history": [{"role": "system", "content": "x"}]}, "`history[0].role`"),
        ("ask", {"question": " "}, "question"),
        ("ask", {"question": "a\0b"}, "NUL"),
        ("ask", {"question": "school " * 2001}, "words"),
        ("ask", {"question": HARKER, "composer": "llm"}, "BYLINE_LLM"),
        ("ask", {"question": HARKER, "filters": {"people": ["Nobody Atall"]}}, "`people` lists who does"),
        ("ask", {"question": HARKER, "filters": {"volumes": ["atlantis"]}}, "`volumes` lists what there is"),
        ("ask", {"question": HARKER, "filters": {"sections": ["atlantis/x"]}}, "atlantis/x"),
        ("search", {"question": HARKER, "limit": 0}, "`limit`"),
        ("search", {"question": HARKER, "limit": "3"}, "`limit`"),
        ("quote", {"quote": "..."}, "quotation"),
        ("section", {"section_id": "atlantis/x"}, "atlantis/x"),
        ("section", {"section_id": "../../etc/passwd"}, "no section"),
        ("section", {"section_id": "adcs-blog/x", "first_line": 5, "last_line": 4}, "`last_line`"),
        ("section", {"section_id": "adcs-blog/x", "first_line": 0}, "`first_line`"),
        ("people", {"name": ["Harker"]}, "`name`"),
        ("volumes", {"volume_id": "atlantis"}, "atlantis"),
    ],
)
def test_bad_arguments_are_an_error_of_the_tool_in_a_sentence(
    server: Server[Any], name: str, arguments: dict[str, Any], names: str
) -> None:
    result = talk(server, calling(name, arguments))
    assert result.is_error
    assert result.structured_content is None
    sentence = text_of(result)
    assert names in sentence
    assert re.search(r"[.)]$", sentence)
    assert "/v1/" not in sentence
    assert "Traceback" not in sentence
    assert "pydantic" not in sentence


def test_an_unknown_tool_is_an_error_of_the_protocol(server: Server[Any]) -> None:
    with pytest.raises(MCPError, match="There are ask, search, quote"):
        talk(server, calling("answer_everything"))


class FailingEngine(Engine):
    """An engine with a fault of ours."""

    def ask(self, ask: Ask) -> Answer:
        """Fail."""
        raise RuntimeError("a secret")


def test_a_fault_of_ours_tells_nothing_about_the_inside(engine: Engine, settings: Settings) -> None:
    result = talk(server_over(FailingEngine(engine.snapshot, settings)), calling("ask", {"question": HARKER}))
    assert result.is_error
    assert "went wrong in Byline itself" in text_of(result)
    assert "secret" not in text_of(result)


@pytest.mark.parametrize("mode", MODES)
def test_stages_are_told_to_whoever_asks_to_be_told(server: Server[Any], mode: str) -> None:
    told: list[tuple[float, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async def asking(client: Client) -> CallToolResult:
        return await client.call_tool("ask", {"question": "what did Lisa Harker say?"}, progress_callback=note)

    assert not talk(server, asking, mode).is_error
    assert [number for number, _ in told] == list(range(1, len(told) + 1))
    assert [stage for _, stage in told][:6] == ["understand", "retrieve", "rerank", "rank", "compose", "ground"]


@pytest.mark.parametrize("mode", MODES)
def test_work_stops_when_a_call_is_cancelled_and_the_next_one_is_answered(engine: Engine, mode: str) -> None:
    watched = WatchedEngine.of(engine)

    async def leaving(client: Client) -> tuple[float, CallToolResult]:
        async def leave_at_reranking(progress: float, total: float | None, message: str | None) -> None:
            if message == "rerank":
                calls.cancel()

        with anyio.CancelScope() as calls:
            await client.call_tool("ask", {"question": LONG}, progress_callback=leave_at_reranking)
        left = time.perf_counter()
        while not watched.ended:
            await anyio.sleep(0.001)
        return left, await client.call_tool("ask", {"question": HARKER})

    left, next_one = talk(server_over(watched), leaving, mode)
    end, stopped = wait_for_end(watched, 1)
    assert stopped, "it was answered all the same"
    assert end - left < STOPS_WITHIN_S
    assert not next_one.is_error


async def _all_resources(client: Client) -> list[str]:
    uris, cursor = list[str](), None
    while True:
        page = await client.list_resources(cursor=cursor)
        uris += [resource.uri for resource in page.resources]
        cursor = page.next_cursor
        if cursor is None:
            return uris


def read(server: Server[Any], uri: str) -> str:
    async def reading(client: Client) -> str:
        (contents,) = (await client.read_resource(uri)).contents
        assert isinstance(contents, TextResourceContents)
        assert (contents.uri, contents.mime_type) == (uri, "text/plain")
        return contents.text

    return talk(server, reading)


def test_every_section_is_a_resource(server: Server[Any], engine: Engine, section_id: str) -> None:
    assert talk(server, _all_resources) == [SECTIONS + name for name in engine.snapshot.section_refs]
    assert read(server, SECTIONS + section_id) == text_of(called(server, "section", section_id=section_id))


def test_a_cited_sentence_is_a_resource(server: Server[Any], engine: Engine) -> None:
    async def templates(client: Client) -> list[str]:
        return [each.uri_template for each in (await client.list_resource_templates()).resource_templates]

    assert talk(server, templates) == ["byline://sections/{+section_id}", "byline://citations/{+address}"]
    citation = engine.ask(Ask(question=HARKER)).citations[0]
    text = read(server, f"byline://citations/{citation.address}")
    assert text.startswith("held")
    assert citation.quote in text
    assert citation.authors[0] in text
    assert read(server, f"byline://citations/{citation.address[:-8]}aaaaaaaa").startswith("gone")


@pytest.mark.parametrize(
    "uri",
    [
        SECTIONS,
        SECTIONS + "atlantis/x",
        SECTIONS + "../keys.sqlite",
        "byline://citations/atlantis",
        "byline://keys",
        "file:///etc/passwd",
        SECTIONS + "x" * 100_000,
    ],
)
def test_what_is_no_resource_is_an_error_that_says_so(server: Server[Any], uri: str) -> None:
    with pytest.raises(MCPError) as refused:
        read(server, uri)
    assert refused.value.message.endswith(".")
    assert len(refused.value.message) < 300
    assert "/v1/" not in refused.value.message


@pytest.mark.parametrize("cursor", ["x", "-1", "1000000", "9" * 400, "٣"])
def test_a_cursor_of_somebody_elses_is_refused(server: Server[Any], cursor: str) -> None:
    with pytest.raises(MCPError, match="cursor"):
        talk(server, lambda client: client.list_resources(cursor=cursor))


def test_the_prompt_says_how_to_write_without_losing_the_byline(server: Server[Any]) -> None:
    async def prompt(client: Client) -> str:
        (listed,) = (await client.list_prompts()).prompts
        assert [(each.name, each.required) for each in listed.arguments or []] == [
            ("task", True),
            ("people", False),
            ("volumes", False),
        ]
        filled = await client.get_prompt(listed.name, {"task": "A page about trust.", "people": "Lisa Harker"})
        (message,) = filled.messages
        assert isinstance(message.content, TextContent)
        return message.content.text

    text = talk(server, prompt)
    assert text.endswith("To be written: A page about trust.")
    assert "Lisa Harker" in text
    for word in ("verbatim", "byline", "address", "`exact`", *(f"`{tool.name}`" for tool in TOOLS)):
        assert word.lower() in text.lower()


@pytest.mark.parametrize(
    ("name", "arguments", "names"),
    [
        ("attributed_writing", {}, "task"),
        ("attributed_writing", {"task": " "}, "task"),
        ("attributed_writing", {"task": "x", "colour": "red"}, "colour"),
        ("attributed_writing", {"task": "x" * 20_001}, "20000"),
        ("poetry", {"task": "x"}, "attributed_writing"),
    ],
)
def test_a_prompt_that_cannot_be_filled_says_why(
    server: Server[Any], name: str, arguments: dict[str, str], names: str
) -> None:
    with pytest.raises(MCPError, match=names):
        talk(server, lambda client: client.get_prompt(name, arguments))
