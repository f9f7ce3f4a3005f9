"""`recto ask`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from recto.engine.errors import InputError

from .adding import add_documents, code_of, require_some
from .answers import report, show_while_written, tell_step
from .conversation import ContinueOption, keep_turn, read_turns
from .endpoint import AllowHttpOption
from .evidence import ANSWERS, draw
from .failures import ExitCode
from .filters import (
    DocumentOption,
    PagesOption,
    TagOption,
    WhereOption,
    parse_pages,
    require_question,
)
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
    UnsupportedOption,
)
from .opening import EncoderOption, EncoderSettingOption, TrustOption, open_existing, open_or_make
from .pictures import slug
from .settings import (
    JsonOption,
    LibraryOption,
    QuietOption,
    Settings,
    TenantOption,
    argument,
    chosen,
)
from .strategy import StrategyOption

if TYPE_CHECKING:
    from recto.engine.answering.protocol import Answerer
    from recto.engine.answering.turns import Turn
    from recto.library import Library
    from recto.results import Answer


def ask(
    context: typer.Context,
    question: Annotated[str, argument("QUESTION")],
    paths: Annotated[list[Path] | None, argument("PATH")] = None,
    document: DocumentOption = None,
    tag: TagOption = None,
    pages: PagesOption = None,
    where: WhereOption = None,
    strategy: StrategyOption = "default",
    pictures: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where the pictures of the cited pages go; else answers/ in the library.",
            show_default=False,
        ),
    ] = None,
    no_pictures: Annotated[bool, typer.Option("--no-pictures", help="Write no pictures.")] = False,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    no_images: NoImagesOption = False,
    unsupported: UnsupportedOption = False,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    max_cost: MaxCostOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_http: AllowHttpOption = False,
    goes_on: ContinueOption = False,
    deep: DeepOption = False,
    encoder: EncoderOption = None,
    encoder_setting: EncoderSettingOption = None,
    trust_remote_code: TrustOption = False,
    library: LibraryOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Answer a question, and show the pages that support it.

    Every statement is quoted from a page, and the pictures of these pages are written with the
    quotes marked. When the documents do not answer the question, it says so.

    PATH is a file or a folder that is added first; the question is then asked of these alone.

    With --model, a vision model answers from the best pages. Each of its statements is checked:
    its quotes must stand on a page that it was given, word for word, and its numbers, too. What
    fails is asked for once more, then left out. With --continue it understands a question such as
    "and the year before?" by what was asked last; the conversation is kept in the library's folder.

    \b
    Examples:
      recto ask "What was capital expenditure in 2018?"
      recto ask "How long is the warranty?" manuals/ --pictures evidence/
      recto ask "How did margins develop?" --model gpt-5-mini
      recto ask "And the year before?" --continue --model gpt-5-mini
      recto ask "Which region grew most, and why?" --deep --model gpt-5-mini
      recto ask "Who signed?" -m qwen3-vl:8b --base-url http://localhost:11434/v1
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json, quiet=quiet)
    confined = parse_pages(pages)
    require_question(question)
    choice = ModelChoice(
        model=model,
        base_url=base_url,
        images=not no_images,
        unsupported=unsupported,
        price_in=price_in,
        price_out=price_out,
        max_cost=max_cost,
        timeout=timeout,
        cache=cache,
        allow_http=allow_http,
        deep=deep,
    )
    made_by = _EncoderChoice(encoder, trust_remote_code, encoder_setting)
    opening = _opening(settings, paths or [], made_by)
    with choice.answerer(settings) as answerer, opening() as opened:
        code, wanted = _added(opened, paths or [], settings, document)
        history = read_turns(opened.folder) if goes_on else []
        how = _How(wanted, tag or None, confined, where, strategy, answerer, history)
        shown = answerer is not None and sys.stdout.isatty() and not settings.json and not deep
        answer = _answer(opened, question, how, settings, deep=deep, streaming=shown)
        keep_turn(opened.folder, history, answer)
        folder = pictures or opened.folder / ANSWERS / slug(question)
        written = None if no_pictures else draw(answer, folder, fresh=pictures is None)
    report(answer, written, settings, shown=shown)
    raise typer.Exit(max(code, ExitCode.PARTLY if written and written.failed else ExitCode.FINE))


class _How(NamedTuple):
    """Which part of the library is asked, how pages are found in it, and who answers."""

    documents: list[str] | None
    tags: list[str] | None
    pages: tuple[int | None, int | None] | None
    where: str | None
    strategy: str
    answerer: Answerer | None
    history: list[Turn]


def _answer(
    library: Library, question: str, how: _How, settings: Settings, *, deep: bool, streaming: bool
) -> Answer:
    """The answer, shown while it is written if that is wanted."""
    asked = how._asdict()
    if streaming:
        return show_while_written(library.ask_stream(question, **asked))
    if deep and not settings.quiet:
        return library.ask(question, **asked, deep=True, on_step=tell_step)
    return library.ask(question, **asked, deep=deep)


class _EncoderChoice(NamedTuple):
    """The encoder of a library that is to be made."""

    name: str | None
    trust: bool
    settings: list[str] | None


def _opening(
    settings: Settings, paths: Sequence[Path], encoder: _EncoderChoice
) -> Callable[[], Library]:
    """How the library is opened; refused beforehand where there is nothing to open or to add."""
    if paths:
        require_some(paths)
        return partial(
            open_or_make,
            settings,
            encoder=encoder.name,
            trust=encoder.trust,
            encoder_settings=encoder.settings,
        )
    for option, given in (("--encoder", encoder.name), ("--encoder-setting", encoder.settings)):
        if given:
            raise typer.BadParameter(
                "a library that is there has its encoder; choose one when documents are added.",
                param_hint=option,
            )
    return partial(open_existing, settings, trust=encoder.trust)


def _added(
    library: Library, paths: Sequence[Path], settings: Settings, documents: list[str] | None
) -> tuple[ExitCode, list[str] | None]:
    """Add `paths` and confine the question to them, unless documents are named."""
    if not paths:
        return ExitCode.FINE, documents or None
    report = add_documents(library, paths, settings)
    folders = [os.path.abspath(path) for path in paths]
    # The report also has documents that an earlier, interrupted command left to be completed.
    added = [
        outcome.document_id
        for outcome in report.outcomes
        if outcome.kind != "failed" and any(outcome.path.is_relative_to(f) for f in folders)
    ]
    if not added:
        raise InputError("There is no document to ask; none of these paths gave one.")
    return code_of(report), documents or added
