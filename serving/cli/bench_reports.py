"""`recto bench report` and `recto bench compare`: what was measured, told and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import write, write_json
from .settings import JsonOption, argument, chosen


def report(
    results: Annotated[list[Path], argument("RESULT...")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Ends in .html, or .md for Markdown."),
    ] = Path("report.html"),
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="What stands above it.")
    ] = "Measurements",
) -> None:
    """Make one page of results, with tables and plots, to read and to pass on.

    RESULT is a folder that `recto bench ... --save` wrote, or one with several of them. The page is
    one file that needs nothing else: no script, no network. Markdown has its plots in a folder
    beside it.

    \b
    Example:
      recto bench quality examples/questions.jsonl examples/ --save results/
      recto bench report results/ -o report.html
    """
    from recto.benchmarks.report import write as write_report
    from recto.benchmarks.result_files import load_all
    from recto.engine.errors import InputError

    if output.suffix not in (".html", ".md"):
        raise InputError(f"Cannot write a report as {output.name}; expected .html or .md.")
    write_report(load_all(results), output, title=title)
    write(str(output))


def compare(
    context: typer.Context,
    first: Annotated[Path, argument("A")],
    second: Annotated[Path, argument("B")],
    as_json: JsonOption = False,
) -> None:
    """Say what result B has more than A, question by question, and whether that may be chance.

    A and B are folders that `recto bench quality --save` wrote, of the same questions; documents,
    encoder and everything else may differ, which is told. The interval is that of 95 %, by
    bootstrap; p is by randomisation of pairs: how often two runs that are equally good would differ
    as much. The second p is adjusted, by Holm, for as many comparisons as are made here.

    \b
    Example:
      recto bench compare before/ after/
    """
    from recto.benchmarks.report_compare import Compared, compare
    from recto.benchmarks.result_files import load
    from recto.benchmarks.runs import measurements

    found = compare(measurements(load(first)), measurements(load(second)))
    if chosen(context, as_json=as_json).json:
        compared = [one.as_json() for one in found.compared]
        write_json({"compared": compared, "left": list(found.left)})
        return

    def line(one: Compared) -> str:
        gain = one.difference
        return (
            f"{one.measure:<10} {one.first:.3f} -> {one.second:.3f}  {gain.mean:+.3f}"
            f" ({gain.low:+.3f} to {gain.high:+.3f})  p = {gain.p:.4f}, {one.p_holm:.4f}"
            f"  better {gain.better}, worse {gain.worse}"
        )

    for name in dict.fromkeys((one.dataset, one.way, one.differs) for one in found.compared):
        dataset, way, differs = name
        write(f"{dataset}, {way}:", *(f"  {what}" for what in differs))
        same = (one for one in found.compared if (one.dataset, one.way, one.differs) == name)
        write(*(line(one) for one in same))
    write(*(f"Not compared: {what}" for what in found.left))
