"""Results as something to show: one page of HTML with its plots in it, or Markdown with its plots
beside it.

    recto bench quality … --save results/
    recto bench report results/ -o report.html

A page needs no other file and no network. Knows how a report is put together; `report_kinds` names
the modules that tell what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recto.benchmarks.report_kinds import kinds
from recto.benchmarks.report_markdown import Document
from recto.benchmarks.report_page import page, picture
from recto.benchmarks.report_parts import Code, Section, Terms
from recto.benchmarks.result_files import Result

TITLE = "Measurements"


def html(results: Sequence[Result], *, title: str = TITLE) -> str:
    """A whole page, of at least one result. Raises InputError for results that it cannot tell."""
    return page(title, _lead(results), _sections(results))


def markdown(results: Sequence[Result], *, folder: str, title: str = TITLE) -> Document:
    """The text and its plots, which it expects in `folder`; raises as `html`."""
    return Document(title, _lead(results), _sections(results), folder=folder)


def write(results: Sequence[Result], path: Path, *, title: str = TITLE) -> None:
    """Into a file that ends in .md, its plots into a folder beside it; or one page of HTML."""
    if path.suffix != ".md":
        path.write_text(html(results, title=title), encoding="utf-8")
        return
    folder = path.with_name(f"{path.stem}-figures")
    document = markdown(results, folder=folder.name, title=title)
    folder.mkdir(exist_ok=True)
    for name, svg in document.plots.items():
        (folder / name).write_text(picture(svg), encoding="utf-8")
    path.write_text(document.text, encoding="utf-8")


def _lead(results: Sequence[Result]) -> str:
    return " ".join(kind.lead(some) for kind, some in kinds(results))


def _sections(results: Sequence[Result]) -> list[Section]:
    told = [section for kind, some in kinds(results) for section in kind.sections(some)]
    return [*told, *(_origin(result) for result in results)]


def _origin(result: Result) -> Section:
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    pairs = [("measured", result.made), *result.machine.items(), ("versions", versions)]
    return Section(
        title=f"How {result.kind} was measured",
        parts=[Code(text=result.command), Terms(pairs=pairs)],
    )
