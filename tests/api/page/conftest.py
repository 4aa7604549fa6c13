"""What the tests of the page share: a real Chromium, a real server over a collection of our own, and what must hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import Settings
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready
from tests.api.page.own_collection import own_engine
from tests.conftest import TEST_HOME

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", *QUIET]
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE_MS = 60_000


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: run `make test`, or `apt-get install chromium`."
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def own(digest_settings: Settings) -> Iterator[Engine]:
    """The engine over our own collection; its index is kept between runs."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    engine = own_engine(TEST_HOME / "page", models)
    yield engine
    engine.snapshot.close()


@pytest.fixture(scope="package")
def own_client(own: Engine, served: Served) -> Iterator[httpx.Client]:
    """Speak to a server over our own collection."""
    with served(lambda: own) as client:
        wait_until_ready(client)
        yield client


@dataclass
class Watched:
    """A page of Chromium with a context of its own, and what it did that it must not."""

    page: Page
    host: str
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def open(self, address: str = "/") -> Page:
        """Load the page anew at an address."""
        self.page.goto("about:blank")
        self.page.goto(address)
        return self.page

    def reset(self) -> Page:
        """The page as a reader sees it who comes for the first time."""
        self.page.unroute_all(behavior="wait")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.page.set_viewport_size(WIDE)
        self.page.evaluate("localStorage.clear()")
        return self.open()

    def verify(self) -> None:
        """Nothing was written to the console as an error, and no other host was asked for anything."""
        errors, self.errors[:] = list(self.errors), []
        assert errors == []
        assert self.hosts <= {urlsplit(self.host).netloc}


@contextmanager
def watching(chromium: Browser, client: httpx.Client) -> Iterator[Watched]:
    """A watched page on a server, not loaded yet."""
    host = str(client.base_url)
    context = chromium.new_context(viewport=WIDE, base_url=host, permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    watched = Watched(page, host)
    page.on("console", lambda message: watched.errors.append(message.text) if is_error_of_ours(message) else None)
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on("request", lambda asked: watched.hosts.add(urlsplit(asked.url).netloc))
    yield watched
    context.close()
    watched.verify()


def is_error_of_ours(message: ConsoleMessage) -> bool:
    """Chromium itself writes a line for every response that is a problem."""
    return message.type == "error" and "/v1/" not in message.location["url"]


@pytest.fixture(scope="package")
def shared(chromium: Browser, own_client: httpx.Client) -> Iterator[Watched]:
    """One page over our own collection for all tests: a context of its own costs a second on a busy machine."""
    with watching(chromium, own_client) as watched:
        watched.open()
        yield watched


@pytest.fixture
def watched(shared: Watched) -> Iterator[Watched]:
    """The page over our own collection, freshly opened, and what it does."""
    shared.reset()
    yield shared
    shared.verify()


@pytest.fixture
def page(watched: Watched) -> Page:
    """The page over our own collection, freshly opened."""
    return watched.page
