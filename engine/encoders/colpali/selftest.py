"""Does an encoder find a word on a page? A model that was put together wrongly does not.

Draws its own pages, so that it works wherever the encoder does. Knows encoders by their protocol.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from recto.engine.encoders.protocol import Encoder, PageInput
from recto.engine.errors import RectoWarning
from recto.engine.maxsim import maxsim
from recto.engine.page import PageContent, PageText

WORDS = ("giraffe", "volcano", "umbrella")
_SIZE = (896, 224)
"""Pixels: wide, so that models that cut a page into tiles make but few of it."""


class Finding(NamedTuple):
    """Which of the pages was found by the word that stands on it."""

    found: tuple[str, ...]
    missed: tuple[str, ...]


def pages() -> list[PageInput]:
    """One page a word of `WORDS`, on which only this word stands, and one without any."""
    return [_page(number, word) for number, word in enumerate((*WORDS, ""), start=1)]


def look(encoder: Encoder) -> Finding:
    """Ask for each word: its page must have a better score than those of other words, and than the
    empty page, which models that look at no picture prefer."""
    encoded = [page.patches for page in encoder.encode_pages(pages())]
    found: list[str] = []
    missed: list[str] = []
    for number, word in enumerate(WORDS):
        question = encoder.encode_question(word)
        scores = [-np.inf if p is None else maxsim(question.patches, p.vectors) for p in encoded]
        others = max(score for other, score in enumerate(scores) if other != number)
        (found if scores[number] > others else missed).append(word)
    return Finding(tuple(found), tuple(missed))


def warn_if_blind(encoder: Encoder) -> None:
    """A RectoWarning unless every word finds its page."""
    finding = look(encoder)
    if finding.missed:
        warnings.warn(
            f"The encoder {encoder.id.name} did not find {', '.join(finding.missed)} on a page with"
            f" nothing else on it, among {len(WORDS) + 1} pages. Its vectors will hardly find"
            " anything; check that it is a retriever, and that its files are complete.",
            RectoWarning,
            stacklevel=2,
        )


def _page(number: int, word: str) -> PageInput:
    width, height = _SIZE
    image = Image.new("RGB", _SIZE, "white")
    font = ImageFont.load_default(size=96)
    ImageDraw.Draw(image).text((width / 2, height / 2), word, "black", font, anchor="mm")
    content = PageContent(number=number, width=width, height=height, text=PageText((), "none"))
    return PageInput(content=content, image=np.asarray(image, np.uint8))
