"""Searching a library by a question."""

from __future__ import annotations

from fastapi import APIRouter

from .access import Reader
from .confinement import confinement
from .libraries import LibraryOf, ServerOf
from .schemas import HitInfo, SearchReply, SearchRequest

router = APIRouter(prefix="/api/libraries/{library}/search", tags=["search"])


@router.post("")
def search(
    opened: LibraryOf, caller: Reader, server: ServerOf, asked: SearchRequest
) -> SearchReply:
    """The best pages, best first, with the places that match."""
    with server.searching:
        hits = opened.search(asked.question, limit=asked.limit, **confinement(asked))
    return SearchReply(hits=[HitInfo.model_validate(hit.as_json()) for hit in hits])
