"""Several libraries on one page."""

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


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server over two libraries, the second with a document and another that was broken."""
    folder = tmp_path_factory.mktemp("two")
    places = {name: str(folder / name) for name in ("first", "second")}
    for place in places.values():
        with recto.open(place) as library:
            if place.endswith("second"):
                for name in ("ferry", "tram"):
                    path = folder / f"{name}.pdf"
                    path.write_bytes(pdf([lines(f"The {name} leaves at nine.")]))
                    library.add(path)
    with running(ServeSettings(libraries=places, state=folder / "state", rate=100_000)) as address:
        yield address


def test_a_reload_and_the_history_keep_the_library(visit: Visit, two: str) -> None:
    page = visit(two)
    chooser = page.get_by_label("Library")
    page.get_by_text("Nothing to read yet").wait_for()

    chooser.select_option("second")
    expect(page.get_by_label("Ask only ferry.pdf")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Ask only ferry.pdf")).to_be_visible()
    expect(chooser).to_have_value("second")
    ask(page, "When does the tram leave?")
    page.locator(".source").first.wait_for()
    page.get_by_role("button", name="Close the page").click()
    page.reload()
    expect(chooser).to_have_value("second")


def test_jobs_are_shown_with_their_library(visit: Visit, two: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 broken")
    page = visit(two)
    page.get_by_text("Nothing to read yet").wait_for()
    page.locator("#files").set_input_files(broken)
    card = page.locator(".job.failed")
    card.wait_for()

    page.get_by_label("Library").select_option("second")
    expect(page.get_by_label("Ask only ferry.pdf")).to_be_visible()
    expect(page.locator(".job")).to_have_count(0)
    page.get_by_label("Library").select_option("first")

    expect(card).to_contain_text("broken.pdf")


def test_documents_are_filtered_by_the_server(visit: Visit, two: str) -> None:
    page = visit(two, "/l/second")
    expect(page.get_by_label("Ask only ferry.pdf")).to_be_visible()

    with page.expect_response(lambda reply: "q=TRA" in reply.url):
        page.get_by_label("Filter documents by name").fill("TRA")

    expect(page.get_by_label("Ask only ferry.pdf")).to_be_hidden()
    expect(page.get_by_label("Ask only tram.pdf")).to_be_visible()
    expect(page.locator("#count")).to_have_text("1 of 2")
    page.get_by_label("Filter documents by name").fill("bus")
    expect(page.get_by_text("No document is called so.")).to_be_visible()
