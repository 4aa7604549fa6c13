"""A workspace on loopback, and a server that answers it from the real engine."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from index.settings import Settings
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready
from tests.api.slack.sender import Sender
from tests.api.slack.workspace import APP_TOKEN, SECRET, TOKEN, Workspace
from tests.api.test_conversations import keeping_in

Opened = Callable[..., AbstractContextManager[Sender]]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace() as workspace:
        yield workspace


def _is_warm() -> None:
    """The engine of the tests is warm already; doing that anew for each server would only take time."""


def slack_settings(home: Path, workspace: Workspace, **more: object) -> Settings:
    """Settings of a service that answers the workspace."""
    return Settings.model_validate(
        {
            "home": home,
            "slack_bot_token": SecretStr(TOKEN),
            "slack_signing_secret": SecretStr(SECRET),
            "slack_app_token": SecretStr(APP_TOKEN),
            "slack_api_url": workspace.api_url,
            "database_url": SecretStr(f"sqlite:///{home / 'talks.sqlite'}"),
            **more,
        }
    )


@pytest.fixture
def opened(served: Served, engine: Engine, workspace: Workspace, tmp_path: Path) -> Opened:
    """Start a server for the workspace, with the same home each time: a second one is the first after a restart."""

    @contextmanager
    def start(used: Engine | None = None, **more: object) -> Iterator[Sender]:
        kept = keeping_in(tmp_path, engine) if used is None else used
        kept.warm = _is_warm  # type: ignore[method-assign]
        with served(lambda: kept, slack_settings(tmp_path, workspace, **more)) as client:
            wait_until_ready(client)
            yield Sender(client, workspace)

    return start


@pytest.fixture
def sender(opened: Opened) -> Iterator[Sender]:
    with opened() as sender:
        yield sender
