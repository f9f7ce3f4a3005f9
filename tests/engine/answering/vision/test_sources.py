from __future__ import annotations

from dataclasses import replace

import pytest

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.answering.vision.sources import CUT, Source, prepare
from recto.engine.endpoint.limits import text_tokens
from recto.engine.endpoint.pictures import size_of
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.errors import DamagedFile, RectoWarning
from recto.engine.page import Box, PageText, Word

from .given import LEASE, REPORT, Pixels, given, scanned

ALL = VisionSettings()
PROFILE = EndpointProfile()
LINE = "word number one"


def pages(count: int) -> list[Evidence]:
    return [given(f"{REPORT}\nCopy {n}", number=n, score=1 / n) for n in range(1, count + 1)]


def areas(sources: tuple[Source, ...]) -> list[int]:
    sizes = [size_of(source.picture) for source in sources if source.picture]
    return [width * height for width, height in sizes]


def endless(page: Evidence) -> Evidence:
    """A page of 4,000 lines, as if OCR had read them."""
    words = [Word(text, Box(0, 0, 1, 1), line) for line in range(4_000) for text in LINE.split()]
    content = replace(page.content, text=PageText(tuple(words), "ocr"))
    return replace(page, content=content)


def undrawable(page: Evidence) -> Evidence:
    def image(width: int) -> Pixels:
        raise DamagedFile("cannot be drawn")

    return replace(page, image=image)


def test_pages_have_labels_titles_texts_and_pictures() -> None:
    lease, scan = prepare([given(LEASE, name="lease.pdf", number=7), scanned()], ALL, PROFILE)
    assert (lease.title, scan.title) == ("[S1] lease.pdf, page 7", "[S2] scan.pdf, page 1")
    assert lease.told.startswith("Lease\nThe tenant pays")
    assert lease.picture is not None
    assert lease.picture.label == lease.title
    assert scan.told == ""


def test_pictures_share_their_budget() -> None:
    one, six = prepare(pages(1), ALL, PROFILE), prepare(pages(6), ALL, PROFILE)
    assert areas(one)[0] > 1_500_000
    assert 900_000 < max(areas(six)) <= 1_200_000
    assert sum(areas(six)) <= ALL.image_tokens * 600


def test_picture_is_never_larger_than_the_endpoint_takes() -> None:
    (source,) = prepare(pages(1), ALL, EndpointProfile(max_image_pixels=400_000))
    assert areas((source,))[0] <= 400_000


def test_same_page_has_the_same_bytes_whatever_stands_beside_it() -> None:
    first, second = pages(2)
    both = prepare([first, second], ALL, PROFILE)
    other = prepare([first, scanned(number=5)], ALL, PROFILE)
    assert both[0].picture == other[0].picture
    assert both[0].told == other[0].told


def test_best_pages_and_those_without_words_have_pictures_where_few_are_taken() -> None:
    given_pages = [*pages(3), scanned(number=4, score=0.1)]
    sources = prepare(given_pages, ALL, EndpointProfile(max_images=2))
    assert [bool(source.picture) for source in sources] == [True, False, False, True]


@pytest.mark.parametrize(
    ("settings", "profile"),
    [(VisionSettings(images=False), PROFILE), (ALL, EndpointProfile(images=False))],
)
def test_without_pictures_pages_are_text_or_left_out(
    settings: VisionSettings, profile: EndpointProfile
) -> None:
    sources = prepare([scanned(), given(LEASE, number=2)], settings, profile)
    assert [(source.title, source.picture) for source in sources] == [
        ("[S1] report.pdf, page 2", None)
    ]


def test_small_context_is_shared_by_pictures_and_text() -> None:
    profile = EndpointProfile(context_tokens=6_000)
    long = [endless(given("", number=n)) for n in (1, 2)]
    sources = prepare(long, ALL, profile)
    told = sum(text_tokens(source.told) for source in sources)
    assert told + sum(areas(sources)) / 600 + ALL.reply_tokens < 6_000


def test_long_text_is_cut_at_the_end_of_a_line() -> None:
    (source,) = prepare([endless(given(""))], ALL, PROFILE)
    *lines, last = source.told.splitlines()
    assert last == CUT
    assert set(lines) == {LINE}
    assert text_tokens(source.told) <= ALL.text_tokens + text_tokens(CUT)


def test_page_that_cannot_be_drawn_is_read_by_its_words_with_a_warning() -> None:
    with pytest.warns(RectoWarning, match=r"report\.pdf, page 1 is read without its picture"):
        sources = prepare([undrawable(given(LEASE))], ALL, PROFILE)
    assert [(source.picture, source.told[:5]) for source in sources] == [(None, "Lease")]
    with pytest.warns(RectoWarning, match="cannot be drawn"):
        assert prepare([undrawable(scanned())], ALL, PROFILE) == ()
