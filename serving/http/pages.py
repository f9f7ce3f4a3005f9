"""Pages of a document: what they say, where, and how they look."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from recto.results import Page

from .access import Reader
from .libraries import LibraryOf, ServerOf
from .schemas import FullPage, HeatInfo, HeatRequest, PageInfo, PageWord, PageWords

router = APIRouter(
    prefix="/api/libraries/{library}/documents/{document}/pages/{number}", tags=["pages"]
)
Number = Annotated[int, Path(ge=1)]
MIN_WIDTH, MAX_WIDTH = 64, 2560
_QUALITY = 85
_TAG = 32
"""Digits of a document's id that tell its pages from others."""
_FOREVER = "private, max-age=31536000, immutable"
"""A document's id is that of its bytes, so its pages never change; asked for by name they may."""


@router.get("")
def page(opened: LibraryOf, caller: Reader, document: str, number: Number) -> PageInfo:
    """One page, counted from 1, and its text."""
    return PageInfo.model_validate(_as_json(opened.page(document, number)))


@router.get("/words")
def words(opened: LibraryOf, caller: Reader, document: str, number: Number) -> PageWords:
    """Every word of a page with its place."""
    return PageWords(words=_words(opened.page(document, number)))


@router.get(
    "/image",
    response_class=Response,
    responses={
        200: {"content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}},
        304: {"description": "It is the one of If-None-Match."},
    },
)
def image(
    opened: LibraryOf,
    caller: Reader,
    request: Request,
    document: str,
    number: Number,
    width: Annotated[int, Query(ge=MIN_WIDTH, le=MAX_WIDTH)] = 1280,
) -> Response:
    """The picture of a page, in WebP."""
    found = opened.page(document, number)
    by_id = document == found.document.id
    tag = f'"{found.document.id[:_TAG]}-{number}-{width}"'
    headers = {"Cache-Control": _FOREVER if by_id else "private, no-cache", "ETag": tag}
    known = request.headers.get("if-none-match", "")
    if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    stream = io.BytesIO()
    found.image(width).save(stream, "WEBP", quality=_QUALITY)
    return Response(stream.getvalue(), media_type="image/webp", headers=headers)


@router.post("/heat")
def heat(
    opened: LibraryOf,
    caller: Reader,
    server: ServerOf,
    document: str,
    number: Number,
    asked: HeatRequest,
) -> HeatInfo:
    """How much each place of a page answers each token of a question."""
    with server.searching:
        found = opened.heat_map(asked.question, document, number)
    return HeatInfo(
        tokens=list(found.tokens),
        boxes=found.boxes.round(5).tolist(),
        heat=found.heat.round(4).tolist(),
    )


def full_pages(pages: Iterable[Page]) -> list[FullPage]:
    """All that is known of pages, each once, in their order."""
    each = {(page.document.id, page.number): page for page in pages}
    return [
        FullPage.model_validate(
            {**_as_json(page), "words": _words(page), "about": page.document.as_json()}
        )
        for page in each.values()
    ]


def _as_json(page: Page) -> dict[str, object]:
    return {
        "document": page.document.name,
        "document_id": page.document.id,
        "page": page.number,
        "width": page.width,
        "height": page.height,
        "headings": list(page.headings),
        "text": page.text,
    }


def _words(page: Page) -> list[PageWord]:
    return [PageWord(text=word.text, box=word.box, line=word.line) for word in page.content.words]
