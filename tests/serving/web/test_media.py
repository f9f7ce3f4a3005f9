"""Sound and film in the browser: found, seen in the list, played at the second that is meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.indexing.media.making import tone, write_film
from tests.serving.http.conftest import running
from tests.serving.media_server import fill, media, media_settings, towers

from .conftest import PATIENCE, Visit, ask

__all__ = ["media", "towers"]
SECOND = """(element) => new Promise((resolve) => {
  const look = () => element.readyState >= 2 && !element.seeking && resolve(element.currentTime);
  for (const kind of ["seeked", "loadeddata", "canplay"]) element.addEventListener(kind, look);
  look();
})"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, towers: Path, media: Path) -> Iterator[str]:
    """The address of a server over all of `media`, and scenes.webm: 3 s of dark, 3 s of light."""
    folder = tmp_path_factory.mktemp("media-web")
    settings = media_settings(folder, towers)
    fill(settings, media)
    (folder / "more").mkdir()
    write_scenes(folder / "more" / "scenes.webm")
    fill(settings, folder / "more")
    with running(settings) as address:
        yield address


def write_scenes(path: Path) -> None:
    rng = np.random.default_rng(7)
    dark, light = (rng.integers(low, low + 60, (18, 32, 3)) for low in (0, 190))
    scenes = np.repeat(np.stack([dark, light]).astype(np.uint8), 30, axis=0)
    pictures = scenes.repeat(10, axis=1).repeat(10, axis=2)
    write_film(path, pictures, 10, codec="libvpx-vp9", sound=tone(6, 48000, 500))


def player(page: Page) -> Locator:
    return page.get_by_label("Player", exact=True)


def second(page: Page) -> float:
    """At which the player stands, when it has got there."""
    element = page.locator(".viewer :is(video, audio)")
    element.wait_for()
    found = element.evaluate(SECOND)
    assert isinstance(found, (int, float))
    return float(found)


def brightness(page: Page) -> float:
    """Of what a film shows now, from 0 to 255."""
    found = page.locator(".viewer video").evaluate(
        """(video) => {
          const canvas = document.createElement("canvas");
          canvas.width = 32; canvas.height = 18;
          const context = canvas.getContext("2d");
          context.drawImage(video, 0, 0, 32, 18);
          const data = context.getImageData(0, 0, 32, 18).data;
          return data.reduce((sum, value) => sum + value, 0) / data.length;
        }"""
    )
    assert isinstance(found, (int, float))
    return float(found)


def drawn(canvas: Locator) -> None:
    """Wait until something is painted."""
    canvas.page.wait_for_function(
        """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
          .data.some((value) => value > 0)""",
        arg=canvas.element_handle(timeout=PATIENCE),
        timeout=PATIENCE,
    )


def opened(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=False).first.click()
    player(page).locator(":is(video, audio)").wait_for()


def test_the_list_tells_how_long_sound_and_film_are(visit: Visit, served: str) -> None:
    page = visit(served)

    line = page.get_by_role("listitem")
    expect(line.filter(has_text="low.wav")).to_contain_text("sound, 0:12 · 2 clips")
    expect(line.filter(has_text="scenes.webm")).to_contain_text("film, 0:06 · 3 clips")
    expect(line.filter(has_text="birds.pdf")).to_contain_text("2 pages")
    expect(page.locator("#takes")).to_contain_text("sound, film")


def test_clips_are_found_by_words(visit: Visit, served: str) -> None:
    page = visit(served)
    page.get_by_text("Clips", exact=True).click()

    ask(page, "a dog barks")

    card = page.locator(".hit")
    expect(card.filter(has_text="low.wav").first).to_contain_text("Sound, 0:0")
    expect(card.filter(has_text="beach.png")).to_contain_text("Picture")
    expect(card.filter(has_text="birds.pdf").first).to_contain_text("Page ")
    drawn(card.filter(has_text="low.wav").first.locator("canvas"))
    picture = card.filter(has_text="Film, 0:03–0:06").first.locator("img")
    expect(picture).not_to_have_js_property("naturalWidth", 0)


def test_clips_are_found_by_a_file_and_played_where_they_begin(
    visit: Visit, served: str, tmp_path: Path
) -> None:
    path = tmp_path / "again.webm"
    write_scenes(path)
    page = visit(served)
    page.locator("#sent").set_input_files(path)
    expect(page.locator("#sent-name")).to_contain_text("again.webm")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("heading", name="again.webm").wait_for()

    page.locator(".hit", has_text="scenes.webm").filter(has_text="Film, 0:03–0:06").click()

    assert second(page) == pytest.approx(3, abs=0.1)
    assert brightness(page) > 160
    expect(page.locator("#sent-name")).to_be_empty()
    assert "?t=3" in page.url


def test_clips_near_a_question_stand_below_its_answer(visit: Visit, served: str) -> None:
    page = visit(served)

    ask(page, "Where does the heron wait?")

    expect(page.get_by_text("Sound and film near the question:")).to_be_visible()
    page.locator(".hit", has_text="low.wav").or_(
        page.locator(".hit", has_text="Film, ")
    ).first.click()
    player(page).locator(":is(video, audio)").wait_for()


def test_a_file_can_be_left_out_again(visit: Visit, served: str, media: Path) -> None:
    page = visit(served)
    page.locator("#sent").set_input_files(media / "beach.png")

    page.get_by_role("button", name="Ask without the file").click()

    expect(page.locator("#sent-name")).to_be_empty()
    page.locator("#sent").set_input_files(media / "birds.pdf")
    expect(page.get_by_text("Ask with a picture, sound or film.")).to_be_visible()


def test_a_link_opens_the_second(visit: Visit, served: str) -> None:
    page = visit(served)
    opened(page, "scenes.webm")
    second(page)
    assert brightness(page) < 100
    page.keyboard.press("]")
    page.wait_for_function("() => document.querySelector('.viewer video').currentTime === 3")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy a link to this second").click()
    expect(page.get_by_text("The link to this second is copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")

    other = visit(served, link.removeprefix(served))

    assert second(other) == pytest.approx(3, abs=0.1)
    assert brightness(other) > 160


def test_keys_lead_through_a_film(visit: Visit, served: str) -> None:
    page = visit(served)
    opened(page, "scenes.webm")
    second(page)

    def at(time: float) -> None:
        page.wait_for_function(
            "(time) => Math.abs(document.querySelector('.viewer video').currentTime - time) < 0.2",
            arg=time,
        )

    page.keyboard.press("ArrowRight")
    at(5)
    page.keyboard.press("[")
    at(0)
    page.keyboard.press("]")
    at(3)
    expect(page.get_by_role("button", name="Scene 2, 0:03–0:06")).to_have_attribute(
        "aria-current", "true"
    )
    page.keyboard.press("ArrowLeft")
    at(0)
    page.keyboard.press("p")
    page.wait_for_function("() => document.querySelector('.viewer video').currentTime > 0.2")
    page.keyboard.press("p")
    page.wait_for_function("() => document.querySelector('.viewer video').paused")
    page.get_by_role("button", name="Scene 2, 0:03–0:06").click()
    at(3)
    page.keyboard.press("Escape")
    expect(player(page)).to_be_hidden()


def test_sound_is_played_beside_its_waveform(visit: Visit, served: str) -> None:
    page = visit(served)
    opened(page, "low.wav")
    assert second(page) == 0
    track = player(page).locator(".track")
    drawn(track.locator("canvas"))

    track.click(position={"x": 1, "y": 20})
    box = track.bounding_box()
    assert box is not None
    track.click(position={"x": box["width"] / 2, "y": 20})

    page.wait_for_function(
        "() => Math.abs(document.querySelector('.viewer audio').currentTime - 6) < 0.3"
    )
    page.keyboard.press("]")
    page.wait_for_function("() => document.querySelector('.viewer audio').currentTime === 10")


def test_what_a_browser_cannot_play_is_shown_by_the_server(visit: Visit, served: str) -> None:
    page = visit(served)
    page.route(
        "**/media?*", lambda route: route.fulfill(body=b"no film", content_type="video/webm")
    )

    page.get_by_role("button", name="scenes.webm", exact=False).first.click()

    expect(player(page).get_by_role("status")).to_contain_text("cannot play the film")
    still = player(page).locator(".still")
    expect(still).to_have_attribute("alt", "scenes.webm at 0:00")
    page.get_by_role("button", name="Scene 2, 0:03–0:06").click()
    expect(still).to_have_attribute("alt", "scenes.webm at 0:03")


def test_a_link_that_is_over_is_asked_for_anew(visit: Visit, served: str) -> None:
    page = visit(served, expected=("401",))
    refused: list[str] = []

    def once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=401, body="")

    page.route("**/media?*", once)

    opened(page, "scenes.webm")

    assert second(page) == 0
    assert refused


def test_everything_of_the_player_has_a_name(visit: Visit, served: str) -> None:
    page = visit(served)
    opened(page, "scenes.webm")
    second(page)

    tree = page.locator("body").aria_snapshot()

    kinds = ("button", "checkbox", "textbox", "searchbox", "combobox", "radio", "link", "img")
    nameless = [line.strip() for line in tree.splitlines() if line.strip().rstrip(":")[2:] in kinds]
    assert nameless == []
    assert 'region "Player"' in tree


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_everything_fits_into_the_window(
    visit: Visit, served: str, shots: Path, media: Path, width: int, height: int, dark: bool
) -> None:
    page = visit(served, width=width, height=height, dark=dark)
    name = f"{width}-{'dark' if dark else 'light'}"

    def fits(what: str) -> None:
        page.screenshot(path=shots / f"{what}-{name}.png")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    page.locator("#sent").set_input_files(media / "beach.png")
    page.get_by_label("Question", exact=True).fill("waves at night")
    fits("attached")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".hit").first.wait_for()
    drawn(page.locator(".hit canvas").first)
    fits("clips")
    for kind in ("Film", "Sound"):
        page.locator(".hit", has_text=f"{kind}, ").last.click()
        second(page)
        drawn(player(page).locator(".track canvas"))
        fits(kind.lower())
        if width <= 820:
            page.get_by_role("button", name="Close the player").click()
