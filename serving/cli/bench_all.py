"""`recto bench all`."""

from __future__ import annotations

import shlex
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from .bench_options import EncoderOption, LibraryOption, PeersOption, named_before
from .bench_speed import engines, sizes, telling
from .console import write, write_json
from .models import BaseUrlOption, ModelChoice, ModelOption
from .progress import progress_bar
from .settings import JsonOption, QuietOption, argument, chosen


def everything(
    context: typer.Context,
    questions: Annotated[str, argument("QUESTIONS")],
    documents: Annotated[Path | None, argument("FOLDER")] = None,
    saved: Annotated[
        Path, typer.Option("--save", metavar="DIR", help="Where results and reports are written.")
    ] = Path("results"),
    strategies: Annotated[
        list[str] | None,
        typer.Option(
            "--strategy",
            metavar="NAME",
            help="As in recto bench quality; else default, patches, rows, words and single, and"
            " with all peers bm25s and bm25s-stemmed.",
            show_default=False,
        ),
    ] = None,
    encoder: EncoderOption = None,
    unanswerable: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="As in recto bench answers."),
    ] = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    pages: Annotated[
        int,
        typer.Option("--pages", metavar="N", min=0, help="Of a PDF to add and search; 0: none."),
    ] = 1000,
    peers: PeersOption = "all",
    prose: Annotated[
        str, typer.Option("--prose", metavar="N,...", help="As in recto bench speed.")
    ] = "",
    clusters: Annotated[
        str, typer.Option("--clusters", metavar="N,...", help="As in recto bench speed.")
    ] = "",
    library: LibraryOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure quality, answers and speed on the same documents, and write one report of all.

    QUESTIONS and FOLDER are what recto bench quality takes. Other engines search the same vectors;
    recto bench peers installs them, and those that do not run are named with the reason. DIR has
    report.html, report.md with its plots, and what they are made of. A part that fails leaves the
    others to go on; the exit code then says so.

    \b
    Example:
      recto bench peers
      recto bench all examples/questions.jsonl examples/documents \\
        --unanswerable examples/unanswerable.jsonl --save results/
    """
    from recto.benchmarks import lexical
    from recto.benchmarks.datasets import open_dataset
    from recto.benchmarks.everything import WAYS, Run, Wanted, measure
    from recto.engine.errors import InputError

    settings = chosen(context, as_json=as_json, quiet=quiet)
    choice = ModelChoice(model=model, base_url=base_url)
    with (
        tempfile.TemporaryDirectory(prefix="recto-bench-") as made,
        choice.answerer(settings) as answerer,
        progress_bar(settings) as on_progress,
    ):
        wanted = Wanted(
            questions=questions,
            documents=documents,
            dataset=open_dataset(questions, documents, Path(made, "documents")),
            ways=strategies or (*WAYS, *(lexical.WAYS if peers == "all" else ())),
            encoder=encoder,
            unanswerable=unanswerable or (),
            answerer=answerer,
            answering={"model": model, "base_url": base_url} if model else {},
            pages=pages,
            peers=engines(peers),
            prose=sizes(prose),
            clusters=sizes(clusters),
        )
        measured = measure(
            wanted,
            Run(
                folder=saved,
                library=Path(library or named_before(context) or Path(made, "library")),
                command=shlex.join(["recto", *sys.argv[1:]]),
                on_step=telling,
                on_progress=on_progress,
            ),
        )
    if settings.json:
        write_json({"reports": [str(path) for path in measured.reports]})
    else:
        write(*(str(path) for path in measured.reports))
    if measured.failed:
        told = " ".join(f"{name}: {error}" for name, error in measured.failed)
        raise InputError(f"Not measured: {told}")
