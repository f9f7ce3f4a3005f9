"""Which of the pages that were found a model is given. Knows scores, not how they came about.

The rule: no page twice; pages of at least `kept` of the best score, at most `most_pages`; then, in
the order of their scores, the pages before and after whose text runs on. What is chosen is ordered
by document and page, so that equal choices begin with equal bytes, which endpoints have cached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.drawing import draw
from recto.engine.answering.vision.running import runs_on
from recto.engine.answering.vision.settings import VisionSettings

SAME = 1.0
"""Of 255: mean difference of two pictures of one page, drawn twice."""


def select(evidence: Sequence[Evidence], settings: VisionSettings) -> list[Evidence]:
    """The pages to be given, in their order."""
    distinct = _distinct(evidence)
    best = max((page.score for page in distinct), default=0.0)
    near = [page for page in distinct if page.score >= settings.kept * best]
    chosen = near[: settings.most_pages]
    for page in _neighbours(chosen):
        if len(chosen) >= min(len(near), settings.most_pages) + settings.neighbours:
            break
        if _place(page) not in map(_place, chosen):
            chosen.append(page)
    return sorted(chosen, key=_place)


def _place(page: Evidence) -> tuple[str, int]:
    return page.document_id, page.content.number


def _distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Without pages that look like better ones, as those of two editions do."""
    kept: list[Evidence] = []
    for page in evidence:
        if not any(_is_same(page, other) for other in kept):
            kept.append(page)
    return kept


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
