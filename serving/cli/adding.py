"""Adds documents and tells what became of them, for the commands that take paths."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.engine.errors import InputError

from .console import complain, note
from .failures import ExitCode
from .progress import progress_bar, rate
from .settings import Settings

if TYPE_CHECKING:
    from recto.indexing.outcome import AddReport, Outcome
    from recto.library import Library

Metadata = Mapping[str, str | int | float | bool]


def require_some(paths: Sequence[Path]) -> None:
    """Raise InputError when none of these paths exists, before a library is made for them."""
    if not any(os.path.lexists(path) for path in paths):
        listed = ", ".join(str(path) for path in paths)
        raise InputError(f"There is no file or folder {listed}; give paths of documents.")


def add_documents(
    library: Library,
    paths: Sequence[Path],
    settings: Settings,
    *,
    tags: Sequence[str] = (),
    metadata: Metadata | None = None,
    crossmodal: bool = False,
) -> AddReport:
    """Add files and folders under a progress bar; list on stderr what failed, and why."""
    with progress_bar(settings) as on_progress:
        report = library.add(
            *paths, tags=tags, metadata=metadata, crossmodal=crossmodal, on_progress=on_progress
        )
    for outcome in report.outcomes:
        list_failures(outcome)
    if not report.outcomes:
        from recto.indexing.files import KINDS
        from recto.indexing.media.kinds import SUFFIXES

        listed = ", ".join(str(path) for path in paths)
        note(f"No documents in {listed}. recto reads {', '.join(sorted(KINDS | SUFFIXES))}.")
    return report


def list_failures(outcome: Outcome) -> None:
    """Say on stderr what of a document could not be read, and why."""
    if outcome.error is not None:
        message = str(outcome.error)
        named = outcome.path.name in message
        complain(message if named else f"{outcome.path}: {message}", word="failed")
    for number, reason in sorted(outcome.skipped.items()):
        part = f"page {number}" if outcome.pages or not outcome.clips else f"second {number}"
        complain(f"{outcome.path}, {part}: {reason}", word="skipped")


def code_of(report: AddReport) -> ExitCode:
    """The exit code that a report asks for."""
    return ExitCode.FINE if report.complete else ExitCode.PARTLY


def summary(report: AddReport) -> str:
    """A report in one sentence."""
    kinds = [outcome.kind for outcome in report.outcomes]
    parts = [
        f"{kinds.count(kind)} {kind}"
        for kind in ("added", "replaced", "unchanged", "failed")
        if kind in kinds
    ]
    text = f"Documents: {', '.join(parts) or 'none'}."
    if report.pages:
        speed = rate(report.pages, report.seconds)
        text += f" Read {counted(report.pages, 'page')} in {report.seconds:.1f} s ({speed})."
    if report.clips:
        text += f" Encoded {counted(report.clips, 'clip')}."
    return text


def as_json(report: AddReport) -> dict[str, Any]:
    """A report as `recto add --json` prints it."""
    return {
        "documents": [outcome_as_json(outcome) for outcome in report.outcomes],
        "pages": report.pages,
        "clips": report.clips,
        "seconds": round(report.seconds, 3),
        "complete": report.complete,
    }


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """What became of one document, for `--json`."""
    error = outcome.error
    return {
        "path": str(outcome.path),
        "outcome": outcome.kind,
        "document_id": outcome.document_id,
        "pages": outcome.pages,
        "clips": outcome.clips,
        "skipped": {str(number): reason for number, reason in outcome.skipped.items()},
        "error": error and {"kind": type(error).__name__, "message": str(error)},
    }


def counted(number: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
