"""The blocks of the documentation that tell of retrieval quality. Knows their wording.

Data sets go by the names that they were measured under: `northwind`, `examples`, and the scans of
them, `northwind-scans` and `examples-scans`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from recto.benchmarks.measurement import Measurement
from recto.benchmarks.metrics import MEASURES
from recto.benchmarks.notes_parts import machine_of, paragraph
from recto.benchmarks.report_compare import compare
from recto.benchmarks.report_markdown import table
from recto.benchmarks.report_quality import SAID, differences, side_of
from recto.benchmarks.result_files import Result
from recto.benchmarks.runs import KIND, measurements
from recto.benchmarks.significance import holm
from recto.engine.errors import InputError

Results = Sequence[Result]
REASONS = Path(__file__).resolve().parent / "results" / "reasons.json"
"""By data set and question: why nothing that was expected is found."""
_PARTS = {
    "without-patches": "vectors of words",
    "without-words": "BM25",
    "without-passages": "passages",
    "without-names": "names of documents",
    "without-spelling": "spelling",
}


def quality(results: Results) -> str:
    """What the default search reaches."""
    measured = _measured(results)
    rows = []
    for dataset in ("northwind", "examples"):
        for confined in (False, True):
            one = _one(measured, dataset, "default", confined=confined)
            about = (
                "the same, within the right document"
                if confined
                else f"{dataset}, {len(one.asked)} questions over {one.pages:,} pages"
            )
            rows.append([about, *(f"{one.mean(name):.3f}" for name in MEASURES)])
    return table(["questions", *(SAID.get(name, name) for name in MEASURES)], rows)


def quality_said(results: Results) -> str:
    """What is to be known of that table, for whoever reads no further."""
    measured = _measured(results)
    told = []
    for dataset, about in (("northwind", "northwind"), ("examples", "the examples")):
        default, patches, words = (
            _one(measured, dataset, way) for way in ("default", "patches", "words")
        )
        told.append(
            f"On {about} the 95 % interval of nDCG@5 is {_interval(default)}; BM25 alone has"
            f" {_headline(words)}, MaxSim alone {_headline(patches)}."
        )
    return paragraph(" ".join(told))


def interval(results: Results) -> str:
    measured = _measured(results)
    northwind, examples = (_one(measured, name, "default") for name in ("northwind", "examples"))
    return paragraph(
        f"The interval of nDCG@5 is {_interval(northwind)} on northwind and"
        f" {_interval(examples)} on the examples."
    )


def strategies(results: Results, dataset: str) -> str:
    """Single arms and other strategies beside the default."""
    measured = _measured(results)
    ours = ("default", "exact", "two-stage", "patches", "rows", "words", "single")
    ways = (*ours, "bm25s", "bm25s-stemmed")
    return _beside(dataset, [_one(measured, dataset, way) for way in ways])


def ablations(results: Results, dataset: str) -> str:
    """The default without one of its parts."""
    measured = _measured(results)
    return _beside(dataset, [_one(measured, dataset, way) for way in ("default", *_PARTS)])


def vectors(results: Results) -> str:
    """Sizes of vectors on northwind."""
    measured = _measured(results)
    rows = []
    for datatype in ("float16", "turbo8", "turbo4"):
        default, patches = (
            _one(measured, "northwind", way, datatype=datatype) for way in ("default", "patches")
        )
        rows.append(
            [
                datatype,
                f"{(patches.read_bytes or 0) / 1000:.0f}",
                f"{default.store_bytes / 1000:.0f}",
                _headline(default),
                _headline(patches),
            ]
        )
    head = [
        "vectors",
        "patches, kB a page",
        "store, kB a page",
        "default, nDCG@5",
        "patches, nDCG@5",
    ]
    return table(head, rows)


def scans(results: Results, dataset: str) -> str:
    """What is kept of each way's quality on scans, question by question the same ones."""
    measured = _measured(results)
    born, scanned = (_all(measured, name) for name in (dataset, f"{dataset}-scans"))
    found = [
        one
        for one in compare(born, scanned).compared
        if one.measure == "ndcg@5" and "->" not in one.way
    ]
    adjusted = holm([one.difference.p for one in found])
    rows = [
        [
            one.way,
            f"{one.first:.3f}",
            f"{one.second:.3f}",
            f"{100 * one.second / one.first:.0f} %",
            f"{one.difference.mean:+.3f}",
            _p(p),
        ]
        for one, p in zip(found, adjusted, strict=True)
    ]
    asked = f"{dataset}, {len(born[0].asked)} questions over {born[0].pages:,} pages, nDCG@5"
    return table([asked, "born digital", "scanned", "kept", "difference", "p"], rows)


def how(results: Results, *datasets: str) -> str:
    """Machine and commands of the results of some data sets."""
    found = [
        result
        for result in results
        if result.kind == KIND
        and {one.subject.dataset for one in measurements([result])} <= set(datasets)
    ]
    if not found:
        raise InputError(f"There are no results of {', '.join(datasets)} in benchmarks/results.")
    encoders = dict.fromkeys(one.subject.encoder for one in measurements(found))
    commands = "\n".join(f"    {result.command}" for result in found)
    made = f"{machine_of(found[0])} Encoder: {', '.join(encoders)}. Command:"
    return f"{made}\n\n{commands}"


def lost(results: Results, dataset: str) -> str:
    """Questions of which nothing expected is among the first ten, with the reasons that somebody
    found. Raises InputError for one without a reason, or a reason without its question."""
    measured = _measured(results)
    one = _one(measured, dataset, "default")
    asked = {asked.id: asked for asked in one.asked if asked.values["ndcg@10"] == 0}
    reasons: Mapping[str, str] = json.loads(REASONS.read_text(encoding="utf-8"))[dataset]
    if asked.keys() != reasons.keys():
        raise InputError(
            f"{REASONS.name} has reasons for {sorted(reasons)} of {dataset}; lost are"
            f" {sorted(asked)}."
        )
    rows = [
        [
            f"{id.removeprefix('q')}: {lost.question}",
            ", ".join(f"{_short(place.document)} {place.page}" for place, _ in lost.relevant),
            f"{_short(lost.first.document)} {lost.first.page}" if lost.first else "nothing",
            reasons[id],
        ]
        for id, lost in asked.items()
    ]
    return table([dataset, "wanted", "first", "why"], rows)


BLOCKS: Mapping[str, Callable[..., str]] = {
    "quality": quality,
    "quality-said": quality_said,
    "interval": interval,
    "strategies": strategies,
    "ablations": ablations,
    "vectors": vectors,
    "scans": scans,
    "lost": lost,
    "how": how,
}


def _measured(results: Results) -> list[Measurement]:
    return measurements(result for result in results if result.kind == KIND)


def _all(every: Sequence[Measurement], dataset: str) -> list[Measurement]:
    """Over all documents, with vectors as usual."""
    found = [
        one
        for one in every
        if (one.subject.dataset, one.subject.confined, one.datatype) == (dataset, False, "float16")
    ]
    if not found:
        raise InputError(f"There are no results of {dataset} in benchmarks/results.")
    return found


def _one(
    every: Sequence[Measurement],
    dataset: str,
    way: str,
    *,
    confined: bool = False,
    datatype: str = "float16",
) -> Measurement:
    """Raises InputError unless it was measured once."""
    wanted = (dataset, way, confined, datatype)
    found = [
        one
        for one in every
        if (one.subject.dataset, one.way, one.subject.confined, one.datatype) == wanted
    ]
    if len(found) != 1:
        raise InputError(f"{len(found)} results of {wanted} in benchmarks/results; expected one.")
    return found[0]


def _beside(dataset: str, found: Iterable[Measurement]) -> str:
    side = side_of(dataset, list(found))
    told = differences(side)
    rows = []
    for name, one in side.pairs:
        spread = one.interval("ndcg@5")
        gain, p = told.get(name, ("", ""))
        rows.append(
            [
                name,
                _headline(one),
                f"{spread.low:.3f} – {spread.high:.3f}",
                f"{one.mean('ndcg@10'):.3f}",
                f"{one.mean('recall@5'):.3f}",
                "–" if one.read_bytes is None else f"{one.read_bytes / 1000:.1f}",
                gain,
                p,
            ]
        )
    head = [dataset, "nDCG@5", "interval", "nDCG@10", "recall@5", "kB a page", "difference", "p"]
    return table(head, rows)


def _headline(one: Measurement) -> str:
    return f"{one.mean('ndcg@5'):.3f}"


def _interval(one: Measurement) -> str:
    spread = one.interval("ndcg@5")
    return f"{spread.low:.3f} to {spread.high:.3f}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _short(document: str) -> str:
    return document.removesuffix(".pdf")
