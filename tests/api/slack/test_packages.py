"""Slack's packages are an extra: imported where Slack is on, asked for where they are missing."""

from pathlib import Path

import pytest

from index.settings import Settings
from tests.api.command import MAIN, byline

MISSING = "import sys; sys.modules['slack_bolt'] = None; "
ON = {
    "BYLINE_SLACK_BOT_TOKEN": "xoxb-test",
    "BYLINE_SLACK_SIGNING_SECRET": "secret",
    "BYLINE_SLACK_APP_TOKEN": "xapp-test",
    "BYLINE_PORT": "0",
}


@pytest.mark.parametrize("command", ["serve", "slack"])
def test_where_they_are_missing_it_says_how_to_install_them(tmp_path: Path, command: str) -> None:
    ran = byline(command, settings=Settings(home=tmp_path), code=MISSING + MAIN, **ON)
    assert "byline[slack]" in ran.sentence
    assert ran.code == 69


def test_where_slack_is_off_they_are_not_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from api.app import create_app; from api.opening import Opening;"
        "from index.settings import Settings;"
        f"create_app(Opening(lambda: None), Settings(home='{tmp_path}'));"
        "print([name for name in sys.modules if name.startswith('slack')])"
    )
    assert byline(code=code).out.strip() == "[]"
