"""How the page looks at three widths, in light and dark; the pictures are kept for people."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Visit, ask, ask_about_tickets


def shot(page: Page, shots: Path, name: str) -> None:
    page.screenshot(path=shots / f"{name}.png")


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    found = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_everything_fits_into_the_window(
    visit: Visit, address: str, shots: Path, width: int, height: int, dark: bool
) -> None:
    page = visit(address, width=width, height=height, dark=dark)
    name = f"{width}-{'dark' if dark else 'light'}"
    page.get_by_text("What would you like to know?").wait_for()
    shot(page, shots, f"welcome-{name}")
    ask(page, "What do tickets cost?")
    page.locator(".source").wait_for()
    if width > 820:
        page.locator(".leaf:not(.loading):not(.sketch) .mark").wait_for()
    shot(page, shots, f"answer-{name}")
    assert overflow(page) <= 0

    page.get_by_role("button", name="Source 1").click()
    page.locator(".leaf:not(.loading):not(.sketch) .mark").wait_for()
    page.get_by_role("button", name="Heat map", exact=True).click()
    page.locator(".leaf canvas").wait_for()
    shot(page, shots, f"heat-{name}")
    assert overflow(page) <= 0
    for button in page.get_by_label("Page", exact=True).get_by_role("button").all():
        if button.is_visible() and "strip" not in (
            button.locator("..").get_attribute("class") or ""
        ):
            box = button.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_on_a_phone_the_page_covers_the_answer_until_it_is_closed(
    visit: Visit, address: str
) -> None:
    page = visit(address, width=390, height=844)
    ask(page, "What do tickets cost?")
    page.get_by_role("button", name="Source 1").click()
    page.locator(".mark").wait_for()
    viewer = page.get_by_label("Page", exact=True).bounding_box()
    assert viewer == {"x": 0, "y": 0, "width": 390, "height": 844}

    page.get_by_role("button", name="Close the page").click()

    expect(page.locator(".source")).to_be_visible()


def test_on_a_phone_the_documents_are_behind_a_button(visit: Visit, address: str) -> None:
    page = visit(address, width=390, height=844)
    page.get_by_text("What would you like to know?").wait_for()
    expect(page.get_by_role("complementary", name="Documents")).to_be_hidden()

    page.get_by_role("button", name="Documents", exact=True).click()
    expect(page.get_by_label("Ask only ferry.pdf")).to_be_visible()
    page.get_by_role("button", name="Close the documents").click()

    expect(page.get_by_role("complementary", name="Documents")).to_be_hidden()


def test_the_theme_is_that_of_the_system_until_it_is_chosen(visit: Visit, address: str) -> None:
    page = visit(address, dark=True)

    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    dark = paper()
    page.get_by_role("button", name="Light or dark").click()
    light = paper()
    page.reload()

    assert (dark, light) == ("rgb(20, 25, 24)", "rgb(251, 250, 247)")
    assert paper() == light


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_is_told_from_what_is_behind_it(visit: Visit, address: str, dark: bool) -> None:
    page = visit(address, dark=dark)
    ask_about_tickets(page)

    # WCAG 2.2, 1.4.3: at least 4.5 to 1.
    poor = page.evaluate(
        """() => {
          const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const colour = (text) => text.match(/[\\d.]+/g).map(Number);
          const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const [r, g, b, a = 1] = colour(getComputedStyle(at).backgroundColor);
              if (a === 1) return [r, g, b];
            }
            return [255, 255, 255];
          };
          const found = [];
          for (const element of document.querySelectorAll("#app *")) {
            const words = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
            if (!words || !element.checkVisibility({opacityProperty: true})) continue;
            if (element.closest(":disabled, .skip, .visually-hidden, option")) continue;
            const pair = [colour(getComputedStyle(element).color), behind(element)].map(light);
            const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
            if (ratio < 4.5) found.push([element.textContent.trim().slice(0, 40), ratio]);
          }
          return found;
        }"""
    )

    assert poor == []
