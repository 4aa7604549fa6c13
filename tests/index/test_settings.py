"""Settings come from the environment, are documented, and say which one is wrong."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from index.errors import SettingsError
from index.settings import PACKAGE_ROOT, Settings, load_settings

README = PACKAGE_ROOT / "README.md"


def _rows() -> dict[str, str]:
    """The README's table of settings: what the row of each variable says."""
    rows = re.findall(r"^\|\s*`(BYLINE_[A-Z_]+)`\s*\|(.*)\|\s*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(rows)


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_a_setting_is_documented_in_the_readme(name: str) -> None:
    described = _rows().get(f"BYLINE_{name.upper()}", "")
    assert len(described.split()) >= 4, f"README.md has no row that describes BYLINE_{name.upper()}"
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("name", ["model", "threads", "host", "port", "max_question_words"])
def test_the_readme_gives_the_default_that_holds(name: str) -> None:
    assert str(Settings.model_fields[name].default) in _rows()[f"BYLINE_{name.upper()}"]


def test_the_readme_documents_no_setting_that_is_gone() -> None:
    named = set(re.findall(r"BYLINE_[A-Z]+(?:_[A-Z]+)*", README.read_text(encoding="utf-8")))
    assert named <= {f"BYLINE_{name.upper()}" for name in Settings.model_fields}


def test_a_variable_sets_its_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BYLINE_HOME", str(tmp_path))
    monkeypatch.setenv("BYLINE_PORT", "8123")
    settings = load_settings()
    assert (settings.home, settings.port) == (tmp_path, 8123)


def test_an_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_PORT", "")
    assert load_settings().port == Settings.model_fields["port"].default


@pytest.mark.parametrize(
    ("variable", "value"),
    [("BYLINE_PORT", "eight"), ("BYLINE_PORT", "70000"), ("BYLINE_THREADS", "0"), ("BYLINE_MAX_QUESTION_WORDS", "-1")],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=rf"^{variable} .*(Correct|unset)"):
        load_settings()


def test_settings_do_not_change_once_read() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        setattr(settings, "port", 1)  # noqa: B010 (mypy sees already that it is read-only)
