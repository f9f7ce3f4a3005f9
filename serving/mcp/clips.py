"""The tools for sound and film: search_media, get_clip; what is shown at a second as a resource."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated

from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, ImageContent, ResourceLink
from pydantic import Field

from recto.clip_results import ClipHit, clock
from recto.engine.errors import NotFound
from recto.engine.store.clips.records import ClipModality, ClipPlace
from recto.library import Library
from recto.media_pictures import drawn_wave
from recto.results import Document

from .access import Call, Libraries
from .calling import DocumentName, LibraryName, Where, link, opened, result, told, webp

if TYPE_CHECKING:
    from PIL.Image import Image

_LONGEST = 10.0**6
Second = Annotated[
    float, Field(ge=0, le=_LONGEST, allow_inf_nan=False, description="Seconds from the beginning")
]
Limit = Annotated[int, Field(ge=1, le=20, description="Documents")]
Targets = Annotated[list[ClipModality], Field(description="What is to be found; all if empty")]


def add_clips(server: MCPServer, libraries: Libraries) -> None:
    @server.tool(structured_output=False)
    async def search_media(
        call: Call,
        text: Annotated[str, Field(description="What is said, shown or heard")],
        targets: Targets = [],  # noqa: B006 - never changed, and so told in the schema
        limit: Limit = 5,
        where: Where = "",
        library: LibraryName = "",
    ) -> CallToolResult:
        """Find where something is said, shown or heard: clips of sound and film, pictures, pages.

        A sound or a film is known by `start` and `end` in seconds, for `get_clip`; a picture or a
        page by its page, for `get_page`."""
        ours = await opened(libraries, library, call)
        hits = await told(
            lambda: libraries.find(ours, text, targets=targets, limit=limit, where=where)
        )
        lines = [f"{hit.document.name}, {hit.modality}, {hit.where}" for hit in hits]
        found = result(
            "\n".join(lines) or "Nothing was found.", {"hits": [hit.as_json() for hit in hits]}
        )
        found.content.extend(clip_link(hit, libraries.named(library)) for hit in hits)
        return found

    @server.tool(structured_output=False)
    async def get_clip(
        call: Call, document: DocumentName, start: Second, library: LibraryName = ""
    ) -> CallToolResult:
        """One moment of a film: what it shows then. Of sound, how loud it is around then."""
        ours = await opened(libraries, library, call)
        found, place = await told(lambda: _clip(ours, document, start))
        picture = await told(lambda: libraries.look(lambda: _picture(ours, found, place, start)))
        span = f"{clock(place.start)}–{clock(place.end)}"
        said = result(
            f"{found.name}, {place.modality}, {span}, at {clock(start)}",
            {
                "document": found.name,
                "document_id": found.id,
                "modality": place.modality,
                "start": place.start,
                "end": place.end,
                "time": start,
            },
        )
        data = base64.b64encode(picture).decode()
        said.content.append(ImageContent(data=data, mime_type="image/webp"))
        return said

    @server.resource("recto://{library}/{document}/t/{start}", mime_type="image/webp")
    async def clip_picture(library: str, document: str, start: str, call: Call) -> bytes:
        """What a film shows at a second, or how loud a sound is around it."""
        ours = await opened(libraries, library, call)

        def looked() -> bytes:
            time = _second(start)
            found, place = _clip(ours, document, time)
            return libraries.look(lambda: _picture(ours, found, place, time))

        return await told(looked)


def _second(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST:
        raise NotFound(f"{text!r} is no time in seconds.")
    return seconds


def _clip(library: Library, document: str, time: float) -> tuple[Document, ClipPlace]:
    """The clip that is on at a time, rather of film than of sound; in silence the one before."""
    found = library.document(document)
    places = [place for place in library.clips(found.id) if not place.page]
    if not places:
        raise NotFound(f"{found.name} holds no clips of sound or film; get_page shows pages.")
    if time > (end := max(place.end for place in places)):
        raise NotFound(f"{found.name} ends at {end:.1f} s; {time:g} s is later.")
    before = [place for place in places if place.start <= time] or places
    on = [place for place in before if time < place.end] or before
    return found, max(on, key=lambda place: (place.modality == "video", place.start))


def _picture(library: Library, document: Document, place: ClipPlace, time: float) -> bytes:
    from PIL import Image as Pillow

    def wave(width: int) -> Image:
        points = library.waveform(document.id, start=place.start, end=place.end, points=width)
        return Pillow.fromarray(drawn_wave(points))

    if place.modality == "audio":
        return webp(wave)
    return webp(lambda width: library.frame(document.id, time, width=width))


def clip_link(hit: ClipHit, library: str) -> ResourceLink:
    """Where what was found can be looked at."""
    place = str(hit.page) if hit.page else f"t/{hit.start:g}"
    return link(library, f"{hit.document.id}/{place}", f"{hit.document.name}, {hit.where}")
