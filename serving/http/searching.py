"""Searching a library by a question, a picture, or both."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile

from recto.engine.retrieval import MAX_QUESTION
from recto.results import Hit

from .access import Reader
from .confinement import confinement
from .libraries import LibraryOf, ServerOf
from .pages import full_pages
from .pictures import sent_picture
from .schemas import MAX_FILTER, MAX_LIMIT, Confined, HitInfo, SearchReply, SearchRequest

router = APIRouter(prefix="/api/libraries/{library}/search", tags=["search"])


@router.post("")
def search(
    opened: LibraryOf, caller: Reader, server: ServerOf, asked: SearchRequest
) -> SearchReply:
    """The best pages, best first, with the places that match."""
    with server.searching:
        hits = opened.search(asked.question, limit=asked.limit, **confinement(asked))
    return _reply(hits, asked.full_pages)


@router.post("/image")
def search_by_image(
    opened: LibraryOf,
    caller: Reader,
    server: ServerOf,
    image: Annotated[UploadFile, File(description="PNG, JPEG, WebP or TIFF")],
    question: Annotated[str | None, Form(max_length=MAX_QUESTION)] = None,
    limit: Annotated[int, Form(ge=1, le=MAX_LIMIT)] = 5,
    documents: Annotated[list[str], Form()] = [],  # noqa: B006 - never changed, as the next
    tags: Annotated[list[str], Form()] = [],  # noqa: B006
    first_page: Annotated[int | None, Form(ge=1)] = None,
    last_page: Annotated[int | None, Form(ge=1)] = None,
    where: Annotated[str | None, Form(max_length=MAX_FILTER)] = None,
    full_pages: Annotated[bool, Form()] = False,
) -> SearchReply:
    """The best pages for a picture, with a question if there is one."""
    part = Confined(
        documents=documents or None,
        tags=tags or None,
        first_page=first_page,
        last_page=last_page,
        where=where,
    )
    with sent_picture(image.file.read()) as path, server.searching:
        hits = opened.search(question, image=path, limit=limit, **confinement(part))
    return _reply(hits, full_pages)


def _reply(hits: list[Hit], with_pages: bool) -> SearchReply:
    return SearchReply(
        hits=[HitInfo.model_validate(hit.as_json()) for hit in hits],
        full_pages=full_pages(hit.page for hit in hits) if with_pages else [],
    )
