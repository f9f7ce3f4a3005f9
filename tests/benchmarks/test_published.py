"""The published quality is that of this source, not of an older one."""

from __future__ import annotations

from pathlib import Path

import pytest

from recto.benchmarks.measurement import Measurement
from recto.benchmarks.notes import RESULTS
from recto.benchmarks.quality import run
from recto.benchmarks.result_files import load
from recto.benchmarks.runs import KIND, measurements
from recto.engine.strategies.registry import DEFAULT

EXAMPLES = Path(__file__).parents[2] / "examples"
_OTHER_PROCESSORS = 0.015
"""By which nDCG may differ on another processor: the encoder works in int8."""


def test_quality_on_the_examples_is_what_is_published(tmp_path: Path) -> None:
    """If not: the commands in benchmarks/README.md, then python -m recto.benchmarks.notes"""
    found = run(
        EXAMPLES / "questions.jsonl",
        EXAMPLES / "documents",
        ways=[DEFAULT, "patches"],
        library_folder=tmp_path / "library",
    )
    for quality in found:
        now, then = quality.measured, published(quality.measured.way)
        assert now.subject == then.subject
        assert now.mean("ndcg@5") == pytest.approx(then.mean("ndcg@5"), abs=_OTHER_PROCESSORS)
        assert now.mean("recall@5") == pytest.approx(then.mean("recall@5"), abs=_OTHER_PROCESSORS)


def published(way: str) -> Measurement:
    every = measurements(result for result in load(RESULTS) if result.kind == KIND)
    (one,) = (
        one
        for one in every
        if (one.subject.dataset, one.subject.confined, one.way) == ("examples", False, way)
    )
    return one
