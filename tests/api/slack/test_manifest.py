"""The manifest asks for what the code uses, and for nothing more; the guide has its ten steps."""

import ast
import re

from api.slack.http import PATH
from api.slack.scopes import COMMANDS, EVENTS, METHODS
from index.settings import PACKAGE_ROOT, Settings
from tests.api.slack.workspace import MANIFEST, SCOPES

CODE = sorted((PACKAGE_ROOT / "api" / "slack").glob("*.py"))
GUIDE = (PACKAGE_ROOT / "docs" / "slack.md").read_text("utf-8")


def test_its_events_and_commands_are_those_that_are_listened_to() -> None:
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)
    assert {command["command"] for command in MANIFEST["features"]["slash_commands"]} == set(COMMANDS)
    listened = {
        node.args[0].value
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "event"
        and isinstance(node.args[0], ast.Constant)
    }
    assert listened == {event.partition(".")[0] for event in EVENTS}


def test_its_scopes_are_those_that_events_methods_and_commands_need() -> None:
    needed = {*EVENTS.values(), *METHODS.values(), *COMMANDS.values()} - {None}
    assert needed == SCOPES


def test_every_method_that_is_called_is_listed() -> None:
    families = {method.split(".")[0] for method in METHODS}
    called = {
        node.func.attr
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    methods = {re.sub(r"_", ".", name) for name in called if name.partition("_")[0] in families and "_" in name}
    assert methods == set(METHODS)


def test_slack_is_sent_to_the_route_that_there_is() -> None:
    settings = MANIFEST["settings"]
    urls = [
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
        *(command["url"] for command in MANIFEST["features"]["slash_commands"]),
    ]
    assert {url.removeprefix("https://byline.example.org") for url in urls} == {PATH}
    assert settings["interactivity"]["is_enabled"]
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"]


def test_the_guide_has_ten_steps_and_names_what_exists() -> None:
    steps = re.findall(r"^(\d+)\. ", GUIDE, re.M)
    assert steps == [str(number) for number in range(1, 11)]
    named = set(re.findall(r"BYLINE_[A-Z_]*[A-Z]", GUIDE))
    assert {"BYLINE_SLACK_BOT_TOKEN", "BYLINE_SLACK_SIGNING_SECRET", "BYLINE_SLACK_APP_TOKEN"} <= named
    assert named <= {f"BYLINE_{name.upper()}" for name in Settings.model_fields}
    assert all(scope in GUIDE for scope in ("connections:write",))
    assert "slack-manifest.yaml" in GUIDE
