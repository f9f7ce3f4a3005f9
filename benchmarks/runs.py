"""What was measured, question by question, kept in files: JSON for us, TREC runs for other tools.

A folder of results holds `result.json`, and for each measurement a run file (`.run`), its questions
(`.jsonl`) and the grades of its data set (`.qrels`), which trec_eval and ir-measures read. Knows no
libraries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from recto.benchmarks.quality import Judged, Quality
from recto.benchmarks.questions import Place
from recto.benchmarks.report_machine import machine, now, versions
from recto.benchmarks.significance import Interval, interval
from recto.benchmarks.ways import WAYS
from recto.engine.errors import InputError, NotFound

FILE = "result.json"
_FORM = 1
"""Of the file; counts up when an older reader would misread a newer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, and what came of it."""

    id: str
    question: str
    relevant: tuple[tuple[Place, int], ...]
    """With the grade of each."""
    ranking: tuple[Place, ...]
    """Best first."""
    values: Mapping[str, float]
    """By measure."""
    ms: float

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "relevant": [[*place, grade] for place, grade in self.relevant],
            "ranking": [list(place) for place in self.ranking],
        }

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> Asked:
        relevant = tuple((Place(name, page), grade) for name, page, grade in data["relevant"])
        ranking = tuple(Place(*place) for place in data["ranking"])
        return cls(**{**data, "relevant": relevant, "ranking": ranking})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One way of finding, over one data set."""

    dataset: str
    way: str
    encoder: str
    datatype: str
    pages: int
    bytes_per_page: float
    pages_per_second: float
    adding: Mapping[str, float]
    """Seconds by stage; empty where nothing was added."""
    searching: Mapping[str, float]
    """Milliseconds a search by stage, on average."""
    settings: Mapping[str, object]
    asked: tuple[Asked, ...]

    @property
    def name(self) -> str:
        """Of the way, with how vectors are kept where that is not the usual."""
        return self.way if self.datatype == "float16" else f"{self.way}, {self.datatype}"

    def values(self, measure: str) -> list[float]:
        return [one.values[measure] for one in self.asked]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Measurements of one run, and where it was."""

    made: str
    command: str
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    measurements: tuple[Measurement, ...]

    def as_json(self) -> dict[str, Any]:
        measurements = [
            {**asdict(one), "asked": [asked.as_json() for asked in one.asked]}
            for one in self.measurements
        ]
        return {"recto_result": _FORM, **asdict(self), "measurements": measurements}


def result(qualities: Iterable[Quality], *, command: str) -> Result:
    """Of what was measured just now, on this machine."""
    return Result(
        made=now(),
        command=command,
        machine=machine(),
        versions=versions(),
        measurements=tuple(_measurement(quality) for quality in qualities),
    )


def save(measured: Result, folder: Path) -> None:
    """Write all files into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(measured.as_json(), ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
    for one in measured.measurements:
        name = _slug(f"{one.dataset} {one.name}")
        (folder / f"{name}.run").write_text("".join(_run_lines(one)), encoding="utf-8")
        (folder / f"{_slug(one.dataset)}.qrels").write_text("".join(_grade_lines(one.asked)))
        lines = (json.dumps(asked.as_json(), ensure_ascii=False) + "\n" for asked in one.asked)
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")


def load(path: Path) -> Result:
    """What `save` wrote, from its folder or the file itself. Raises NotFound, InputError."""
    path = path / FILE if path.is_dir() else path
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        form = data.pop("recto_result")
        if form != _FORM:
            raise InputError(f"{path} has form {form}; this recto reads {_FORM}. Update recto.")
        measurements = tuple(
            Measurement(**{**one, "asked": tuple(Asked.of_json(a) for a in one["asked"])})
            for one in data["measurements"]
        )
        return Result(**{**data, "measurements": measurements})
    except OSError as error:
        raise NotFound(f"Cannot read the result {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is no result of recto bench quality --save: {error!r}."
        ) from error


def _measurement(quality: Quality) -> Measurement:
    pairs = zip(quality.judged, quality.values, strict=True)
    return Measurement(
        dataset=quality.setting.dataset,
        way=quality.way,
        encoder=quality.setting.encoder,
        datatype=quality.setting.datatype,
        pages=quality.pages,
        bytes_per_page=quality.setting.bytes_per_page,
        pages_per_second=quality.pages_per_second,
        adding=dict(quality.setting.adding),
        searching=dict(quality.searching),
        settings=dict(WAYS[quality.way].as_json()),
        asked=tuple(_asked(judged, values) for judged, values in pairs),
    )


def _asked(judged: Judged, values: Mapping[str, float]) -> Asked:
    return Asked(
        id=judged.question.name,
        question=judged.question.text,
        relevant=tuple(sorted(judged.question.gains.items())),
        ranking=judged.ranking,
        values=dict(values),
        ms=judged.seconds * 1000,
    )


def _run_lines(measured: Measurement) -> Iterable[str]:
    """question Q0 page rank score tag: no field may hold white space."""
    tag = _slug(f"recto {measured.name}")
    for one in measured.asked:
        for rank, place in enumerate(one.ranking, start=1):
            score = len(one.ranking) - rank + 1
            yield f"{_field(one.id)} Q0 {_place(place)} {rank} {score} {tag}\n"


def _grade_lines(asked: Sequence[Asked]) -> Iterable[str]:
    for one in asked:
        for place, grade in one.relevant:
            yield f"{_field(one.id)} 0 {_place(place)} {grade}\n"


def _place(place: Place) -> str:
    return f"{_field(place.document)}#{place.page}"


def _field(text: str) -> str:
    return quote(text, safe="")


def _slug(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text).strip("-")
