"""What a question may be, and the options that confine it to some documents and pages."""

from __future__ import annotations

import re
from typing import Annotated

import typer

DocumentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--document",
        "-d",
        metavar="DOCUMENT",
        help="Only this document (name, end of path, or beginning of id); may be given again.",
    ),
]
TagOption = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", "-t", metavar="TAG", help="Only documents with this tag; several: with all."
    ),
]
PagesOption = Annotated[
    str | None,
    typer.Option(
        "--pages",
        metavar="RANGE",
        help="Only these pages of each document: 7, 3-9, 3- or -9.",
        show_default=False,
    ),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        "--where",
        "-w",
        metavar="FILTER",
        help="Only documents of which this holds, such as 'kind = \"pdf\" and meta.year >= 2023'.",
        show_default=False,
    ),
]
_RANGE = re.compile(r"(?P<one>\d+)|(?P<first>\d*)-(?P<last>\d*)", re.ASCII)


def parse_pages(text: str | None) -> tuple[int | None, int | None] | None:
    """First and last page of a range, each None where it is open.

    >>> parse_pages("3-9"), parse_pages("7"), parse_pages("-9")
    ((3, 9), (7, 7), (None, 9))
    """
    if text is None:
        return None
    found = _RANGE.fullmatch(text.strip())
    if found is None or text.strip() == "-":
        raise _wrong(text)
    first = int(found["one"] or found["first"] or 0) or None
    last = int(found["one"] or found["last"] or 0) or None
    if (found["one"] and first is None) or (first and last and first > last):
        raise _wrong(text)
    return first, last


def require_question(question: str) -> None:
    """Raise QuestionError before a library is opened, or documents are indexed, for nothing."""
    from recto.engine.retrieval import check_question

    check_question(question)


def _wrong(text: str) -> typer.BadParameter:
    return typer.BadParameter(
        f"{text!r} is no range of pages; expected 7, 3-9, 3- or -9, counted from 1.",
        param_hint="--pages",
    )
