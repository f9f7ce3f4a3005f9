"""`recto bench all`: quality, answers and speed on the same documents, and one report of them.

What is measured is saved as it comes, and a part that fails leaves the others to go on. Knows no
command line; each part is what its own command measures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from recto.benchmarks import answers, quality, report, result_files, runs, speed_run
from recto.benchmarks.datasets import Dataset
from recto.engine.errors import RectoError
from recto.engine.strategies.registry import DEFAULT

if TYPE_CHECKING:
    from recto.engine.answering.protocol import Answerer
    from recto.indexing.progress import Progress

WAYS = (DEFAULT, "patches", "rows", "words", "single")
"""What a search does, single arms of it, and one vector a page."""
REPORTS = ("report.html", "report.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to measure."""

    questions: str
    documents: Path | None
    """Both as `datasets.open_dataset` takes them."""
    dataset: Dataset
    """What it makes of them."""
    ways: Sequence[str] = WAYS
    encoder: str | None = None
    unanswerable: Sequence[Path] = ()
    answerer: Answerer | None = None
    answering: Mapping[str, object] = field(default_factory=dict)
    """These three as in `answers.run`."""
    pages: int = 1000
    peers: Sequence[str] = ()
    prose: Sequence[int] = ()
    clusters: Sequence[int] = ()
    """These four as in `speed_run.run`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Where, and how it is told."""

    folder: Path
    """Of what is saved; made if need be."""
    library: Path
    """Of the documents, which are indexed once."""
    command: str
    """What the user typed."""
    on_step: Callable[[str], None] = lambda step: None
    on_progress: Callable[[Progress], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of it."""

    reports: tuple[Path, ...]
    failed: tuple[tuple[str, RectoError], ...]
    """Parts that could not be measured, and why."""


def measure(wanted: Wanted, run: Run) -> Measured:
    """All parts, one after the other, and the reports of those that there are now.

    Answers are measured where questions are a file: other data sets say nothing of answers. Raises
    the error of the first part where all fail.
    """
    parts = {"quality": _quality, "answers": _answers, "speed": _speed}
    if wanted.documents is None:
        del parts["answers"]
    failed = []
    for name, part in parts.items():
        run.on_step(name)
        try:
            part(wanted, run)
        except RectoError as error:
            failed.append((name, error))
    if len(failed) == len(parts):
        raise failed[0][1]
    done = parts.keys() - {name for name, _ in failed}
    results = result_files.load_all(run.folder / f"{name}.json" for name in parts if name in done)
    for name in REPORTS:
        report.write(results, run.folder / name)
    return Measured(
        reports=tuple(run.folder / name for name in REPORTS),
        failed=tuple(failed),
    )


def _quality(wanted: Wanted, run: Run) -> None:
    measured = quality.run(
        wanted.questions,
        wanted.documents,
        ways=wanted.ways,
        library_folder=run.library,
        encoder=wanted.encoder,
        name=wanted.dataset.name,
        on_progress=run.on_progress,
    )
    runs.save(measured, run.folder, command=run.command)


def _answers(wanted: Wanted, run: Run) -> None:
    compared = answers.run(
        wanted.questions,
        wanted.dataset.documents,
        unanswerable=wanted.unanswerable,
        library_folder=run.library,
        encoder=wanted.encoder,
        answerer=wanted.answerer,
        settings=wanted.answering,
        output=run.folder / answers.LOG,
        on_progress=run.on_progress,
    )
    answers.save(compared, run.folder, command=run.command)


def _speed(wanted: Wanted, run: Run) -> None:
    data = speed_run.run(
        pages=wanted.pages,
        peers=wanted.peers,
        asked=speed_run.Asked(dataset=wanted.dataset, library=run.library, encoder=wanted.encoder),
        prose=wanted.prose,
        clusters=wanted.clusters,
        on_step=run.on_step,
    )
    result_files.save(run.folder, kind="speed", command=run.command, data=data)
