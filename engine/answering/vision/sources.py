"""Pages as a model is given them: labelled, scaled and cut to what it can take.

Knows the limits of an endpoint by its profile. A page keeps its bytes from question to question as
long as as many pages are given: sizes come from a short ladder, not from a division.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.drawing import Pixels, draw
from recto.engine.answering.vision.finding import PageWords
from recto.engine.answering.vision.sanitizing import for_model, name_for_model
from recto.engine.answering.vision.seen import seen_words, text_of
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.endpoint.messages import ImagePart
from recto.engine.endpoint.pictures import image_part
from recto.engine.endpoint.profile import EndpointProfile

AREAS = (2_000_000, 1_500_000, 1_000_000, 700_000, 500_000)
"""Pixels of a picture. Letters of 8 points are read at 1 million, those of 10 at 500,000."""
PIXELS_A_TOKEN = 600
"""As calls are counted beforehand; endpoints count 750 to 1,000."""
CHARACTERS_A_TOKEN = 3
MOST_WORDS = 12_000
"""Of a page; what comes after is neither given nor quoted."""
OWN_TOKENS = 1_500
"""Of our instructions, a question and a form to reply in."""
_PICTURES_SHARE = 0.6
"""Of a small context."""
CUT = "(the rest of the text is left out)"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Source:
    """One page, as the model knows it."""

    label: str
    """"S1", "S2", ..."""
    evidence: Evidence
    words: PageWords
    """Those that can be seen."""
    text: str
    """All of them, with line feeds."""
    told: str
    """What of the text the model is given."""
    picture: ImagePart | None

    @property
    def title(self) -> str:
        """As it stands before the page's text and picture."""
        name = name_for_model(self.evidence.document_name)
        return f"[{self.label}] {name}, {self.evidence.where}"

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands above the page, and the name of its document."""
        return (*self.evidence.content.headings, self.evidence.document_name)

    @property
    def context(self) -> str:
        """All that was said of the page, and on it."""
        return "\n".join((self.text, *self.headings))


@dataclass(frozen=True, slots=True)
class _Room:
    """What pictures and texts may take, for all pages together."""

    pictures: int
    """Of pages."""
    clips: int
    """Pictures of these, each of the least area: they get what is left once every page has that."""
    picture_tokens: float
    """For pictures of pages."""
    text_tokens: float

    @property
    def area(self) -> int:
        """Pixels of a picture: the largest step of the ladder with which all fit."""
        return next(
            (
                area
                for area in AREAS
                if self.pictures * area <= self.picture_tokens * PIXELS_A_TOKEN
            ),
            AREAS[-1],
        )


def prepare(
    pages: Sequence[Evidence], settings: VisionSettings, profile: EndpointProfile
) -> tuple[Source, ...]:
    """`pages`, which are in their order, without those that can be given in no form."""
    seen = [(page, seen_words(page)[:MOST_WORDS], draw(page)) for page in pages]
    drawn = [place for place, (_, _, pixels) in enumerate(seen) if pixels is not None]
    clips = [place for place in drawn if seen[place][0].clip is not None]
    room = _room(len(drawn) - len(clips), len(clips), settings, profile)
    # Pages without words need their picture most, then the best.
    wanting = sorted(
        (place for place in drawn if place not in clips),
        key=lambda place: (bool(seen[place][1]), -seen[place][0].score),
    )
    shown = {*wanting[: room.pictures], *clips[: room.clips]}
    given = [(place, *page) for place, page in enumerate(seen) if page[1] or place in shown]
    texts = max(sum(page.clip is None for _, page, _, _ in given), 1)
    sources = []
    for number, (place, page, words, pixels) in enumerate(given, 1):
        text = text_of(words)
        source = Source(
            label=f"S{number}",
            evidence=page,
            words=PageWords(words),
            text=text,
            told=_cut(for_model(text), room.text_tokens / texts),
            picture=None,
        )
        if pixels is not None and place in shown:
            scaled = _scaled(pixels, AREAS[-1] if page.clip else room.area)
            part = image_part(scaled, label=source.title, profile=profile)
            source = replace(source, picture=part)
        sources.append(source)
    return tuple(sources)


def _room(pictures: int, clips: int, settings: VisionSettings, profile: EndpointProfile) -> _Room:
    picture_tokens, text_tokens = float(settings.image_tokens), float(settings.text_tokens)
    if profile.context_tokens is not None:
        left = max(profile.context_tokens - settings.reply_tokens - OWN_TOKENS, 500)
        picture_tokens = min(picture_tokens, _PICTURES_SHARE * left)
        text_tokens = min(text_tokens, (1 - _PICTURES_SHARE) * left)
    least = AREAS[-1] / PIXELS_A_TOKEN
    most = min(profile.max_images, int(picture_tokens / least))
    if most < 1 or pictures + clips < 1 or not (settings.images and profile.images):
        return _Room(0, 0, 0.0, text_tokens + picture_tokens)
    pictures = min(pictures, most)
    clips = min(clips, most - pictures)
    return _Room(pictures, clips, picture_tokens - clips * least, text_tokens)


def _scaled(pixels: Pixels, area: int) -> Pixels:
    from PIL import Image

    height, width = pixels.shape[:2]
    if height * width <= area:
        return pixels
    factor = math.sqrt(area / (height * width))
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    small = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.uint8)


def _cut(text: str, tokens: float) -> str:
    """At the end of a line; bytes count, since other scripts take more of them."""
    most = int(tokens * CHARACTERS_A_TOKEN)
    data = text.encode("utf-8", "replace")
    if len(data) <= most:
        return text
    kept = data[:most].decode("utf-8", "ignore")
    return f"{kept[: kept.rfind(chr(10)) + 1]}{CUT}"
