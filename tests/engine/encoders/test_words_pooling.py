from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.encoders.words import pooling
from recto.engine.page import Box, Word, union

groups = st.lists(st.integers(0, 3), min_size=1, max_size=60).map(
    lambda steps: np.cumsum(np.array(steps, np.int64))
)


def sizes(values: np.ndarray) -> list[int]:
    return [len(list(run)) for _, run in itertools.groupby(values.tolist())]


@given(groups, st.integers(0, 2**32 - 1))
def test_pool_is_the_unit_mean_of_each_group_with_the_box_around_it(
    words_of_tokens: np.ndarray, seed: int
) -> None:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(len(words_of_tokens), 5)).astype(np.float32)
    corners = random.random((int(words_of_tokens[-1]) + 1, 2)) / 2
    words = [Word("w", Box(x, y, x + 0.1, y + 0.2), 0) for x, y in corners.tolist()]
    pooled = pooling.pool(vectors, words, words_of_tokens, words_of_tokens)
    for i, word in enumerate(np.unique(words_of_tokens)):
        mean = vectors[words_of_tokens == word].mean(axis=0)
        np.testing.assert_allclose(
            pooled.vectors[i], mean / np.linalg.norm(mean), rtol=1e-3, atol=1e-4
        )
        np.testing.assert_allclose(pooled.boxes[i], union([words[word].box]), rtol=1e-6)


@given(groups, st.integers(1, 20))
def test_runs_are_words_or_as_few_neighbours_as_the_limit_allows(
    words_of_tokens: np.ndarray, limit: int
) -> None:
    found = pooling.runs(words_of_tokens, limit=limit)
    distinct = len(np.unique(words_of_tokens))
    assert len(np.unique(found)) <= limit
    if distinct <= limit:
        assert sizes(found) == sizes(words_of_tokens)


@given(groups, st.integers(1, 12), st.integers(1, 12))
def test_passages_ascend_without_gaps_and_keep_the_limit(
    lines: np.ndarray, size: int, limit: int
) -> None:
    found = pooling.passages(lines, size=size, limit=limit)
    assert found[0] == 0
    assert set(np.diff(found).tolist()) <= {0, 1}
    assert found[-1] < limit


@given(groups, st.integers(1, 12))
def test_passages_end_with_a_line_once_they_are_long_enough(lines: np.ndarray, size: int) -> None:
    found = pooling.passages(lines, size=size, limit=1000)
    longest = max(sizes(lines))
    assert all(length >= size for length in sizes(found)[:-1])
    assert max(sizes(found)) < size + min(longest, 2 * size)
    if longest <= 2 * size:
        ends = np.flatnonzero(np.diff(found))
        assert np.all(lines[ends] != lines[ends + 1])
