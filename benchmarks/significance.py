"""Whether a difference may be chance: intervals by bootstrap, pairs by randomisation.

All random numbers come from a fixed seed, so that the same values give the same result. Knows
nothing of what the values measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SEED = 20_000_101
SAMPLES = 10_000
_LEVEL = 0.95
_AT_ONCE = 200_000
"""Random numbers in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean, and where it would lie in 95 of 100 such samples of questions."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the second of two runs has more than the first, over the same questions."""

    mean: float
    low: float
    high: float
    p: float
    """How often runs of equal quality would differ at least as much."""
    better: int
    """Questions of which the second is better."""
    worse: int


def interval(values: Sequence[float], *, seed: int = SEED) -> Interval:
    """Of at least one value, by drawing as many again, with replacement."""
    data = np.asarray(values, np.float64)
    random = np.random.default_rng(seed)
    draws = [
        data[random.integers(len(data), size=(rows, len(data)))].mean(axis=1)
        for rows in _rows(len(data))
    ]
    low, high = np.quantile(np.concatenate(draws), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Interval(mean=float(data.mean()), low=float(low), high=float(high))


def difference(first: Sequence[float], second: Sequence[float], *, seed: int = SEED) -> Difference:
    """Of two runs, value by value of the same questions, at least one."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} values; expected as many of each")
    gains = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    spread = interval(gains.tolist(), seed=seed)
    return Difference(
        mean=spread.mean,
        low=spread.low,
        high=spread.high,
        p=_randomisation(gains, seed),
        better=int((gains > 0).sum()),
        worse=int((gains < 0).sum()),
    )


def holm(p: Sequence[float]) -> list[float]:
    """p of several tests, each raised by Holm's procedure, so that the chance of one false alarm or
    more among all of them is what p says."""
    ordered = sorted(range(len(p)), key=lambda i: p[i])
    adjusted = [0.0] * len(p)
    highest = 0.0
    for rank, i in enumerate(ordered):
        highest = max(highest, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = highest
    return adjusted


def _randomisation(gains: np.ndarray[tuple[int], np.dtype[np.float64]], seed: int) -> float:
    """Two-sided: were it the same which run is which, every sign would be a coin's."""
    random = np.random.default_rng(seed)
    seen = abs(gains.sum()) - 1e-9  # sums that are equal but for rounding are equal
    extreme = 0
    for rows in _rows(len(gains)):
        signs = 2.0 * random.integers(2, size=(rows, len(gains))) - 1.0
        extreme += int((np.abs(signs @ gains) >= seen).sum())
    return (extreme + 1) / (SAMPLES + 1)  # what was seen is one of the ways


def _rows(values: int) -> list[int]:
    """`SAMPLES` in parts whose random numbers fit into some megabytes."""
    most = max(1, _AT_ONCE // values)
    return [min(most, SAMPLES - done) for done in range(0, SAMPLES, most)]
