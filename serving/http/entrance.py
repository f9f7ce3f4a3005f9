"""Asks for the key before anything of a request is read.

FastAPI reads a body before it calls what a route depends on, so that everybody could fill the disk
of a server that asked only then. Every path passes here but those that are public; which right a
route needs is said by the route (see access).
"""

from __future__ import annotations

import anyio
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from .access import caller_of
from .problems import Refusal, problem
from .server import server_of
from .traces import trace_of

_PUBLIC = frozenset({"/", "/livez", "/readyz", "/version", "/api/openapi.json"})
_PAGES = ("/l/", "/static/")
"""Of the web page, which asks for a key itself."""
_THREADS = 4


class Entrance:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._threads: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_guarded(scope["path"]):
            request = Request(scope)
            try:
                await run_sync(caller_of, request, server_of(request), limiter=self._own_threads())
            except Refusal as refusal:
                trace_of(scope).code = refusal.code
                told = problem(
                    refusal.status,
                    refusal.code,
                    str(refusal),
                    refusal.headers,
                    path=scope["path"],
                )
                await told(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _own_threads(self) -> anyio.CapacityLimiter:
        """Not those in which handlers wait: a key is looked up also while all of these do."""
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(_THREADS)
        return self._threads


def _is_guarded(path: str) -> bool:
    return path not in _PUBLIC and not path.startswith(_PAGES)
