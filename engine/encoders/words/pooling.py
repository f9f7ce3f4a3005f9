"""From vectors of tokens to vectors of words, runs of words and passages, each with its box.

Knows no model. Sums are taken over consecutive tokens, so that one pass gives them all.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from recto.engine.encoders.words.tokens import IntArray
from recto.engine.page import Word
from recto.engine.vectors import FloatArray, Multivector

_SMALLEST = 1e-6


def unit(vectors: FloatArray) -> FloatArray:
    """Each row at length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    ones: FloatArray = vectors / np.maximum(lengths, np.float32(_SMALLEST))
    return ones


def sums(vectors: FloatArray, groups: IntArray) -> FloatArray:
    """(g, d): the sum of each run of equal values in `groups`, which ascend."""
    starts = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    total: FloatArray = np.add.reduceat(vectors, starts, axis=0)
    return total


def boxes_of(words: Sequence[Word], indices: IntArray, groups: IntArray) -> FloatArray:
    """(g, 4): the box around the words (by index, one a token) of each run in `groups`."""
    boxes = np.array([word.box for word in words], np.float32)[indices]
    starts = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    lows = np.minimum.reduceat(boxes[:, :2], starts, axis=0)
    highs = np.maximum.reduceat(boxes[:, 2:], starts, axis=0)
    return np.concatenate([lows, highs], axis=1)


def pool(
    vectors: FloatArray, words: Sequence[Word], indices: IntArray, groups: IntArray
) -> Multivector:
    """One unit vector for each run of tokens in `groups`."""
    return Multivector(unit(sums(vectors, groups)), boxes_of(words, indices, groups))


def runs(word_indices: IntArray, *, limit: int) -> IntArray:
    """Groups of tokens, at most `limit`: one a word, or as many neighbouring words as it takes."""
    number_of_word = np.cumsum(np.diff(word_indices, prepend=word_indices[0]) > 0)
    words_a_group = -(-(int(number_of_word[-1]) + 1) // limit)
    return number_of_word // words_a_group


def passages(lines: IntArray, *, size: int, limit: int) -> IntArray:
    """Groups of tokens, at most `limit`: whole lines, closed once they hold `size` tokens. A line
    of more than twice that is cut."""
    size = max(size, -(-len(lines) // limit))
    groups = np.empty(len(lines), np.int64)
    group, begin = 0, 0
    for start, end in itertools.pairwise(_cuts(lines, 2 * size)):
        if start - begin >= size:
            group, begin = group + 1, start
        groups[start:end] = group
    return groups


def _cuts(lines: IntArray, longest: int) -> list[int]:
    """Where lines begin, and where they are cut if longer than `longest`; then the very end."""
    starts = [*np.flatnonzero(np.diff(lines, prepend=lines[0] - 1)).tolist(), len(lines)]
    pieces = [range(start, end, longest) for start, end in itertools.pairwise(starts)]
    return [*itertools.chain.from_iterable(pieces), len(lines)]
