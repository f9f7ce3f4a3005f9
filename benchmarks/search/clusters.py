"""Made-up pages in the shape of a vision encoder's: 1,024 vectors of 128 numbers on a 32 x 32 grid.

A document is ten pages on six backgrounds in blocks of 8 x 8, and speaks of 80 topics of 4,000; a
page has 40 lines of text of 6 to 10 patches. All vectors share a direction, and noise half again as
long as the rest hides all of this: only 55 % of a vector's length is what its topic says, so that
the pages which are best by MaxSim are so by a hair. A question is 8 patches of one page, seen
through noise, and 12 vectors that every question has, as prompts and padding give.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recto.engine.vectors import FloatArray

DIM = 128
_DOCUMENT = 10
_MEAN = 0.6
_NOISE = 1.5


class Clusters:
    """Deterministic: the same page of the same number every time."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        shared = _unit(_noise(random, 1))
        self._topics, self._backgrounds, self._generic = (
            _unit(_unit(_noise(random, count)) + _MEAN * shared) for count in (4000, 400, 12)
        )

    def pages(self, count: int) -> Iterator[FloatArray]:
        for document in range(-(-count // _DOCUMENT)):
            yield from self._document(document)[: count - document * _DOCUMENT]

    def questions(self, count: int, pages: int) -> list[FloatArray]:
        chosen = np.random.default_rng(1).choice(pages, count, replace=False).tolist()
        return [self._question(page) for page in chosen]

    def _document(self, number: int) -> list[FloatArray]:
        random = np.random.default_rng((2, number))
        backgrounds = self._backgrounds[random.choice(len(self._backgrounds), 6, replace=False)]
        topics = self._topics[random.choice(len(self._topics), 80, replace=False)]
        return [self._page(random, backgrounds, topics) for _ in range(_DOCUMENT)]

    def _page(
        self, random: np.random.Generator, backgrounds: FloatArray, topics: FloatArray
    ) -> FloatArray:
        tiles = random.integers(0, len(backgrounds), (4, 4)).repeat(8, 0).repeat(8, 1)
        grid = backgrounds[tiles]
        for _ in range(40):
            row, left = random.integers(0, 32), random.integers(0, 24)
            grid[row, left : left + random.integers(6, 11)] = topics[random.integers(0, 80)]
        return _unit(grid.reshape(-1, DIM) + _NOISE * _noise(random, 1024))

    def _question(self, page: int) -> FloatArray:
        random = np.random.default_rng((3, page))
        own = self._document(page // _DOCUMENT)[page % _DOCUMENT]
        seen = own[random.choice(len(own), 8, replace=False)] + _noise(random, 8)
        return _unit(np.concatenate([seen, self._generic + 0.5 * _noise(random, 12)]))


def _noise(random: np.random.Generator, count: int) -> FloatArray:
    """Vectors of about length 1."""
    made: FloatArray = random.standard_normal((count, DIM), dtype=np.float32) / np.float32(
        np.sqrt(DIM)
    )
    return made


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
