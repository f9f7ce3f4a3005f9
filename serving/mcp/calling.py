"""What all tools share: the library that is meant, work in a thread, results, pictures.

Errors of ours are results that say so, which a model can read and act on.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import quote

import anyio.to_thread
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, ResourceLink, TextContent
from pydantic import Field

from recto.engine.errors import RectoError
from recto.library import Library
from recto.serving.http.problems import Refusal, detail_of
from recto.serving.unicode import sendable

from .access import Call, Libraries

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_IMAGE = 1_000_000
"""Bytes of a picture in a result; a larger one is made again, narrower."""
_WIDTHS = (1280, 1024, 768, 512)

T = TypeVar("T")
LibraryName = Annotated[str, Field(description="A library's name; the first one if empty")]
DocumentName = Annotated[str, Field(description="Name, end of path, or id")]
Documents = Annotated[
    list[str], Field(description="Names, ends of paths, or ids; all documents if empty")
]
Where = Annotated[str, Field(description='A filter, such as kind = "pdf"')]


async def opened(libraries: Libraries, name: str, call: Call) -> Library:
    """The library of that name, confined to who calls: a store may be asked for that, so it is done
    in a thread. Raises ToolError."""
    return await told(lambda: libraries.library(name, call))


async def told(work: Callable[[], T]) -> T:
    """Do it in a thread. Raises ToolError for an error of ours."""
    try:
        return await anyio.to_thread.run_sync(work)
    except (RectoError, Refusal) as error:
        raise ToolError(detail_of(error)) from error


def result(text: str, structured: dict[str, object]) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(text=sendable(text))], structured_content=sendable(structured)
    )


def link(library: str, place: str, name: str) -> ResourceLink:
    """To a picture of what is at a place of a library."""
    address = f"recto://{quote(library, safe='')}/{place}"
    return ResourceLink(name=sendable(name), uri=address, mime_type="image/webp")


def webp(draw: Callable[[int], Image]) -> bytes:
    """A picture, as wide as may be; `draw` makes it of a width in pixels."""
    for width in _WIDTHS:
        stream = io.BytesIO()
        draw(width).save(stream, "WEBP", quality=80)
        if stream.tell() <= MAX_IMAGE:
            break
    return stream.getvalue()
