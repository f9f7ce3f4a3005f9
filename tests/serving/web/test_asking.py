"""A question, its answer, and the page that it rests on, marked where the words stand."""

from __future__ import annotations

import re

import httpx2
from playwright.sync_api import FloatRect, Locator, Page, expect

from .conftest import Visit, ask, ask_about_tickets

MAIN = "/api/libraries/main"


def area(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def test_an_answer_opens_the_page_and_marks_the_words(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)

    expect(page.locator(".answer")).to_contain_text("Tickets cost twelve crowns.")
    expect(page.get_by_label("Page", exact=True)).to_contain_text("2 / 3")
    told = httpx2.post(
        f"{address}{MAIN}/ask", json={"question": "What do tickets cost?"}, timeout=60
    ).json()
    ((x0, y0, x1, y1),) = told["citations"][0]["boxes"]
    leaf, mark = area(page.locator(".leaf img")), area(page.locator(".mark"))
    shown = (
        (mark["x"] - leaf["x"]) / leaf["width"],
        (mark["y"] - leaf["y"]) / leaf["height"],
        (mark["x"] + mark["width"] - leaf["x"]) / leaf["width"],
        (mark["y"] + mark["height"] - leaf["y"]) / leaf["height"],
    )
    assert max(abs(a - b) for a, b in zip(shown, (x0, y0, x1, y1), strict=True)) < 0.005


def test_the_marked_place_is_where_the_ink_is(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)

    dark = page.evaluate(
        """() => {
          const image = document.querySelector(".leaf img");
          const mark = document.querySelector(".mark").style;
          const canvas = document.createElement("canvas");
          canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          const part = (css, whole) => Math.round(parseFloat(css) / 100 * whole);
          const count = (x, y, w, h) => {
            const data = context.getImageData(x, y, w, h).data;
            let found = 0;
            for (let i = 0; i < data.length; i += 4) found += data[i] < 100;
            return found;
          };
          const x = part(mark.left, canvas.width), y = part(mark.top, canvas.height);
          const w = part(mark.width, canvas.width), h = part(mark.height, canvas.height);
          return {inside: count(x, y, w, h), below: count(x, y + 2 * h, w, h)};
        }"""
    )

    assert dark["inside"] > 200
    assert dark["below"] == 0


def test_a_chip_opens_the_page_again(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    page.get_by_role("button", name="Close the page").click()
    expect(page.get_by_label("Page", exact=True)).to_be_hidden()

    page.get_by_role("button", name="Source 1: ferry.pdf, page 2").click()

    expect(page.locator(".mark")).to_be_visible()
    expect(page.locator(".said")).to_have_text("“Tickets cost twelve crowns.”")


def test_a_chip_of_an_older_answer_opens_its_own_page(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    ask(page, "Where does the tram stop?")
    page.locator(".turn:last-child .source").wait_for()
    viewer = page.get_by_label("Page", exact=True)
    expect(viewer.locator(".title")).to_have_text("tram.pdf")

    page.locator(".turn:first-child .chip").click()

    expect(viewer.locator(".title")).to_have_text("ferry.pdf")
    expect(viewer).to_contain_text("2 / 3")
    expect(page.locator(".turn:first-child .chip")).to_have_attribute("aria-current", "true")
    expect(page.locator(".turn:last-child .chip")).to_have_attribute("aria-current", "false")
    page.locator(".turn:last-child .source").click()
    expect(viewer.locator(".title")).to_have_text("tram.pdf")


def test_the_answer_is_read_aloud_once_and_whole(visit: Visit, address: str) -> None:
    page = visit(address)
    page.evaluate(
        """() => {
          window.said = [];
          const at = document.querySelector("[role=status]#spoken");
          new MutationObserver(() => window.said.push(at.textContent))
            .observe(at, {childList: true, characterData: true, subtree: true});
        }"""
    )
    ask_about_tickets(page)

    said = page.evaluate("window.said")
    assert said == ["Looking for pages", "Tickets cost twelve crowns. 1 source."]
    assert page.locator("#talk").get_attribute("aria-live") is None


def test_the_browser_goes_back_through_pages(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    viewer = page.get_by_label("Page", exact=True)
    page.get_by_role("button", name="Next page").click()
    expect(viewer).to_contain_text("3 / 3")

    page.go_back()
    expect(viewer).to_contain_text("2 / 3")
    expect(page.locator(".mark")).to_be_visible()
    page.go_back()
    expect(viewer).to_be_hidden()
    page.go_forward()
    expect(viewer).to_contain_text("2 / 3")


def test_what_is_not_there_is_said_plainly(visit: Visit, address: str) -> None:
    page = visit(address)

    ask(page, "Who won the chess championship?")

    expect(page.locator("#talk").get_by_text("Not found.")).to_be_visible()
    expect(page.get_by_label("Page", exact=True)).to_be_hidden()


def test_a_question_is_confined_to_ticked_documents(visit: Visit, address: str) -> None:
    page = visit(address)
    page.get_by_label("Ask only tram.pdf").check()
    expect(page.locator("#scope")).to_contain_text("Only tram.pdf")
    page.get_by_text("Pages", exact=True).click()

    ask(page, "ferry museum")

    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".hit")).to_contain_text("tram.pdf")
    page.get_by_role("button", name="Ask all").click()
    expect(page.locator("#scope")).to_have_text("All documents")


def test_the_newest_question_is_at_the_top(visit: Visit, address: str) -> None:
    page = visit(address, height=600)
    for question in ("What do tickets cost?", "Where does the tram stop?"):
        ask(page, question)
        page.get_by_role("heading", name=question).wait_for()
    page.locator(".turn:last-child .source").wait_for()

    heading = area(page.get_by_role("heading", name="Where does the tram stop?"))
    talk = area(page.locator("#talk"))
    assert talk["y"] <= heading["y"] < talk["y"] + 60


def test_a_heat_map_paints_the_word_that_is_asked_for(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    page.get_by_role("button", name="Heat map", exact=True).click()
    page.get_by_role("group", name="Heat map of").get_by_role("button", name="tickets").click()

    boxes = httpx2.get(f"{address}{MAIN}/documents/ferry.pdf/pages/2/words", timeout=60).json()
    named = {word["text"]: word["box"] for word in boxes["words"]}
    assert opacity(page, named["Tickets"]) > 100
    assert opacity(page, named["crowns."]) < opacity(page, named["Tickets"])
    assert opacity(page, [0.1, 0.8, 0.2, 0.9]) == 0


def opacity(page: Page, box: list[float]) -> int:
    """Of the heat map in the middle of a box: 0 to 255."""
    found = page.evaluate(
        """([x0, y0, x1, y1]) => {
          const canvas = document.querySelector(".leaf canvas");
          const x = (x0 + x1) / 2 * canvas.width, y = (y0 + y1) / 2 * canvas.height;
          return canvas.getContext("2d").getImageData(x, y, 1, 1).data[3];
        }""",
        box,
    )
    assert isinstance(found, int)
    return found


def test_a_link_opens_the_same_page_with_the_same_marks(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy a link to this page").click()
    expect(page.get_by_text("The link to this page is copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{address}/l/main/d/[0-9a-f]{{64}}\?page=2&boxes=[\d.,]+#q=.+", link)

    other = visit(address, link.removeprefix(address))

    expect(other.locator(".mark")).to_be_visible()
    expect(other.get_by_label("Page", exact=True)).to_contain_text("2 / 3")
    expect(other.get_by_role("button", name="Heat map", exact=True)).to_be_enabled()


def test_the_original_is_downloaded(visit: Visit, address: str) -> None:
    page = visit(address)
    page.get_by_role("button", name="tram.pdf", exact=False).first.click()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the original").click()

    assert download.value.suggested_filename == "tram.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_an_answer_can_be_stopped(visit: Visit, address: str) -> None:
    page = visit(address, expected=("ERR_FAILED", "ERR_ABORTED"))
    page.route("**/ask", lambda route: None)  # which is never answered
    ask(page, "What do tickets cost?")
    talk = page.locator("#talk")
    expect(talk.get_by_text("Looking for pages")).to_be_visible()

    page.get_by_role("button", name="Stop").click()

    expect(talk.get_by_text("Stopped.")).to_be_visible()
    expect(talk.get_by_text("Looking for pages")).to_be_hidden()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()


def test_a_server_that_has_gone_is_told(visit: Visit, address: str) -> None:
    page = visit(address, expected=("ERR_INTERNET_DISCONNECTED", "Failed to load resource"))
    page.get_by_text("What would you like to know?").wait_for()
    page.context.set_offline(True)

    ask(page, "What do tickets cost?")

    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".source")).to_have_count(1)
