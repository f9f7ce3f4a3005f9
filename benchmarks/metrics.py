"""How good rankings are, by ir-measures. Knows nothing of pages or libraries.

What is relevant has a grade of 1 or more; a ranking is a list of distinct things, best first. Every
measure lies between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from recto.engine.errors import MissingExtra

T = TypeVar("T")

MEASURES = {
    "ndcg@5": "nDCG@5",
    "ndcg@10": "nDCG@10",
    "recall@1": "R@1",
    "recall@5": "R@5",
    "recall@10": "R@10",
    "mrr": "RR@10",
}
"""Our names of them, and those of ir-measures."""


def measure(
    rankings: Sequence[Sequence[T]], grades: Sequence[Mapping[T, int]]
) -> list[dict[str, float]]:
    """Every measure of each ranking, whose question has the grades of the same place.

    Raises MissingExtra without ir-measures.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise MissingExtra(
            'Measuring needs ir-measures, which is not installed: pip install "recto[bench]".'
        ) from error
    names = {ir_measures.parse_measure(theirs): ours for ours, theirs in MEASURES.items()}
    wanted = {str(i): {str(d): g for d, g in one.items()} for i, one in enumerate(grades)}
    found = {str(i): _scores(ranking) for i, ranking in enumerate(rankings)}
    # What has found nothing is left out by some of the libraries underneath: it counts 0.
    values = [dict.fromkeys(MEASURES, 0.0) for _ in rankings]
    for metric in ir_measures.iter_calc(list(names), wanted, found):
        values[int(metric.query_id)][names[metric.measure]] = float(metric.value)
    return values


def _scores(ranking: Sequence[object]) -> dict[str, float]:
    """trec_eval sorts by score, and equal ones by name: no two may be equal."""
    return {str(thing): float(len(ranking) - place) for place, thing in enumerate(ranking)}
