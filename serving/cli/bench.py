"""`recto bench`."""

from __future__ import annotations

import typer

from .bench_all import everything
from .bench_answers import answers
from .bench_quality import quality
from .bench_reports import compare, report
from .bench_speed import peers, speed

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def bench() -> None:
    """Measure how well pages are found, how fast, and how good answers are.

    \b
    Example:
      recto bench quality examples/questions.jsonl examples/
    """


app.command("all")(everything)
app.command()(quality)
app.command()(answers)
app.command()(speed)
app.command()(peers)
app.command()(report)
app.command()(compare)
