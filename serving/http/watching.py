"""Sees every request from outside: counts it, logs it, and audits it when the response is sent.

What is told of a request is its route, never its path: that may hold the name of a document.
"""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recto.serving.logs import FIELDS

from .server import Server
from .traces import route_of, trace_of

_log = logging.getLogger("recto.http")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked every few seconds: not worth a line each."""


class Watching:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        server = scope["app"].state.server  # asked now: what is mounted puts itself in its place
        assert isinstance(server, Server)
        begun = time.monotonic()
        status = 500

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            _told(server, scope, status, time.monotonic() - begun)


def _told(server: Server, scope: Scope, status: int, seconds: float) -> None:
    trace, route = trace_of(scope), route_of(scope) or "other"
    method = scope["method"] if scope["method"] in _METHODS else "other"
    server.figures.request(method, route, status, trace.code, seconds)
    server.audit.note(scope, trace, status)
    if route in _QUIET and status < 400:
        return
    fields = {
        "method": method,
        "route": route,
        "status": status,
        "code": trace.code,
        "ms": round(seconds * 1000, 1),
        "key": trace.key.id if trace.key else "",
        "from": scope["client"][0] if scope.get("client") else "",
    }
    level = logging.WARNING if status >= 500 else logging.INFO
    _log.log(level, "request", extra={FIELDS: {n: v for n, v in fields.items() if v != ""}})
