"""docs/settings.md as it must be: made from `index.settings`, so that it cannot say anything else.

Run `python -m tests.settings_page` after a setting was added or described anew.
"""

from pathlib import Path
from typing import Any

import annotated_types
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from index.settings import PACKAGE_ROOT, Settings
from tests.pages import DOCS

PAGE = DOCS / "settings.md"
_HEAD = """\
# Settings

Byline is set up by environment variables; every one has a default that works. An empty variable counts as none, and a
value that cannot be used is refused by name when a command starts. A service reads them once, when it starts.

This page is made from the code by `python -m tests.settings_page`, and a test fails when it is out of date.

| variable | default | what it means |
|---|---|---|
"""
_BOUNDS = (
    (annotated_types.Ge, "ge", "at least"),
    (annotated_types.Gt, "gt", "more than"),
    (annotated_types.Le, "le", "at most"),
    (annotated_types.Lt, "lt", "less than"),
)


def settings_page() -> str:
    """The whole page."""
    return _HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    means = f"{(field.description or '').rstrip('.')}{_bounds(field)}.".replace("|", "\\|")
    return f"| `BYLINE_{name.upper()}` | {_default(name, field)} | {means} |\n"


def _default(name: str, field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is PydanticUndefined:
        assert name == "home"
        return "`var/` in a checkout, else the user's data folder"
    if value in ("", None):
        return "none"
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, Path):
        value = f"{value.relative_to(PACKAGE_ROOT).as_posix()}/"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"`{value}`"


def _bounds(field: FieldInfo) -> str:
    """What a number must be, in brackets with a blank before them."""
    found = [
        f"{words} {getattr(each, attribute)}"
        for kind, attribute, words in _BOUNDS
        for each in field.metadata
        if isinstance(each, kind)
    ]
    return f" ({', '.join(found)})" if found else ""


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
