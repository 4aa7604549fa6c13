"""Everything that the README and the pages of docs/ tell a reader to type or to look at is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.settings import PACKAGE_ROOT, Settings
from tests.api.command import byline, help_of
from tests.pages import PAGES, README, commands

MAKEFILE = (PACKAGE_ROOT / "Makefile").read_text(encoding="utf-8")
KNOWN = {
    "make", "byline", "python3", "pip", "curl", "git", "cd", "docker", "systemctl", "journalctl", "cp", "export",
}  # fmt: skip


def shell_commands() -> Iterator[list[str]]:
    """The words of every command that is read here: the README's, and those of docs/ that no test can run."""
    yield from commands(README, "sh")
    for page in PAGES:
        yield from commands(page, "console")


def spelled_commands() -> set[str]:
    """The name of every `byline` command that is spelled out, in blocks and in text."""
    spelled = [name for page in PAGES for name in re.findall(r"`byline ([a-z-]+)[^`]*`", _text(page))]
    return {*spelled, *(words[1] for words in shell_commands() if words[0] == "byline")}


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_command_is_a_known_one() -> None:
    commands = list(shell_commands())
    assert commands
    assert {words[0] for words in commands} <= KNOWN


def test_every_make_target_is_there() -> None:
    targets = {words[1] for words in shell_commands() if words[0] == "make"}
    assert {"run", "test"} <= targets
    assert targets <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))


@pytest.mark.parametrize("command", sorted(spelled_commands()))
def test_every_byline_command_is_there(command: str) -> None:
    assert help_of(command).code == 0


@pytest.mark.parametrize(
    "words", [words for words in shell_commands() if words[0] == "byline"], ids=lambda words: " ".join(words)
)
def test_every_byline_line_can_be_parsed(words: list[str]) -> None:
    assert byline(*words[1:], "--help").code == 0


def test_every_option_spelled_is_one_of_its_command() -> None:
    for row in re.findall(r"^\| `byline .*$", _text(README), re.M):
        (command, *_) = re.findall(r"`byline ([a-z-]+)", row)
        offered = help_of(command).out
        assert all(option in offered for option in re.findall(r"`(--[a-z]+)", row)), row


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_named_exists(page: Path) -> None:
    named = set(re.findall(r"\bBYLINE_[A-Z_]*[A-Z]\b", _text(page)))
    assert named <= {f"BYLINE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_linked_or_named_is_there(page: Path) -> None:
    linked = [page.parent / path for path in re.findall(r"\]\(([^):#]+)(?:#[^)]*)?\)", _text(page))]
    named = re.findall(r"`((?:eval|rag|seeds|index|api|deploy|docs)/[\w./-]*[\w/])`", _text(page))
    missing = [path for path in {*linked, *(PACKAGE_ROOT / path for path in named)} if not path.exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_heading_linked_is_there(page: Path) -> None:
    for path, anchor in re.findall(r"\]\(([^):#]*)#([^)]*)\)", _text(page)):
        target = page.parent / path if path else page
        headings = re.findall(r"^#+ (.+)$", _text(target), re.M)
        assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
