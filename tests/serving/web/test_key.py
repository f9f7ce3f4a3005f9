"""The page of a server that asks for a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.serving.http.conftest import running

from .conftest import Visit


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a server, and a key that may read."""
    settings = ServeSettings(
        libraries={"main": str(tmp_path / "library")}, state=tmp_path / "state"
    )
    key, _ = KeyRing(settings.state).create("reader", "read")
    with running(settings) as address:
        yield address, key


def test_a_key_is_asked_for_until_it_is_right(keyed: tuple[str, str], visit: Visit) -> None:
    address, key = keyed
    page = visit(address, expected=("401",))
    dialog = page.get_by_role("dialog", name="This server needs a key")

    dialog.get_by_label("Key").fill("rk_wrong")
    dialog.get_by_role("button", name="Open").click()
    expect(dialog.get_by_role("alert")).to_have_text("This key is not one of the server's.")
    dialog.get_by_label("Key").fill(key)
    dialog.get_by_role("button", name="Open").click()

    expect(page.get_by_text("Nothing to read yet")).to_be_visible()
    expect(dialog).to_be_hidden()
    page.reload()
    expect(page.get_by_text("Nothing to read yet")).to_be_visible()  # it is kept in this tab
    assert key not in page.content()


def test_what_a_key_may_not_do_is_not_offered(keyed: tuple[str, str], visit: Visit) -> None:
    address, key = keyed
    page = visit(address, expected=("401",))
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Open").click()
    page.get_by_text("Nothing to read yet").wait_for()

    expect(page.get_by_text("Add documents", exact=True)).to_be_hidden()
    page.evaluate(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["x"], "a.pdf"));
          for (const kind of ["dragenter", "dragover", "drop"])
            document.querySelector("#main").dispatchEvent(
              new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator(".job")).to_have_count(0)
