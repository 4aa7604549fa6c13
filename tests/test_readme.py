"""Everything that the README tells a reader to type is there."""

import re
import shlex
from collections.abc import Iterator

import pytest

from index.settings import PACKAGE_ROOT, Settings
from tests.api.command import byline, help_of

README = (PACKAGE_ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (PACKAGE_ROOT / "Makefile").read_text(encoding="utf-8")
KNOWN = {"make", "byline", "python3", "pip", "curl", "git", "cd", "docker"}


def shell_commands() -> Iterator[list[str]]:
    """The words of every command in the README's shell blocks, comments and settings before it left out."""
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if words:
                yield [words[0].rsplit("/", 1)[-1], *words[1:]]


def spelled_commands() -> set[str]:
    """The name of every `byline` command that the README spells out, in blocks and in text."""
    spelled = re.findall(r"`byline ([a-z-]+)[^`]*`", README)
    return {*spelled, *(words[1] for words in shell_commands() if words[0] == "byline")}


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
    for row in re.findall(r"^\| `byline .*$", README, re.M):
        (command, *_) = re.findall(r"`byline ([a-z-]+)", row)
        offered = help_of(command).out
        assert all(option in offered for option in re.findall(r"`(--[a-z]+)", row)), row


def test_every_setting_named_exists() -> None:
    named = set(re.findall(r"\bBYLINE_[A-Z_]*[A-Z]\b", README))
    assert named
    assert named <= {f"BYLINE_{name.upper()}" for name in Settings.model_fields}


def test_every_file_linked_or_named_is_there() -> None:
    linked = re.findall(r"\]\(([^):#]+)\)", README)
    named = re.findall(r"`((?:eval|rag|seeds|index|api)/[\w./-]*[\w/])`", README)
    missing = [path for path in {*linked, *named} if not (PACKAGE_ROOT / path).exists()]
    assert not missing
