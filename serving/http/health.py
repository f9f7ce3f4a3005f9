"""Whether the server lives, is ready, and what it is. Public: they tell nothing of documents.
Its figures are for those who run it."""

from __future__ import annotations

from importlib.metadata import version as version_of

from fastapi import APIRouter, Request, Response

from .access import Admin
from .figures import MEDIA_TYPE
from .libraries import ServerOf
from .problems import Refusal
from .server import server_of

router = APIRouter(tags=["health"])


@router.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers, also while all its threads are at work."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> dict[str, str]:
    """Every library answers; a 503 if one does not."""
    if not await server_of(request).readiness.ready():
        raise Refusal(503, "A library cannot be reached.")  # it is not told which, nor where
    return {"status": "ok"}


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(server: ServerOf, caller: Admin) -> Response:
    """The server's figures, for Prometheus. From this machine itself no key is asked for."""
    return Response(server.figures.text(), media_type=MEDIA_TYPE)


@router.get("/version")
def version() -> dict[str, str]:
    """Which recto this is."""
    return {"version": version_of("recto")}
