"""What was measured, kept in files: JSON for us, TREC runs for other tools.

A folder of results holds `quality.json`, in the form of `result_files` and `measurement`, and for
each measurement a run file (`.run`), its questions with their whole rankings (`.jsonl`) and the
grades of its data set (`.qrels`), which trec_eval and ir-measures read. Knows no libraries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

import numpy as np

from recto.benchmarks import result_files
from recto.benchmarks.measurement import Asked, Measurement, names, of_data, to_data
from recto.benchmarks.quality import Judged, Quality
from recto.benchmarks.questions import Place
from recto.benchmarks.result_files import Result
from recto.engine.errors import InputError

KIND = "quality"


def save(qualities: Sequence[Quality], folder: Path, *, command: str) -> None:
    """Write all files into a folder, which is made if need be."""
    measured = [one.measured for one in qualities]
    result_files.save(folder, kind=KIND, command=command, data=to_data(measured))
    for name, one in zip(names(measured), qualities, strict=True):
        subject = one.measured.subject
        stem = _slug(f"{subject.title} {name}")
        (folder / f"{stem}.run").write_text("".join(_run_lines(name, one.judged)), encoding="utf-8")
        grades = "".join(_grade_lines(one.measured.asked))
        (folder / f"{_slug(subject.title)}.qrels").write_text(grades, encoding="utf-8")
        lines = "".join(_question_lines(one))
        (folder / f"{stem}.jsonl").write_text(lines, encoding="utf-8")


def measurements(results: Iterable[Result]) -> list[Measurement]:
    """Raises InputError for results of another kind."""
    found: list[Measurement] = []
    for one in results:
        if one.kind != KIND:
            raise InputError(f"{one.path} has results of the kind {one.kind!r}; expected {KIND!r}.")
        found += of_data(one.data)
    return found


def _question_lines(quality: Quality) -> Iterable[str]:
    for asked, judged in zip(quality.measured.asked, quality.judged, strict=True):
        ranking = [[*ranked.place, ranked.score] for ranked in judged.found]
        line = {**asdict(asked), "ranking": ranking}
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _run_lines(name: str, judged: Sequence[Judged]) -> Iterable[str]:
    """question Q0 page rank score tag: no field may hold white space."""
    tag = _slug(f"recto {name}")
    for one in judged:
        scores = falling([ranked.score for ranked in one.found])
        for rank, (place, score) in enumerate(zip(one.ranking, scores, strict=True), start=1):
            id = _field(one.question.name)
            yield f"{id} Q0 {_place(place)} {rank} {score:.9g} {tag}\n"


def falling(scores: Sequence[float]) -> list[float]:
    """The same as far as the order allows: trec_eval reads them as float32 and sorts pages of one
    score by name, so each is less than the one before."""
    found: list[float] = []
    highest = np.float32(np.inf)
    for score in scores:
        highest = min(np.float32(score), np.nextafter(highest, np.float32(-np.inf)))
        found.append(float(highest))
    return found


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
