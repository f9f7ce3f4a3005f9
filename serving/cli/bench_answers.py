"""`recto bench answers`."""

from __future__ import annotations

import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .bench_options import EncoderOption, LibraryOption, named_before
from .console import write, write_json
from .endpoint import AllowHttpOption
from .models import (
    BaseUrlOption,
    CacheOption,
    DeepOption,
    MaxCostOption,
    ModelChoice,
    ModelOption,
    NoImagesOption,
    PriceInOption,
    PriceOutOption,
    TimeoutOption,
)
from .opening import EncoderSettingOption, parse_settings
from .progress import progress_bar
from .settings import JsonOption, QuietOption, argument, chosen

if TYPE_CHECKING:
    from recto.benchmarks.answer_figures import Comparison

_NAMES = 24
"""Columns of the names of figures."""
_WIDE = 20
"""Of a strategy's figures."""


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
            help="default, single, crossmodal, summaries or summaries-pages; may be given again."
            " Else default.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write each question and its answer here as it comes, one a line. The same command"
            " goes on where it was interrupted; else DIR/answers.jsonl of --save.",
        ),
    ] = None,
    saved: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="DIR",
            help="Write every question, and what `recto bench report` reads.",
            show_default=False,
        ),
    ] = None,
    encoder: EncoderOption = None,
    encoder_setting: EncoderSettingOption = None,
    deep: DeepOption = False,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    no_images: NoImagesOption = False,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    max_cost: MaxCostOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_http: AllowHttpOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Index documents, ask questions by one strategy or several, and count what is right.

    QUESTIONS.jsonl is what `recto bench quality` takes; "answer" beside a question is what should
    be told. Counted are, of the answers: cited pages that answer (precision), pages that answer and
    are cited (recall), quotes that stand on their page, and the terms and numbers of "answer" that
    are told, with intervals of 95 %; and how many questions were refused, answerable and not. No
    model judges.

    Without --model, answers are extractive. With it, what the model said before it was checked is
    counted: quotes that it invented, statements that were repaired or dropped. It also writes the
    summaries that a strategy needs; --max-cost is for one question, and once for all summaries.

    \b
    Examples:
      recto bench answers examples/questions.jsonl examples/documents --strategy default \\
        --strategy single --unanswerable examples/unanswerable.jsonl
      recto bench answers questions.jsonl reports/ --model gpt-5-mini --save results/
    """
    from recto.benchmarks.answers import LOG, run, save
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
        deep=deep,
    )
    about = {"model": model, "base_url": base_url, "images": not no_images} if model else {}
    with ExitStack() as stack:
        answerer = stack.enter_context(choice.answerer(settings))
        wanted = model and set(names) & set(NEED_SUMMARIES)
        compared = run(
            questions,
            documents,
            unanswerable=unanswerable or (),
            strategies=names,
            library_folder=library or named_before(context),
            encoder=encoder,
            encoder_settings=parse_settings(encoder_setting or ()),
            deep=deep,
            settings=about,
            answerer=answerer,
            summariser=stack.enter_context(choice.summariser(settings)) if wanted else None,
            output=output or (saved and saved / LOG),
            on_progress=stack.enter_context(progress_bar(settings)),
        )
    if saved is not None:
        save(compared, saved, command=shlex.join(["recto", *sys.argv[1:]]))
    if settings.json:
        write_json(compared.as_json())
    else:
        write(*_table(compared))


def _table(compared: Comparison) -> list[str]:
    """A column a strategy, with intervals; figures that there are for none of them are left out."""
    columns = [(answers.as_json(), answers.intervals()) for answers in compared.answers.values()]
    rows = [" " * _NAMES + "".join(f"{name:>{_WIDE}}" for name in compared.answers)]
    for name in columns[0][0]:
        if any(figures[name] is not None for figures, _ in columns):
            cells = (_figure(figures[name], spread.get(name)) for figures, spread in columns)
            line = "".join(f"{cell:>{_WIDE}}" for cell in cells)
            rows.append(f"{name.replace('_', ' '):<{_NAMES}}{line}")
    return [*rows, f"{'pages':<{_NAMES}}{compared.pages:>{_WIDE},}"]


def _figure(value: float | None, spread: tuple[float, float] | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3f}" if spread is None else f"{value:.3f} ({spread[0]:.2f}-{spread[1]:.2f})"
