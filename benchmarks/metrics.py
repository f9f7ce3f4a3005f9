"""How good a ranking is, when a page either answers or does not.

A ranking is a list of distinct things, best first; `relevant` is the set of those that answer, at
least one. Every measure lies between 0 and 1. Knows nothing of pages or questions.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def ndcg(ranking: Sequence[T], relevant: AbstractSet[T], k: int) -> float:
    """Normalised discounted cumulative gain of the first k: 1 when they could not be better."""
    gain = sum(_discount(i) for i, item in enumerate(ranking[:k]) if item in relevant)
    return gain / sum(_discount(i) for i in range(min(len(relevant), k)))


def recall(ranking: Sequence[T], relevant: AbstractSet[T], k: int) -> float:
    """The share of what is relevant that is among the first k."""
    return len(relevant & set(ranking[:k])) / len(relevant)


def reciprocal_rank(ranking: Sequence[T], relevant: AbstractSet[T]) -> float:
    """1 divided by the place of the first that is relevant; 0 when none is."""
    places = (i for i, item in enumerate(ranking, start=1) if item in relevant)
    return 1 / next(places, math.inf)


def _discount(index: int) -> float:
    return 1 / math.log2(index + 2)
