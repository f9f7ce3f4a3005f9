"""What was measured of one way of finding pages, question by question, and its form in a file.

In the `data` of a result of the kind `quality`, questions stand once, however many ways were asked:

    {"questions": {HASH: [{"id", "question", "relevant": [[DOCUMENT, PAGE, GRADE], …]}, …]},
     "measurements": [{"questions": HASH, "way", …, "values": {"ndcg@5": [0.63, …], …},
                       "ms": [41.2, …], "first": [[DOCUMENT, PAGE] or null, …]}, …]}

Lists have a place for each question. Whole rankings are in the run files of `runs`. Knows no
libraries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from recto.benchmarks.questions import Place
from recto.benchmarks.significance import Interval, interval
from recto.engine.errors import InputError

USUAL = "float16"
"""How a library keeps vectors if nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, and what came of it."""

    id: str
    question: str
    relevant: tuple[tuple[Place, int], ...]
    """With the grade of each."""
    first: Place | None
    """The page that ranked highest."""
    values: Mapping[str, float]
    """By measure."""
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What was searched, and what for. Only measurements of one subject stand side by side."""

    dataset: str
    corpus: str
    """A hash of the documents, by name and bytes."""
    questions: str
    """A hash of the questions and the pages that answer them."""
    language: str | None = None
    """The only one whose questions were asked."""
    confined: bool = False
    """Whether each question was asked of the documents that answer it alone."""
    encoder: str = ""
    """Its name and revision."""

    @property
    def title(self) -> str:
        parts = [self.dataset]
        if self.language:
            parts.append(f"questions in {self.language}")
        if self.confined:
            parts.append("within the right documents")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One way of finding, over one subject."""

    subject: Subject
    way: str
    datatype: str
    """How the library keeps the vectors of its pages."""
    depth: int
    """How many pages were asked for."""
    settings: Mapping[str, Any]
    """Those that decided what was found."""
    encoder_settings: Mapping[str, str]
    pages: int
    store_bytes: float
    """A page, of everything that the library's store keeps."""
    read_bytes: float | None
    """A page, of the vectors and words that this way compares; None where that is not known."""
    pages_per_second: float
    """Of adding; 0 where nothing was added."""
    adding: Mapping[str, float]
    """Seconds by stage; empty where nothing was added."""
    searching: Mapping[str, float]
    """Milliseconds a search by stage, on average."""
    notes: tuple[str, ...]
    """What of the data set could not be kept as it is."""
    asked: tuple[Asked, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """Two that are equal here measure the same."""
        return (self.subject, self.way, self.datatype, self.depth, repr(self.settings))

    def values(self, measure: str) -> list[float]:
        return [one.values[measure] for one in self.asked]

    def mean(self, measure: str) -> float:
        return float(np.mean(self.values(measure)))

    def interval(self, measure: str) -> Interval:
        return interval(self.values(measure))

    def ms(self, percent: float) -> float:
        """The time within which so many of a hundred searches end."""
        return float(np.percentile([one.ms for one in self.asked], percent))

    def worst(self, count: int) -> list[Asked]:
        """The questions that were served worst, those without any answer in order of the file."""
        return sorted(self.asked, key=lambda one: (one.values["ndcg@10"], one.values["ndcg@5"]))[
            :count
        ]


def names(measurements: Sequence[Measurement]) -> list[str]:
    """What to call each beside the others: its way, and what else tells it from them."""
    found = [
        one.way if one.datatype == USUAL else f"{one.way}, {one.datatype}" for one in measurements
    ]
    if len({one.depth for one in measurements}) > 1:
        pairs = zip(found, measurements, strict=True)
        found = [f"{name}, {one.depth} pages" for name, one in pairs]
    if len({one.subject.encoder for one in measurements}) > 1:
        pairs = zip(found, measurements, strict=True)
        found = [f"{one.subject.encoder}: {name}" for name, one in pairs]
    return unique(found)


def unique(names: Iterable[str]) -> list[str]:
    """The same names, those that came before with a number behind them."""
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


def to_data(measurements: Iterable[Measurement]) -> dict[str, Any]:
    """As a file has it."""
    listed = list(measurements)
    return {
        "questions": {one.subject.questions: [_question(a) for a in one.asked] for one in listed},
        "measurements": [_as_json(one) for one in listed],
    }


def of_data(data: Mapping[str, Any]) -> tuple[Measurement, ...]:
    """Raises InputError for what `to_data` does not make."""
    try:
        return tuple(
            _measurement(one, data["questions"][one["subject"]["questions"]])
            for one in data["measurements"]
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"No measurements of recto bench quality: {error!r}.") from error


def _question(asked: Asked) -> dict[str, Any]:
    relevant = [[*place, grade] for place, grade in asked.relevant]
    return {"id": asked.id, "question": asked.question, "relevant": relevant}


def _as_json(one: Measurement) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(one).items() if name != "asked"}
    measures = list(one.asked[0].values)
    return {
        **fields,
        "values": {name: [round(a.values[name], 6) for a in one.asked] for name in measures},
        "ms": [round(a.ms, 2) for a in one.asked],
        "first": [a.first and list(a.first) for a in one.asked],
    }


def _measurement(data: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> Measurement:
    fields = dict(data)
    subject = Subject(**fields.pop("subject"))
    values, ms, first = fields.pop("values"), fields.pop("ms"), fields.pop("first")
    asked = tuple(
        Asked(
            id=question["id"],
            question=question["question"],
            relevant=tuple(
                (Place(name, page), grade) for name, page, grade in question["relevant"]
            ),
            first=first[i] and Place(*first[i]),
            values={name: column[i] for name, column in values.items()},
            ms=ms[i],
        )
        for i, question in enumerate(questions)
    )
    notes = tuple(fields.pop("notes"))
    return Measurement(subject=subject, asked=asked, notes=notes, **fields)
