"""Sends the web page. Public: it holds nothing but itself, and asks for a key where one is needed.

There is no build step: what is in `static` is what browsers run. Nothing is loaded from elsewhere,
and the policy lets nothing be.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

router = APIRouter(include_in_schema=False)
_STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self'; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

files = StaticFiles(directory=_STATIC)
"""To be mounted at /static."""


@router.get("/")
@router.get("/l/{place:path}")
def shell(place: str = "") -> FileResponse:
    """The page; where in it a link leads is for its script to find."""
    return FileResponse(
        _STATIC / "index.html",
        headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"},
    )
