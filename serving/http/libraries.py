"""Which libraries there are, for the caller."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from recto.library import Library

from .access import Caller, Reader
from .problems import Refusal
from .schemas import LibraryInfo
from .server import Server, server_of

router = APIRouter(prefix="/api/libraries", tags=["libraries"])
ServerOf = Annotated[Server, Depends(server_of)]


def library_of(library: str, caller: Reader, server: ServerOf) -> Library:
    """The library that a path names, confined to the caller's tenant."""
    return server.library(library, caller.tenant)


LibraryOf = Annotated[Library, Depends(library_of)]


@router.get("")
def libraries(caller: Reader, server: ServerOf) -> list[LibraryInfo]:
    """All libraries, with what of them the caller may see."""
    return [_info(name, server, caller) for name in server.names()]


@router.get("/{library}")
def one_library(library: str, caller: Reader, server: ServerOf) -> LibraryInfo:
    """One library."""
    return _info(library, server, caller)


def check_media(library: Library) -> None:
    """Refuse where sound and film cannot be found: a library's own words name its folder."""
    if library.crossmodal is None:
        raise Refusal(
            422,
            "This library has no encoder of sound, film and pictures; whoever runs the server"
            " chooses one by recto serve --crossmodal-encoder.",
        )


def media_library_of(opened: LibraryOf) -> Library:
    """As `library_of`, of libraries in which sound and film are found."""
    check_media(opened)
    return opened


MediaLibraryOf = Annotated[Library, Depends(media_library_of)]


def _info(name: str, server: Server, caller: Caller) -> LibraryInfo:
    library = server.library(name, caller.tenant)
    documents = library.documents()
    return LibraryInfo(
        library=name,
        label=server.settings.labels.get(name, name),
        documents=len(documents),
        pages=sum(document.pages - len(document.skipped) for document in documents),
        encoder=library.encoder.name,
        can_ask_with_images=library.takes_images,
        may_write=caller.key.allows("write"),
        crossmodal=None if library.crossmodal is None else library.crossmodal.name,
    )
