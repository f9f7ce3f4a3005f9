"""Tells as problems what FastAPI and Starlette refuse in plain text: what is too large, and a range
that a file does not have."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import MEDIA_TYPE, problem
from .traces import trace_of

_PLAIN = {
    400: ("bad-request", "A header of the request cannot be understood."),
    413: ("too-large", "The request is larger than this server takes."),
    416: ("bad-range", "The file does not reach so far."),
}


class Sizes:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def checked(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_plain(message):
                refused = True
                status = message["status"]
                code, detail = _PLAIN[status]
                trace_of(scope).code = code
                whole = Headers(raw=message["headers"]).get("content-range")
                headers = {"Content-Range": whole} if whole else None
                told = problem(status, code, detail, headers, path=scope["path"])
                await told(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, checked if scope["type"] == "http" else send)


def _is_plain(message: Message) -> bool:
    if message["status"] not in _PLAIN:
        return False
    kind = Headers(raw=message["headers"]).get("content-type", "")
    return not kind.startswith((MEDIA_TYPE, "application/json"))
