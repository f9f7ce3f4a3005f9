"""The command `recto`: its commands, and the options that may stand before their names."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from . import (
    add,
    ask,
    bench,
    classify,
    convert,
    doctor,
    documents,
    encoders,
    illustrate,
    mcp,
    moving,
    plan,
    reencode,
    search,
    serve,
    show,
)
from .failures import Commands, show_warnings
from .settings import JsonOption, QuietOption

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,  # Rich would double the time that --help takes
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"recto {version('recto')}")
        raise typer.Exit


@app.callback(
    epilog="Exit codes: 0 fine; 1 some documents failed or pages were skipped, the rest is "
    "indexed; 2 usage or bad input; 3 no such library, document or page; 4 a key is missing or "
    "refused; 5 the store, the encoder's server or the model's does not answer; 130 interrupted."
)
def recto(
    library: Annotated[
        str | None,
        typer.Option(
            "--library",
            "-l",
            metavar="DIR|URL",
            envvar="RECTO_LIBRARY",
            show_envvar=False,
            show_default=False,
            help="The library's folder, or http://HOST:6333/NAME on a Qdrant server, its key in "
            "$RECTO_QDRANT_KEY; else $RECTO_LIBRARY, else .recto in the working folder.",
        ),
    ] = None,
    tenant: Annotated[
        str | None,
        typer.Option(
            "--tenant",
            metavar="NAME",
            envvar="RECTO_TENANT",
            show_envvar=False,
            show_default=False,
            help="Whose documents are meant, in a library with those of several; else "
            "$RECTO_TENANT.",
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask your documents, and see the pages that answer.

    \b
    Index a folder, then ask:
      recto add reports/
      recto ask "What was capital expenditure in 2018?"
    Or both at once:
      recto ask "What was capital expenditure in 2018?" reports/

    --library, --tenant, --json and --quiet may stand before or after the name of a command.
    Progress and errors go to stderr, results to stdout.
    """


app.command()(add.add)
app.command()(search.search)
app.command()(classify.classify)
app.command()(ask.ask)
app.command()(illustrate.illustrate)
app.command("list")(documents.list_documents)
app.command()(show.show)
app.command()(documents.remove)
app.command()(reencode.reencode)
app.command()(moving.copy)
app.command()(moving.export)
app.command("import")(moving.import_)
app.command("import-byaldi")(moving.import_byaldi)
app.command()(encoders.encoders)
app.command()(convert.convert_imagebind)
app.command()(plan.plan)
app.command()(doctor.doctor)
app.command()(serve.serve)
app.command()(mcp.mcp)
app.add_typer(serve.keys, name="keys")
app.command("config")(serve.show_config)
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a quote may not fit the locale's encoding
    show_warnings()
    app(prog_name="recto")


if __name__ == "__main__":
    main()
