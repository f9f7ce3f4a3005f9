"""Two results side by side: what the second has more, and whether that may be chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from recto.benchmarks.measurement import Measurement, names
from recto.benchmarks.metrics import MEASURES
from recto.benchmarks.significance import Difference, difference, holm
from recto.engine.errors import InputError

_Key = tuple[object, ...]
_TOLD: dict[str, Callable[[Measurement], str]] = {
    "data set": lambda one: one.subject.dataset,
    "documents": lambda one: one.subject.corpus,
    "encoder": lambda one: one.subject.encoder,
    "vectors": lambda one: one.datatype,
    "depth": lambda one: str(one.depth),
}
"""What may differ between two that are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One measure of a data set, by the first and by the second."""

    dataset: str
    way: str
    """`first -> second` where they differ."""
    differs: tuple[str, ...]
    """What else is not the same, as `encoder: a -> b`."""
    measure: str
    first: float
    second: float
    difference: Difference
    p_holm: float = 1.0
    """p after Holm, for as many as are compared at once."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """At least one measure."""

    compared: tuple[Compared, ...]
    left: tuple[str, ...]
    """Measurements that the other result has no one match for."""


def compare(first: Sequence[Measurement], second: Sequence[Measurement]) -> Comparison:
    """Each measurement with the one of the other result that is most like it.

    Two are compared only if they were asked the same questions, in the same confines; in everything
    else they may differ, which is told. Of several that are equally alike none is. Raises
    InputError where there is nothing to compare.
    """
    pairs, left = _pairs(first, second)
    found = [compared for before, after in pairs for compared in _compared(before, after)]
    if not found:
        raise InputError(
            f"Nothing to compare: the first has {_listed(first)}, the second {_listed(second)}."
            " Expected the same questions of the same data set, by a way that both have once."
        )
    adjusted = holm([one.difference.p for one in found])
    return Comparison(
        compared=tuple(replace(one, p_holm=p) for one, p in zip(found, adjusted, strict=True)),
        left=tuple(left),
    )


def _asked(one: Measurement) -> _Key:
    subject = one.subject
    return (subject.questions, subject.language, subject.confined)


def _pairs(
    first: Sequence[Measurement], second: Sequence[Measurement]
) -> tuple[list[tuple[Measurement, Measurement]], list[str]]:
    """Those that are alike in all first, then in less and less."""
    pairs: list[tuple[int, int]] = []
    ways: Sequence[Callable[[Measurement], object]] = [lambda one: one.way, *_TOLD.values()]
    for count in range(len(ways), -1, -1):
        alike = ways[:count]
        before = _single(first, [i for i, _ in pairs], alike)
        after = _single(second, [i for _, i in pairs], alike)
        pairs += [(before[key], after[key]) for key in before if key in after]
    pairs.sort()
    left = [
        f"{title}: {one.subject.title} by {name}, {one.subject.encoder}"
        for title, every, done in (
            ("first", first, {i for i, _ in pairs}),
            ("second", second, {i for _, i in pairs}),
        )
        for i, (one, name) in enumerate(zip(every, names(every), strict=True))
        if i not in done
    ]
    return [(first[i], second[j]) for i, j in pairs], left


def _single(
    every: Sequence[Measurement],
    done: Sequence[int],
    alike: Sequence[Callable[[Measurement], object]],
) -> dict[_Key, int]:
    """Places of those that are the only one left of their kind."""
    places: dict[_Key, list[int]] = {}
    for i, one in enumerate(every):
        if i not in done:
            places.setdefault((*_asked(one), *(of(one) for of in alike)), []).append(i)
    return {key: found[0] for key, found in places.items() if len(found) == 1}


def _compared(first: Measurement, second: Measurement) -> list[Compared]:
    way = first.way if first.way == second.way else f"{first.way} -> {second.way}"
    return [
        Compared(
            dataset=first.subject.title,
            way=way,
            differs=_differs(first, second),
            measure=measure,
            first=first.mean(measure),
            second=second.mean(measure),
            difference=difference(first.values(measure), second.values(measure)),
        )
        for measure in MEASURES
    ]


def _differs(first: Measurement, second: Measurement) -> tuple[str, ...]:
    told = [(name, of(first), of(second)) for name, of in _TOLD.items()]
    if first.way == second.way:
        keys = dict.fromkeys((*first.settings, *second.settings))
        told += [(key, str(first.settings.get(key)), str(second.settings.get(key))) for key in keys]
    return tuple(f"{name}: {before} -> {after}" for name, before, after in told if before != after)


def _listed(every: Sequence[Measurement]) -> str:
    pairs = zip(every, names(every), strict=True)
    return ", ".join(f"{one.subject.title} by {name}" for one, name in pairs) or "nothing"
