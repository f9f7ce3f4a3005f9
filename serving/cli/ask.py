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
from .answers import report, show_while_written
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
    MaxCostOption,
    ModelChoice,
    ModelOption,
    NoImagesOption,
    PriceInOption,
    PriceOutOption,
    TimeoutOption,
    UnsupportedOption,
)
from .opening import EncoderOption, TrustOption, open_existing, open_or_make
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
    encoder: EncoderOption = None,
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
    fails is asked for once more, then left out.

    \b
    Examples:
      recto ask "What was capital expenditure in 2018?"
      recto ask "How long is the warranty?" manuals/ --pictures evidence/
      recto ask "How did margins develop?" --model gpt-5-mini
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
    )
    opening = _opening(settings, paths or [], encoder, trust_remote_code)
    with choice.answerer(settings) as answerer, opening() as opened:
        code, wanted = _added(opened, paths or [], settings, document)
        part = _Part(wanted, tag or None, confined, where, strategy)
        shown = answerer is not None and sys.stdout.isatty() and not settings.json
        answer = _answer(opened, question, part, answerer, streaming=shown)
        folder = pictures or opened.folder / ANSWERS / slug(question)
        written = None if no_pictures else draw(answer, folder, fresh=pictures is None)
    report(answer, written, settings, shown=shown)
    raise typer.Exit(max(code, ExitCode.PARTLY if written and written.failed else ExitCode.FINE))


class _Part(NamedTuple):
    """The part of the library that is asked, and how pages are found in it."""

    documents: list[str] | None
    tags: list[str] | None
    pages: tuple[int | None, int | None] | None
    where: str | None
    strategy: str


def _answer(
    library: Library, question: str, part: _Part, answerer: Answerer | None, *, streaming: bool
) -> Answer:
    """The answer, shown while it is written if that is wanted."""
    if streaming:
        return show_while_written(library.ask_stream(question, **part._asdict(), answerer=answerer))
    return library.ask(question, **part._asdict(), answerer=answerer)


def _opening(
    settings: Settings, paths: Sequence[Path], encoder: str | None, trust: bool
) -> Callable[[], Library]:
    """How the library is opened; refused beforehand where there is nothing to open or to add."""
    if paths:
        require_some(paths)
        return partial(open_or_make, settings, encoder=encoder, trust=trust)
    if encoder is not None:
        raise typer.BadParameter(
            "a library that is there has its encoder; choose one when documents are added.",
            param_hint="--encoder",
        )
    return partial(open_existing, settings, trust=trust)


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
