"""What documents say and are called is text, whatever it looks like. That no script ran is held by
the fixture: a dialog, an error in the console or a forbidden load would fail these."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

import recto
from recto.serving.http.settings import ServeSettings
from tests.pdfs import lines, pdf
from tests.serving.http.conftest import running

from .conftest import Visit, ask

NAME = "<img src=x onerror=alert(1)>.pdf"
SAID = "<script>alert(2)</script> The <b>ferry</b> leaves at nine."


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[str]:
    path = tmp_path / NAME
    path.write_bytes(pdf([lines(SAID)], title="<svg onload=alert(3)>"))
    with recto.open(tmp_path / "library") as library:
        library.add(path, tags=["<i>tag</i>"])
    settings = ServeSettings(
        libraries={"main": str(tmp_path / "library")},
        labels={"main": "<u>label</u>"},
        state=tmp_path / "state",
    )
    with running(settings) as address:
        yield address


def test_names_and_words_of_documents_are_text(hostile: str, visit: Visit) -> None:
    page = visit(hostile)

    ask(page, "When does the ferry leave? <img src=x onerror=alert(4)>")

    expect(page.locator(".source")).to_contain_text(NAME)
    expect(page.locator(".answer")).to_contain_text("<b>ferry</b> leaves at nine.")
    expect(page.locator(".viewer-bar .title")).to_have_text(NAME)
    page.locator(".leaf:not(.loading):not(.sketch) .mark").first.wait_for()
    page.get_by_role("button", name="Heat map", exact=True).click()
    page.locator(".leaf canvas").wait_for()
    assert page.evaluate("document.title") == "<u>label</u> · recto"
    assert (
        page.locator("#app :is(script, svg[onload], [onerror], b, i:not([style]), u)").count() == 0
    )


def test_a_removal_is_confirmed_with_the_name_as_text(hostile: str, visit: Visit) -> None:
    page = visit(hostile)

    page.get_by_role("button", name=f"Remove {NAME}").click()

    expect(page.get_by_role("dialog")).to_contain_text(NAME)


@pytest.mark.parametrize(
    "path",
    [
        "/l/main/d/0000?page=1",
        "/l/%3Cscript%3Ealert(5)%3C/script%3E",
        "/l/main/d/<img src=x onerror=alert(6)>?page=<b>",
        "/?q=<script>alert(7)</script>#q=<script>alert(8)</script>",
    ],
)
def test_a_made_up_link_shows_the_page_as_usual(hostile: str, visit: Visit, path: str) -> None:
    page = visit(hostile, path, expected=("404", "422"))

    expect(page.get_by_text("What would you like to know?")).to_be_visible()


def test_the_policy_lets_no_script_in(hostile: str, visit: Visit) -> None:
    page = visit(hostile, expected=("Content Security Policy",))
    page.get_by_text("What would you like to know?").wait_for()

    ran = page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          return Boolean(window.ran);
        }"""
    )

    assert not ran
