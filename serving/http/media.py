"""Sound and film of a library: what of them can be found, how it looks and sounds, and the files
themselves for what plays them."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse

from recto.engine.errors import UnsupportedFile
from recto.library import Library
from recto.results import Document

from .access import Reader
from .clip_schemas import ClipInfo, ClipList, MediaLink, WaveformInfo
from .libraries import LibraryOf, ServerOf
from .links import LIFETIME
from .pages import MAX_WIDTH, MIN_WIDTH

router = APIRouter(prefix="/api/libraries/{library}/documents/{document}", tags=["media"])
MAX_POINTS = 4000
_QUALITY = 80
_LONGEST = 10.0**6
"""Seconds that a question may be about."""
_TYPES = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "mov": "video/mp4",
    "matroska": "video/webm",
}
"""By the container, of which a player finds out the rest. Nothing else is shown in place: a browser
must not run what a document brings along."""
Time = Annotated[float, Query(ge=0, le=_LONGEST, allow_inf_nan=False)]


@router.get("/clips")
def clips(opened: LibraryOf, caller: Reader, document: str) -> ClipList:
    """What of a document can be found across modalities, by modality, page and time."""
    found = opened.document(document)
    places = opened.clips(found.id)
    return ClipList(
        document=found.name,
        document_id=found.id,
        seconds=max((place.end for place in places), default=0.0),
        clips=[
            ClipInfo(
                modality=place.modality, start=place.start, end=place.end, page=place.page or None
            )
            for place in places
        ],
    )


@router.get("/frame", response_class=Response, responses={200: {"content": {"image/webp": {}}}})
def frame(
    opened: LibraryOf,
    caller: Reader,
    server: ServerOf,
    document: str,
    t: Time = 0.0,
    width: Annotated[int, Query(ge=MIN_WIDTH, le=MAX_WIDTH)] = 1280,
) -> Response:
    """What a film shows at `t` seconds, in WebP, at most `width` pixels across."""
    found = opened.document(document)
    with server.decoding:
        picture = opened.frame(found.id, t, width=width)
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=_QUALITY)
    headers = _caching(document, found)
    return Response(stream.getvalue(), media_type="image/webp", headers=headers)


@router.get("/waveform")
def waveform(
    opened: LibraryOf,
    caller: Reader,
    server: ServerOf,
    response: Response,
    document: str,
    start: Time = 0.0,
    end: Annotated[float | None, Query(ge=0, le=_LONGEST, allow_inf_nan=False)] = None,
    points: Annotated[int, Query(ge=1, le=MAX_POINTS)] = 1000,
) -> WaveformInfo:
    """How loud a sound is, all of it or between `start` and `end` in seconds."""
    found = opened.document(document)
    with server.decoding:
        heard = opened.waveform(found.id, start=start, end=end, points=points)
    response.headers.update(_caching(document, found))
    return WaveformInfo(points=heard.round(4).tolist())


@router.get(
    "/media",
    response_class=FileResponse,
    responses={
        200: {"content": {kind: {} for kind in _TYPES.values()}},
        206: {"description": "The part that the header Range asks for."},
    },
)
def media(opened: LibraryOf, caller: Reader, document: str) -> FileResponse:
    """The file of sound or film, to be played in place; by a key, or by an address of `link`."""
    found = _played(opened, document)
    return FileResponse(
        opened.source(found.id),
        media_type=_TYPES[found.kind],
        filename=found.name,
        content_disposition_type="inline",
        headers=_caching(document, found),
    )


@router.get("/media/link")
def link(
    opened: LibraryOf,
    caller: Reader,
    server: ServerOf,
    response: Response,
    library: str,
    document: str,
) -> MediaLink:
    """An address at which the file can be played for some minutes without sending a key."""
    found = _played(opened, document)
    now = time.time()
    place = f"/api/libraries/{library}/documents/{found.id}/media"
    response.headers["Cache-Control"] = "no-store"
    return MediaLink(
        address=server.links.signed(place, caller.key, now),
        expires=datetime.fromtimestamp(int(now) + LIFETIME, UTC).isoformat(),
    )


def _played(opened: Library, document: str) -> Document:
    """Raises UnsupportedFile for what is not sound or film; NotFound, InputError."""
    found = opened.document(document)
    if found.kind not in _TYPES:
        raise UnsupportedFile(
            f"{found.name} is of the kind {found.kind}; only sound and film are played."
        )
    return found


def _caching(asked: str, found: Document) -> dict[str, str]:
    """A document's id is that of its bytes, so what it holds never changes; by its name it may."""
    kept = "private, max-age=31536000, immutable"
    return {"Cache-Control": kept if asked == found.id else "private, no-cache"}
