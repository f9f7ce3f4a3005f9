"""Documents of a library: list, look at, describe, remove, take back. Uploading is in `uploads`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from .access import Reader, Writer
from .libraries import LibraryOf
from .schemas import MAX_FILTER, Description, DocumentInfo, DocumentList
from .traces import trace_of

router = APIRouter(prefix="/api/libraries/{library}/documents", tags=["documents"])
MAX_LISTED = 500
MAX_NAME = 200


@router.get("")
def documents(
    opened: LibraryOf,
    caller: Reader,
    tag: Annotated[list[str] | None, Query()] = None,
    where: Annotated[str | None, Query(max_length=MAX_FILTER)] = None,
    q: Annotated[str | None, Query(max_length=MAX_NAME)] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LISTED)] = 100,
) -> DocumentList:
    """Documents by name, those that have every `tag`, fulfil `where`, and have `q` in their name or
    title, in large letters or small."""
    found = opened.documents(tags=tag or (), where=where)
    if q:
        found = [d for d in found if q.casefold() in f"{d.name} {d.title}".casefold()]
    shown = found[offset : offset + limit]
    following = offset + limit
    return DocumentList(
        documents=[DocumentInfo.model_validate(d.as_json()) for d in shown],
        total=len(found),
        next=following if following < len(found) else None,
    )


@router.get("/{document}")
def document(opened: LibraryOf, caller: Reader, document: str) -> DocumentInfo:
    """One document, by id, name or end of a path."""
    return DocumentInfo.model_validate(opened.document(document).as_json())


@router.patch("/{document}")
def describe(
    opened: LibraryOf, caller: Writer, document: str, request: Request, said: Description
) -> DocumentInfo:
    """Give a document other tags or metadata; what is left out stays as it is."""
    found = opened.describe(document, tags=said.tags, metadata=said.metadata)
    trace_of(request.scope).notes["document_id"] = found.id
    return DocumentInfo.model_validate(found.as_json())


@router.delete("/{document}")
def remove(opened: LibraryOf, caller: Writer, document: str, request: Request) -> DocumentInfo:
    """Remove a document with all its pages; gives back what it was."""
    removed = opened.remove(document)
    trace_of(request.scope).notes["document_id"] = removed.id
    return DocumentInfo.model_validate(removed.as_json())


@router.get(
    "/{document}/source",
    response_class=FileResponse,
    responses={
        200: {
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            }
        }
    },
)
def source(opened: LibraryOf, caller: Reader, document: str) -> FileResponse:
    """The original file."""
    found = opened.document(document)
    # Always a download: a browser must not run what a document brings along.
    return FileResponse(
        opened.source(found.id), media_type="application/octet-stream", filename=found.name
    )
