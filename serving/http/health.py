"""Whether the server lives, is ready, and what it is. Public: they tell nothing of documents."""

from __future__ import annotations

from importlib.metadata import version as version_of

from fastapi import APIRouter, Response

from recto.engine.errors import RectoError

from .libraries import ServerOf

router = APIRouter(tags=["health"])


@router.get("/livez")
def livez() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "A library cannot be reached."}})
def readyz(server: ServerOf, response: Response) -> dict[str, str]:
    """Every library answers."""
    try:
        server.check()
    except RectoError:
        response.status_code = 503
        return {"status": "unavailable"}
    return {"status": "ok"}


@router.get("/version")
def version() -> dict[str, str]:
    """Which recto this is."""
    return {"version": version_of("recto")}
