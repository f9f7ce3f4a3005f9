"""Lets a model write summaries, for the commands that add documents and compare strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .adding import counted, list_failures, outcome_as_json
from .answers import took
from .console import note
from .progress import progress_bar
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recto.indexing.summariser import Summariser, SummaryReport
    from recto.library import Library


def summarise(
    library: Library, summariser: Summariser, settings: Settings, *, documents: Sequence[str]
) -> SummaryReport:
    """Under a progress bar; list on stderr which pages failed, and why."""
    with progress_bar(settings) as on_progress:
        report = library.summarise(summariser, documents=documents, on_progress=on_progress)
    for outcome in report.outcomes:
        list_failures(outcome)
    if not settings.quiet:
        asked = f" {took(report.usage)}" if report.pages else ""
        note(f"Summarised {counted(report.pages, 'page')}.{asked}")
    return report


def summaries_as_json(report: SummaryReport) -> dict[str, Any]:
    """A report as `recto add --summaries --json` prints it."""
    usage = report.usage
    return {
        "documents": [outcome_as_json(outcome) for outcome in report.outcomes],
        "pages": report.pages,
        "seconds": round(report.seconds, 3),
        "complete": report.complete,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "images": usage.images,
        "cost": usage.cost,
    }
