"""`recto bench answers`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import write, write_json
from .endpoint import AllowHttpOption
from .models import (
    BaseUrlOption,
    CacheOption,
    MaxCostOption,
    ModelChoice,
    ModelOption,
    NoImagesOption,
    PriceInOption,
    PriceOutOption,
    TimeoutOption,
)
from .progress import progress_bar
from .settings import JsonOption, QuietOption, argument, chosen

if TYPE_CHECKING:
    from recto.benchmarks.answers import Comparison

_NAMES = 24
"""Columns of the names of figures."""


def answers(
    context: typer.Context,
    questions: Annotated[Path, argument("QUESTIONS.jsonl")],
    documents: Annotated[Path, argument("FOLDER")],
    unanswerable: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Questions that the documents do not answer; may be given again.",
        ),
    ] = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="default, single, summaries or summaries-pages; may be given again. Else default.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write each question and its answer here, one a line."),
    ] = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    no_images: NoImagesOption = False,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    max_cost: MaxCostOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_http: AllowHttpOption = False,
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
    """Index documents, ask questions by one strategy or several, and count what is right.

    QUESTIONS.jsonl is what `recto bench quality` takes; "answer" beside a question is what should
    be told. Counted are, of the answers: cited pages that answer (precision), pages that answer and
    are cited (recall), quotes that stand on their page, and the terms and numbers of "answer" that
    are told; and how many questions were refused, answerable and not. No model judges.

    Without --model, answers are extractive. With it, the model also writes the summaries that a
    strategy needs; --max-cost is for one question, and once for all summaries.

    \b
    Examples:
      recto bench answers examples/questions.jsonl examples/documents --strategy default \\
        --strategy single --unanswerable examples/unanswerable.jsonl
      recto bench answers questions.jsonl reports/ --model gpt-5-mini --output answers.jsonl
    """
    from recto.benchmarks.answers import run
    from recto.engine.strategies.registry import DEFAULT, NEED_SUMMARIES

    settings = chosen(context, library=library, as_json=as_json, quiet=quiet)
    names = list(dict.fromkeys(strategy or [DEFAULT]))
    choice = ModelChoice(
        model=model,
        base_url=base_url,
        images=not no_images,
        price_in=price_in,
        price_out=price_out,
        max_cost=max_cost,
        timeout=timeout,
        cache=cache,
        allow_http=allow_http,
    )
    with ExitStack() as stack:
        answerer = stack.enter_context(choice.answerer(settings))
        wanted = model and set(names) & set(NEED_SUMMARIES)
        compared = run(
            questions,
            documents,
            unanswerable=unanswerable or (),
            strategies=names,
            library_folder=library or named_before(context),
            answerer=answerer,
            summariser=stack.enter_context(choice.summariser(settings)) if wanted else None,
            output=output,
            on_progress=stack.enter_context(progress_bar(settings)),
        )
    if settings.json:
        write_json(compared.as_json())
    else:
        write(*_table(compared))


def named_before(context: typer.Context) -> str | None:
    """The library of a command line; not that of the environment, which is for real documents."""
    root = context.find_root()
    source = root.get_parameter_source("library")
    named: str | None = root.params["library"]
    return named if source is not None and source.name == "COMMANDLINE" else None


def _table(compared: Comparison) -> list[str]:
    """A column a strategy; figures that there are for none of them are left out."""
    columns = [answers.as_json() for answers in compared.answers.values()]
    wide = max(10, *(len(name) + 2 for name in compared.answers))
    rows = [" " * _NAMES + "".join(f"{name:>{wide}}" for name in compared.answers)]
    for name in columns[0]:
        values = [column[name] for column in columns]
        if any(value is not None for value in values):
            cells = "".join(f"{_figure(value):>{wide}}" for value in values)
            rows.append(f"{name.replace('_', ' '):<{_NAMES}}{cells}")
    return [*rows, f"{'pages':<{_NAMES}}{compared.pages:>{wide},}"]


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
