"""`recto ask`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recto.engine.errors import InputError

from .adding import add_documents, code_of, require_some
from .console import hanging, plain, plain_lines, write, write_json, write_paths
from .evidence import ANSWERS, Written, draw
from .failures import ExitCode
from .filters import DocumentOption, PagesOption, TagOption, parse_pages, require_question
from .opening import EncoderOption, TrustOption, open_existing, open_or_make
from .pictures import slug
from .search import label
from .settings import JsonOption, LibraryOption, QuietOption, Settings, argument, chosen

if TYPE_CHECKING:
    from recto.library import Library
    from recto.results import Answer, Citation


def ask(
    context: typer.Context,
    question: Annotated[str, argument("QUESTION")],
    paths: Annotated[list[Path] | None, argument("PATH")] = None,
    document: DocumentOption = None,
    tag: TagOption = None,
    pages: PagesOption = None,
    pictures: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where the pictures of the cited pages go; else answers/ in the library.",
            show_default=False,
        ),
    ] = None,
    no_pictures: Annotated[bool, typer.Option("--no-pictures", help="Write no pictures.")] = False,
    encoder: EncoderOption = None,
    trust_remote_code: TrustOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Answer a question, and show the pages that support it.

    Every statement is quoted from a page, and the pictures of these pages are written with the
    quotes marked. When the documents do not answer the question, it says so.

    PATH is a file or a folder that is added first; the question is then asked of these alone.

    \b
    Examples:
      recto ask "What was capital expenditure in 2018?"
      recto ask "How long is the warranty?" manuals/ --pictures evidence/
    """
    settings = chosen(context, library=library, as_json=as_json, quiet=quiet)
    confined = parse_pages(pages)
    require_question(question)
    if paths:
        require_some(paths)
        opening = open_or_make(settings, encoder=encoder, trust=trust_remote_code)
    else:
        _refuse_encoder(encoder)
        opening = open_existing(settings, trust=trust_remote_code)
    with opening as opened:
        code, wanted = _added(opened, paths or [], settings, document)
        answer = opened.ask(question, documents=wanted, tags=tag or None, pages=confined)
        folder = pictures or settings.folder / ANSWERS / slug(question)
        written = None if no_pictures else draw(answer, folder, fresh=pictures is None)
    _report(answer, written, settings)
    raise typer.Exit(max(code, ExitCode.PARTLY if written and written.failed else ExitCode.FINE))


def _refuse_encoder(encoder: str | None) -> None:
    if encoder is not None:
        raise typer.BadParameter(
            "a library that is there has its encoder; choose one when documents are added.",
            param_hint="--encoder",
        )


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


def _report(answer: Answer, written: Written | None, settings: Settings) -> None:
    if settings.json:
        write_json(_as_json(answer, written))
        return
    write(plain_lines(answer.text))
    if answer.citations:
        _write_citations(answer.citations)
    if written and written.pictures:
        write("", "Pictures of the cited pages, with the quotes marked:")
        write_paths(*(picture.path for picture in written.pictures))


def _write_citations(citations: Sequence[Citation]) -> None:
    from rich.text import Text

    documents = [citation.document for citation in citations]
    write("")
    for number, citation in enumerate(citations, 1):
        text = Text.assemble(
            (label(citation.document, documents), "bold"),
            f", page {citation.page}: “{plain(citation.quote)}”",
        )
        write(hanging(Text(f"  [{number}] ", "dim"), text))


def _as_json(answer: Answer, written: Written | None) -> dict[str, Any]:
    value = answer.as_json()
    if written is not None:
        value["pictures"] = [picture.as_json() for picture in written.pictures]
    return value
