"""Where a page's tokens are cut into what the model reads at once. Knows only token numbers."""

from __future__ import annotations

import itertools
from typing import NamedTuple


class Window(NamedTuple):
    """Tokens first <= i < last are read together; of them, keep_first <= i < keep_last are kept.

    What is read and not kept is context: it stands in the middle of a neighbour.
    """

    first: int
    last: int
    keep_first: int
    keep_last: int


def cut(length: int, *, size: int, overlap: int) -> list[Window]:
    """Windows of at most `size` tokens that keep every token of `length` once.

    Neighbours share `overlap` tokens, of which each keeps its half.
    """
    assert 0 <= overlap < size, (overlap, size)
    if length <= size:
        return [Window(0, length, 0, length)] if length else []
    count = -(-(length - overlap) // (size - overlap))
    # Equal windows rather than full ones and a short rest, which would lack context.
    firsts = [round(i * (length - size) / (count - 1)) for i in range(count)]
    seams = [(one + size + other) // 2 for one, other in itertools.pairwise(firsts)]
    keeps = [0, *seams, length]
    return [Window(first, first + size, keeps[i], keeps[i + 1]) for i, first in enumerate(firsts)]
