"""How well the best passage of a page answers a question: words near each other say more.

A page says "dividend" at its top and "2018" at its bottom, another says both in one sentence; BM25
of whole pages hardly sees the difference. Knows no store; the rarity of terms is given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from recto.engine.bm25 import saturated

LENGTH = 30
"""Terms of a passage, about four lines of print; neighbouring passages share half of them."""


def best_passage(page: Sequence[str], question: Mapping[str, float]) -> float:
    """The highest sum over terms of weight times saturated frequency that a passage reaches.

    `page` is the page's terms in their order; `question` weighs a term by how rare it is.
    """
    step = LENGTH // 2
    last = max(0, (len(page) - 1 - step) // step)
    passages: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for position, term in enumerate(page):
        if term in question:
            number = min(position // step, last)
            passages[number][term] += 1
            if number and position // step <= last:
                passages[number - 1][term] += 1
    return max((_worth(passage, question) for passage in passages.values()), default=0.0)


def _worth(passage: Mapping[str, int], question: Mapping[str, float]) -> float:
    return sum(question[term] * saturated(count) for term, count in passage.items())
