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
    means = data[random.integers(len(data), size=(SAMPLES, len(data)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
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


def _randomisation(gains: np.ndarray[tuple[int], np.dtype[np.float64]], seed: int) -> float:
    """Two-sided: were it the same which run is which, every sign would be a coin's."""
    random = np.random.default_rng(seed)
    signs = random.choice([-1.0, 1.0], size=(SAMPLES, len(gains)))
    # Sums that are equal but for rounding are equal; what was seen is one of the ways.
    extreme = np.abs(signs @ gains) >= abs(gains.sum()) - 1e-9
    return float((extreme.sum() + 1) / (SAMPLES + 1))
