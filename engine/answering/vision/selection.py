"""Which of the pages that were found a model is given. Knows scores, not how they came about.

The rule: no page twice; the best ones until the scores drop, at most `most_pages`, a page that
is the same as a better one making room for the next; then, in the order of their scores, the pages
before and after whose text runs on. What is chosen is ordered by document and page, so that equal
choices begin with equal bytes, which endpoints have cached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise

import numpy as np

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.drawing import draw
from recto.engine.answering.vision.running import runs_on
from recto.engine.answering.vision.settings import VisionSettings

SAME = 1.0
"""Of 255: mean difference of two pictures of one page, drawn twice."""


def select(evidence: Sequence[Evidence], settings: VisionSettings) -> list[Evidence]:
    """The pages to be given, in their order."""
    near = list(_before_drop(evidence, settings.drop))
    chosen = list(islice(_distinct(near), settings.most_pages))
    most = len(chosen) + settings.neighbours
    for page in _neighbours(chosen):
        if len(chosen) >= most:
            break
        if _place(page) not in map(_place, chosen):
            chosen.append(page)
    return sorted(chosen, key=_place)


def _place(page: Evidence) -> tuple[str, int]:
    return page.document_id, page.content.number


def _before_drop(evidence: Sequence[Evidence], drop: float) -> Iterator[Evidence]:
    """The pages until the first whose score is by so much below that of the one before."""
    ranked = sorted(evidence, key=lambda page: -page.score)
    for before, page in pairwise(chain(ranked[:1], ranked)):
        if page.score < (1 - drop) * before.score:
            return
        yield page


def _distinct(pages: Iterable[Evidence]) -> Iterator[Evidence]:
    """Without pages that look like better ones, as those of two editions do."""
    kept: list[Evidence] = []
    for page in pages:
        if not any(_is_same(page, other) for other in kept):
            kept.append(page)
            yield page


def _is_same(page: Evidence, other: Evidence) -> bool:
    """The same words, and the same picture: forms and figures differ in one only."""
    if page.content.text.text != other.content.text.text:
        return False
    if _place(page) == _place(other):
        return True
    one, two = draw(page), draw(other)
    if one is None or two is None:
        return one is two and bool(page.content.text.words)
    if one.shape != two.shape:
        return False
    return float(np.abs(one.astype(np.int16) - two.astype(np.int16)).mean()) < SAME


def _neighbours(pages: Sequence[Evidence]) -> Iterator[Evidence]:
    """Pages that the text of these comes from or goes on to."""
    for page in list(pages):
        number = page.content.number
        following = page.neighbour(number + 1)
        if following and runs_on(page.content, following.content):
            yield following
        before = page.neighbour(number - 1) if number > 1 else None
        if before and runs_on(before.content, page.content):
            yield before
