"""Tells what is too large as a problem: FastAPI refuses it in plain text."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import MEDIA_TYPE, problem
from .traces import trace_of

_TOO_LARGE = 413
_CODE = "too-large"


class Sizes:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def told(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_plain(message):
                refused = True
                trace_of(scope).code = _CODE
                detail = "The request is larger than this server takes."
                large = problem(_TOO_LARGE, _CODE, detail, path=scope["path"])
                await large(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, told if scope["type"] == "http" else send)


def _is_plain(message: Message) -> bool:
    if message["status"] != _TOO_LARGE:
        return False
    kind = Headers(raw=message["headers"]).get("content-type", "")
    return not kind.startswith((MEDIA_TYPE, "application/json"))
