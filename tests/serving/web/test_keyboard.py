"""All of it without a mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import Visit, ask, ask_about_tickets


def place(page: Page, text: str) -> None:
    expect(page.get_by_label("Page", exact=True)).to_contain_text(text)


def test_keys_lead_through_pages_and_sources(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    page.keyboard.press("Escape")  # out of the question

    page.keyboard.press("ArrowRight")
    place(page, "3 / 3")
    page.keyboard.press("ArrowRight")  # there is no further page
    place(page, "3 / 3")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("[")
    place(page, "1 / 3")
    page.keyboard.press("j")
    place(page, "2 / 3")
    page.keyboard.press("h")
    expect(page.locator(".leaf canvas")).to_be_visible()
    page.keyboard.press("h")
    expect(page.locator(".leaf canvas")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Page", exact=True)).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_label("Question", exact=True)).to_be_focused()


def test_the_focus_stays_where_it_is_used(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    following = page.get_by_role("button", name="Next page")
    previous = page.get_by_role("button", name="Previous page")
    chip = page.get_by_role("button", name="Source 1: ferry.pdf, page 2")

    previous.focus()
    page.keyboard.press("Enter")
    place(page, "1 / 3")  # of which there is none before
    expect(page.get_by_label("Picture of the page")).to_be_focused()
    following.focus()
    page.keyboard.press("Enter")
    place(page, "2 / 3")
    expect(following).to_be_focused()
    chip.focus()
    page.keyboard.press("Enter")
    place(page, "2 / 3")
    page.get_by_role("button", name="Close the page").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_label("Page", exact=True)).to_be_hidden()
    expect(chip).to_be_focused()


def test_on_a_phone_the_focus_goes_with_the_documents(visit: Visit, address: str) -> None:
    page = visit(address, width=390, height=844)
    page.get_by_text("What would you like to know?").wait_for()
    button = page.get_by_role("button", name="Documents", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")

    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="Close the documents")).to_be_focused()
    page.keyboard.press("Escape")

    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


def test_j_and_k_go_around_the_found_pages(visit: Visit, address: str) -> None:
    page = visit(address)
    page.get_by_text("Pages", exact=True).click()
    ask(page, "tickets")
    page.locator(".hit").nth(1).wait_for()
    page.keyboard.press("Escape")
    current = page.locator(".hit[aria-current=true]")

    page.keyboard.press("j")
    first = current.get_attribute("data-place")
    page.keyboard.press("j")
    second = current.get_attribute("data-place")
    page.keyboard.press("k")

    assert (first, second, current.get_attribute("data-place")) == ("0", "1", "0")


def test_letters_of_a_question_are_no_commands(visit: Visit, address: str) -> None:
    page = visit(address)
    box = page.get_by_label("Question", exact=True)
    box.focus()

    page.keyboard.type("h j k / ?")

    expect(box).to_have_value("h j k / ?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_arrows_bring_earlier_questions_back(visit: Visit, address: str) -> None:
    page = visit(address)
    for question in ("What do tickets cost?", "Where does the tram stop?"):
        ask(page, question)
        page.get_by_role("heading", name=question).wait_for()
    page.locator(".turn:last-child .source").wait_for()
    page.reload()
    box = page.get_by_label("Question", exact=True)
    box.fill("Do dogs")

    seen = []
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"):
        box.press(key)
        seen.append(box.input_value())

    assert seen == [
        "Where does the tram stop?",
        "What do tickets cost?",
        "What do tickets cost?",
        "Where does the tram stop?",
        "Do dogs",
    ]


def test_the_shortcuts_are_told(visit: Visit, address: str) -> None:
    page = visit(address)
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.keyboard.press("Escape")

    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_what_has_the_focus_is_seen(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    unseen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        unseen.add(
            page.evaluate(
                """() => {
                  const at = document.activeElement;
                  if (at === document.body) return "";
                  const ways = [at, at.nextElementSibling, at.closest("label, form, .ask-row")]
                    .filter(Boolean).map((one) => getComputedStyle(one));
                  const seen = ways.some((css) => css.boxShadow !== "none"
                    || (css.outlineStyle !== "none" && css.outlineWidth !== "0px"));
                  return seen ? "" : at.outerHTML.slice(0, 120);
                }"""
            )
        )

    assert unseen == {""}


def test_everything_that_can_be_pressed_has_a_name(visit: Visit, address: str) -> None:
    page = visit(address)
    ask_about_tickets(page)
    page.get_by_role("button", name="Heat map", exact=True).click()
    page.locator(".leaf canvas").wait_for()

    tree = page.locator("body").aria_snapshot()

    kinds = ("button", "checkbox", "textbox", "searchbox", "combobox", "radio", "link", "img")
    nameless = [line.strip() for line in tree.splitlines() if line.strip().rstrip(":")[2:] in kinds]
    assert "- button" in tree
    assert nameless == []
