"""Several rankings of the same pages become one. Knows neither questions nor stores.

An arm's scores are put on one scale by where they lie between its best page (1) and its last one
(0): the last of `depth`, or of all if there are fewer. A page that an arm does not rank has 0
there. So nothing is asked of the size of an arm's scores, but how far ahead its best pages are
counts, which ranks alone would forget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recto.engine.store.plan import Scored


def relative(ranking: Sequence[Scored], depth: int) -> dict[str, float]:
    """Scores between 0 and 1 of the best `depth` pages; all 1 when all are equal."""
    kept = ranking[:depth]
    if not kept:
        return {}
    best, last = kept[0].score, kept[-1].score
    if best == last:
        return {id_: 1.0 for id_, _ in kept}
    return {id_: (score - last) / (best - last) for id_, score in kept}


def fuse(arms: Sequence[tuple[float, Mapping[str, float]]]) -> dict[str, float]:
    """The weighted mean of the arms' scores, for every page that one of them ranks."""
    total = sum(weight for weight, _ in arms)
    fused: dict[str, float] = {}
    for weight, scores in arms:
        for id_, score in scores.items():
            fused[id_] = fused.get(id_, 0.0) + weight * score / total
    return fused
