"""Searching a library by a question, a picture, or both."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile

from recto.engine.retrieval import MAX_QUESTION
from recto.results import Hit

from .access import Reader
from .confinement import confinement
from .libraries import LibraryOf, ServerOf
from .pictures import sent_picture
from .schemas import MAX_FILTER, MAX_LIMIT, HitInfo, SearchReply, SearchRequest

router = APIRouter(prefix="/api/libraries/{library}/search", tags=["search"])


@router.post("")
def search(
    opened: LibraryOf, caller: Reader, server: ServerOf, asked: SearchRequest
) -> SearchReply:
    """The best pages, best first, with the places that match."""
    with server.searching:
        hits = opened.search(asked.question, limit=asked.limit, **confinement(asked))
    return _reply(hits)


@router.post("/image")
def search_by_image(
    opened: LibraryOf,
    caller: Reader,
    server: ServerOf,
    image: Annotated[UploadFile, File(description="PNG, JPEG, WebP or TIFF")],
    question: Annotated[str | None, Form(max_length=MAX_QUESTION)] = None,
    limit: Annotated[int, Form(ge=1, le=MAX_LIMIT)] = 5,
    where: Annotated[str | None, Form(max_length=MAX_FILTER)] = None,
) -> SearchReply:
    """The best pages for a picture, with a question if there is one."""
    with sent_picture(image.file.read()) as path, server.searching:
        hits = opened.search(question, image=path, limit=limit, where=where)
    return _reply(hits)


def _reply(hits: list[Hit]) -> SearchReply:
    return SearchReply(hits=[HitInfo.model_validate(hit.as_json()) for hit in hits])
