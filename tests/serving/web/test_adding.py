"""Documents come in by the browser, and go again."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.pdfs import lines, pdf

from .conftest import Visit, ask

DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, {type: "application/pdf"}));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true});
    document.querySelector("#main").dispatchEvent(event);
    if (kind === "dragover") window.veiled = !document.querySelector("#veil").hidden;
  }
}"""


def listed(page: Page, name: str) -> None:
    expect(page.get_by_role("listitem").filter(has_text=name)).to_have_count(1)


def note_progress(page: Page) -> None:
    """Remember everything that the card of an upload says from now on."""
    page.evaluate(
        """() => {
          window.said = [];
          const look = () => {
            for (const job of document.querySelectorAll(".job")) {
              window.said.push([job.innerText, job.querySelector("progress").value]);
            }
          };
          const all = {childList: true, subtree: true, attributes: true, characterData: true};
          new MutationObserver(look).observe(document.querySelector("#jobs"), all);
        }"""
    )


def test_a_chosen_file_is_read_and_asked(empty: str, visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "ferry.pdf"
    path.write_bytes(pdf([lines(f"Page {n}. The ferry leaves at nine.") for n in range(12)]))
    page = visit(empty)
    expect(page.get_by_text("Nothing to read yet")).to_be_visible()
    note_progress(page)

    with page.expect_file_chooser() as chooser:
        page.get_by_text("Add documents", exact=True).click()
    chooser.value.set_files(path)

    listed(page, "ferry.pdf")
    expect(page.locator(".job")).to_have_count(0)
    said = page.evaluate("window.said")
    assert any("ferry.pdf" in text for text, _ in said)
    assert any(text.startswith("ferry.pdf") and "Reading" in text for text, _ in said)
    assert all(0 <= share <= 1 for _, share in said)
    ask(page, "When does the ferry leave?")
    expect(page.locator(".source").first).to_contain_text("ferry.pdf, page")


def test_a_file_is_dropped_anywhere(empty: str, visit: Visit) -> None:
    page = visit(empty)
    page.get_by_text("Nothing to read yet").wait_for()
    data = base64.b64encode(pdf([lines("The tram stops at the museum.")])).decode()

    page.evaluate(DROP, ["tram.pdf", data])

    listed(page, "tram.pdf")
    assert page.evaluate("window.veiled")
    expect(page.locator("#veil")).to_be_hidden()


def test_a_broken_file_is_told_and_can_be_dismissed(
    empty: str, visit: Visit, tmp_path: Path
) -> None:
    broken, nothing = tmp_path / "broken.pdf", tmp_path / "nothing.pdf"
    broken.write_bytes(b"%PDF-1.7 broken")
    nothing.write_bytes(b"")
    page = visit(empty)
    page.get_by_text("Nothing to read yet").wait_for()

    page.locator("#files").set_input_files([broken, nothing])

    card = page.locator(".job.failed")
    expect(card).to_contain_text("broken.pdf")
    expect(card).to_contain_text("nothing.pdf")
    card.get_by_role("button", name="Try again").click()
    expect(card).to_contain_text("nothing.pdf")
    card.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".job")).to_have_count(0)


def test_a_document_is_removed_when_that_is_confirmed(empty: str, visit: Visit) -> None:
    page = visit(empty)
    page.get_by_text("Nothing to read yet").wait_for()
    data = base64.b64encode(pdf([lines("The tram stops at the museum.")])).decode()
    page.evaluate(DROP, ["tram.pdf", data])
    listed(page, "tram.pdf")
    expect(page.locator(".job")).to_have_count(0)

    page.get_by_role("button", name="Remove tram.pdf").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    listed(page, "tram.pdf")
    page.get_by_role("button", name="Remove tram.pdf").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()

    expect(page.get_by_text("No documents yet.")).to_be_visible()
    expect(page.get_by_text("Nothing to read yet")).to_be_visible()


def test_what_failed_is_there_after_a_reload_until_it_is_dismissed(
    empty: str, visit: Visit, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 broken")
    page = visit(empty)
    page.get_by_text("Nothing to read yet").wait_for()
    page.locator("#files").set_input_files(broken)
    card = page.locator(".job.failed")
    card.wait_for()

    page.reload()
    expect(card).to_contain_text("broken.pdf")
    expect(card.get_by_role("button", name="Try again")).to_be_visible()
    with page.expect_response(lambda reply: reply.request.method == "DELETE"):
        card.get_by_role("button", name="Dismiss").click()
    page.reload()

    page.get_by_text("Nothing to read yet").wait_for()
    expect(page.locator(".job")).to_have_count(0)


def test_a_document_is_described_and_replaced(empty: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(empty)
    page.get_by_text("Nothing to read yet").wait_for()
    data = base64.b64encode(pdf([lines("The tram stops at the museum.")])).decode()
    page.evaluate(DROP, ["tram.pdf", data])
    listed(page, "tram.pdf")
    (tmp_path / "new.pdf").write_bytes(pdf([lines("The tram stops.")] * 2))

    page.get_by_role("button", name="Edit tram.pdf").click()
    dialog = page.get_by_role("dialog", name="tram.pdf")
    dialog.get_by_label("Tags").fill("travel, wet")
    dialog.get_by_label("Metadata").fill("year")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("name = value")
    dialog.get_by_label("Metadata").fill("year = 2024\nof = The City")
    dialog.get_by_label("A new version").set_input_files(tmp_path / "new.pdf")
    dialog.get_by_role("button", name="Save").click()

    listed(page, "new.pdf")
    expect(page.get_by_role("listitem")).to_contain_text("2 pages · travel · wet")
    page.get_by_role("button", name="Edit new.pdf").click()
    edited = page.get_by_role("dialog", name="new.pdf")
    expect(edited.get_by_label("Metadata")).to_have_value('year = 2024\nof = "The City"')
