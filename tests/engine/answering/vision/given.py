"""Pages for the tests of answers by a model: of text, drawn as bars, or of a picture alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.checking import Checker
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.answering.vision.sources import Source, prepare
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.page import Box, PageContent
from tests.engine.answering.pages import HEIGHT, WIDTH, page

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

REPORT = """Annual report

Capital expenditure was £31.8 million, almost twice depre-
ciation. The dividend is 4.2 pence. The plant in Leeds was
not sold.

Segment          2022        2021
Pumps            1,577       1,373
"""
LEASE = """Lease

The tenant pays electricity. The deposit of 1,200 euros is
non-refundable. The lease ends on 31 March 2026.
"""


def drawn(content: PageContent) -> Callable[[int], Pixels]:
    """Draws a grey bar for each word, of a darkness of its own."""

    def image(width: int) -> Pixels:
        height = int(width * content.height / content.width)
        pixels = np.full((height, width, 3), 255, np.uint8)
        for word in content.text.words:
            left, right = int(word.box.x0 * width), int(word.box.x1 * width)
            top, bottom = int(word.box.y0 * height), int(word.box.y1 * height)
            pixels[top:bottom, left + 1 : right] = sum(word.text.encode()) % 150
        return pixels

    return image


def given(text: str, *, number: int = 1, name: str = "report.pdf", score: float = 1.0) -> Evidence:
    content = page(text, number=number)
    return Evidence(
        document_id=name,
        document_name=name,
        score=score,
        content=content,
        image=drawn(content),
    )


def scanned(
    *, number: int = 1, name: str = "scan.pdf", score: float = 1.0, seed: int = 0
) -> Evidence:
    """A page that is only a picture: nothing of it could be read."""
    noise = np.random.default_rng(seed).integers(0, 256, (80, 50, 3), dtype=np.uint8)

    def image(width: int) -> Pixels:
        rows = np.linspace(0, 79, int(width * HEIGHT / WIDTH)).astype(int)
        columns = np.linspace(0, 49, width).astype(int)
        return np.asarray(noise[rows][:, columns], np.uint8)

    return replace(given("", number=number, name=name, score=score), image=image)


def charted(text: str, *places: Box, number: int = 1, name: str = "report.pdf") -> Evidence:
    """A page on which a chart is drawn in each of these places, beside its words."""
    plain = given(text, number=number, name=name)

    def image(width: int) -> Pixels:
        pixels = plain.image(width)
        assert pixels is not None
        height = len(pixels)
        for place in places:
            left, right = int(place.x0 * width), int(place.x1 * width)
            top, bottom = int(place.y0 * height), int(place.y1 * height)
            pixels[top:bottom, left:right:3] = 60
        return pixels

    return replace(plain, image=image)


def sources_of(*pages: Evidence, profile: EndpointProfile | None = None) -> tuple[Source, ...]:
    return prepare(pages, VisionSettings(), profile or EndpointProfile())


def checker_of(*pages: Evidence) -> Checker:
    return Checker(sources_of(*pages))
