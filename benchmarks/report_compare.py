"""Two results side by side: what the second has more, and whether that may be chance."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from recto.benchmarks.metrics import MEASURES
from recto.benchmarks.runs import Measurement, Result
from recto.benchmarks.significance import Difference, difference
from recto.engine.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One measure of a data set, by the first and by the second."""

    dataset: str
    way: str
    """`first -> second` where they differ."""
    measure: str
    first: float
    second: float
    difference: Difference

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def compare(first: Result, second: Result) -> list[Compared]:
    """Each way with the same one of the other result; where each has but one, those.

    Questions are matched by name and text, and must be the same ones. Raises InputError for other
    questions, or where there is nothing to compare.
    """
    found = [
        compared for before, after in _pairs(first, second) for compared in _compared(before, after)
    ]
    if not found:
        raise InputError(
            f"Nothing to compare: the first has {_listed(first)}, the second {_listed(second)}."
            " Expected a data set and a way that both have."
        )
    return found


def _pairs(first: Result, second: Result) -> list[tuple[Measurement, Measurement]]:
    if len(first.measurements) == len(second.measurements) == 1:
        return [(first.measurements[0], second.measurements[0])]
    others = {(one.dataset, one.name): one for one in second.measurements}
    return [
        (one, others[one.dataset, one.name])
        for one in first.measurements
        if (one.dataset, one.name) in others
    ]


def _compared(first: Measurement, second: Measurement) -> list[Compared]:
    asked = [(one.id, one.question) for one in first.asked]
    if asked != [(one.id, one.question) for one in second.asked]:
        raise InputError(
            f"{first.dataset}, {first.name}: the two results are of different questions"
            f" ({len(first.asked)} and {len(second.asked)}). Measure both with the same ones."
        )
    way = first.name if first.name == second.name else f"{first.name} -> {second.name}"
    return [
        Compared(
            dataset=first.dataset,
            way=way,
            measure=measure,
            first=first.interval(measure).mean,
            second=second.interval(measure).mean,
            difference=difference(first.values(measure), second.values(measure)),
        )
        for measure in MEASURES
    ]


def _listed(result: Result) -> str:
    return ", ".join(f"{one.dataset} by {one.name}" for one in result.measurements) or "nothing"
