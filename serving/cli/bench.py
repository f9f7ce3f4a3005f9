"""`recto bench`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .bench_answers import answers, named_before
from .console import write, write_json
from .progress import progress_bar
from .settings import JsonOption, QuietOption, argument, chosen

if TYPE_CHECKING:
    from recto.benchmarks.quality import Quality

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def bench() -> None:
    """Measure how well pages are found, and how good answers are.

    \b
    Example:
      recto bench quality examples/questions.jsonl examples/
    """


@app.command()
def quality(
    context: typer.Context,
    questions: Annotated[
        Path,
        argument("QUESTIONS.jsonl"),
    ],
    documents: Annotated[
        Path,
        argument("FOLDER"),
    ],
    within_document: Annotated[
        bool,
        typer.Option(
            "--within-document", help="Search only the documents of a question's relevant pages."
        ),
    ] = False,
    library: Annotated[
        str | None,
        typer.Option(
            "--library",
            "-l",
            metavar="DIR|URL",
            help="Keep the library here, to index only once; else it is a temporary one.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Index documents, ask questions, and count how high the right pages rank.

    QUESTIONS.jsonl holds an object a line, with the pages that answer the question:

    \b
      {"question": "...", "relevant": [{"document": "report.pdf", "page": 7}]}

    FOLDER holds the documents that the questions name.

    \b
    Example:
      recto bench quality examples/questions.jsonl examples/ --json
    """
    from recto.benchmarks.quality import run

    settings = chosen(context, library=library, as_json=as_json, quiet=quiet)
    with progress_bar(settings) as on_progress:
        measured = run(
            questions,
            documents,
            within_document=within_document,
            library_folder=library or named_before(context),
            on_progress=on_progress,
        )
    if settings.json:
        write_json(measured.as_json())
    else:
        write(*_table(measured))


def _table(measured: Quality) -> list[str]:
    return [
        f"{name.replace('_', ' '):<18} {value:>8.3f}"
        if isinstance(value, float)
        else f"{name:<18} {value:>8,}"
        for name, value in measured.as_json().items()
    ]


app.command()(answers)
