"""The web page in a real browser, which nothing may go wrong in: an error in its console, a
dialog of a script, something that its policy forbids or a request to elsewhere fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("playwright")

from playwright.sync_api import Browser, Page, expect, sync_playwright

import recto
from recto.serving.http.settings import ServeSettings
from tests.pdfs import lines, pdf
from tests.serving.http.conftest import running

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60_000
"""Milliseconds for what a server on a busy machine may take."""
expect.set_options(timeout=PATIENCE)
FERRY = (
    "The ferry leaves the harbour at nine.",
    "Ticket prices\nTickets cost twelve crowns.",
    "Dogs travel free on the upper deck.",
)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The distribution's; where tests must run (CI=1) its absence is an error."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"There is no browser; expected one of {', '.join(BROWSERS)}.")
        pytest.skip("There is no browser.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass(slots=True)
class Watch:
    """What a page did that it should not."""

    address: str
    expected: list[str] = field(default_factory=list)
    """Parts of messages of the console that a test is about."""
    seen: list[str] = field(default_factory=list)

    def on(self, page: Page) -> None:
        page.on("console", lambda message: self._note(message.type == "error", message.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("dialog", lambda dialog: self._note(True, f"dialog: {dialog.message}"))
        page.on("request", lambda request: self._note(self._is_elsewhere(request.url), request.url))

    def _is_elsewhere(self, url: str) -> bool:
        parts = urlsplit(url)
        return (
            parts.scheme not in ("blob", "data") and parts.netloc != urlsplit(self.address).netloc
        )

    def _note(self, wrong: bool, text: str) -> None:
        if wrong and not any(part in text for part in self.expected):
            self.seen.append(text)


class Visit(Protocol):
    """Opens the page of a server in a browser of its own."""

    def __call__(
        self,
        address: str,
        path: str = "/",
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        expected: tuple[str, ...] = (),
    ) -> Page: ...


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    watches: list[Watch] = []
    contexts = []

    def visited(
        address: str,
        path: str = "/",
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        expected: tuple[str, ...] = (),
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watch = Watch(address, list(expected))
        watches.append(watch)
        watch.on(page)
        page.goto(address + path)
        return page

    yield visited
    for context in contexts:
        context.close()
    assert [wrong for watch in watches for wrong in watch.seen] == []


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server over two documents that tests only read."""
    folder = tmp_path_factory.mktemp("web")
    with recto.open(folder / "library") as library:
        library.add(_written(folder / "ferry.pdf", FERRY), tags=["travel"])
        library.add(_written(folder / "tram.pdf", ("The tram stops at the museum.",)))
    settings = ServeSettings(
        libraries={"main": str(folder / "library")}, state=folder / "state", rate=100_000
    )
    with running(settings) as address:
        yield address


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """Of a server over an empty library."""
    with empty_server(tmp_path) as address:
        yield address


@contextmanager
def empty_server(folder: Path) -> Iterator[str]:
    settings = ServeSettings(
        libraries={"main": str(folder / "library")}, state=folder / "state", rate=100_000
    )
    with running(settings) as address:
        yield address


@pytest.fixture(scope="package")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the page are kept for people to look at: RECTO_SHOTS, or a folder that
    goes when the tests are over."""
    kept = os.environ.get("RECTO_SHOTS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ask(page: Page, question: str) -> None:
    """Write a question and send it."""
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    box = page.get_by_label("Question", exact=True)
    box.fill(question)
    box.press("Enter")


def ask_about_tickets(page: Page) -> None:
    """A question with one citation, which opens its page."""
    ask(page, "What do tickets cost?")
    page.locator(".source").first.wait_for()
    page.locator(".leaf:not(.loading):not(.sketch) .mark").first.wait_for()


def _written(path: Path, pages: tuple[str, ...]) -> Path:
    path.write_bytes(pdf([lines(page) for page in pages]))
    return path
