"""`recto bench speed` and `recto bench peers`."""

from __future__ import annotations

import shlex
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from .bench_options import EncoderOption, LibraryOption, PeersOption, named_before
from .console import write, write_json
from .settings import JsonOption, argument, chosen


def speed(
    context: typer.Context,
    questions: Annotated[str | None, argument("QUESTIONS")] = None,
    documents: Annotated[Path | None, argument("FOLDER")] = None,
    pages: Annotated[
        int,
        typer.Option("--pages", metavar="N", min=0, help="Of a PDF to add and search; 0: none."),
    ] = 1000,
    clusters: Annotated[
        str,
        typer.Option(
            "--clusters", metavar="N,...", help="Sizes of collections of made-up vectors."
        ),
    ] = "",
    prose: Annotated[
        str,
        typer.Option(
            "--prose",
            metavar="N,...",
            help="Sizes of collections of real text by the built-in encoder.",
        ),
    ] = "",
    peers: PeersOption = "none",
    count: Annotated[
        int, typer.Option("--questions", metavar="N", min=1, help="To put to each collection.")
    ] = 40,
    encoder: EncoderOption = None,
    sets: Annotated[
        Path | None,
        typer.Option(
            "--sets",
            metavar="DIR",
            help="Keep collections here, to make them only once.",
            show_default=False,
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="DIR",
            help="Write what `recto bench report` reads.",
            show_default=False,
        ),
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how fast documents are added and searched, and how large a library is.

    QUESTIONS and FOLDER, as recto bench quality takes them, are searched as they are. Other engines
    are measured on the same pages, question by question; those that cannot be run are named with
    the reason. Use an idle machine: times are on the clock.

    \b
    Example:
      recto bench peers byaldi fast_plaid
      recto bench speed --clusters 1000,5000 --peers all --save results/
      recto bench speed examples/questions.jsonl examples/documents --peers all
    """
    from recto.benchmarks.datasets import open_dataset
    from recto.benchmarks.result_files import result
    from recto.benchmarks.result_files import save as write_result
    from recto.benchmarks.speed_run import Asked, run

    with tempfile.TemporaryDirectory(prefix="recto-bench-") as made:
        data = run(
            pages=pages,
            asked=Asked(
                dataset=open_dataset(questions, documents, Path(made)),
                library=library or named_before(context),
                encoder=encoder,
            )
            if questions
            else None,
            clusters=sizes(clusters),
            prose=sizes(prose),
            peers=engines(peers),
            questions=count,
            sets=sets,
            on_step=telling,
        )
    command = shlex.join(["recto", *sys.argv[1:]])
    if save is not None:
        write_result(save, kind="speed", command=command, data=data)
    if chosen(context, as_json=as_json).json:
        write_json(data)
        return
    from recto.benchmarks.report_parts import Table, Text
    from recto.benchmarks.report_speed import sections

    for section in sections([result(kind="speed", command=command, data=data)]):
        write(section.title)
        for part in section.parts:
            if isinstance(part, Table):
                write(*("  ".join(row) for row in [part.head, *part.rows]))
            elif isinstance(part, Text):
                write(part.text)


def peers(
    names: Annotated[list[str] | None, argument("NAME...")] = None,
) -> None:
    """Install other engines to measure beside, each in an environment of its own.

    Without a NAME all of them; some take gigabytes. They are installed with uv, from the package
    index that it is configured for.

    \b
    Example:
      recto bench peers maxsim_cpu fast_plaid
    """
    from recto.benchmarks.search.peers import PEERS, home, install
    from recto.engine.errors import InputError

    failed = []
    for name in names or PEERS:
        try:
            install(name)
            write(f"{name}: {home() / name}")
        except InputError as error:
            failed.append(name)
            write(f"{name}: {error}")
    if failed:
        raise InputError(f"Not installed: {', '.join(failed)}.")


def telling(step: str) -> None:
    """Say what is measured now, where it is in nobody's way."""
    typer.echo(f"Measuring {step} ...", err=True)


def engines(text: str) -> list[str]:
    """Names of peers."""
    from recto.benchmarks.search.peers import NAMES

    return {"all": list(NAMES), "none": []}.get(text, text.split(","))


def sizes(text: str) -> list[int]:
    from recto.engine.errors import InputError

    try:
        return [int(size) for size in text.split(",") if size]
    except ValueError as error:
        raise InputError(f"Sizes are {text!r}; expected numbers such as 1000,5000.") from error
