"""What is no error of ours becomes a problem without detail, with the headers that all have.

Starlette would tell of it outside of everything else, guards included.
"""

from __future__ import annotations

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recto.serving.telling import FAILED

from .problems import problem
from .traces import route_of, trace_of

_log = logging.getLogger("recto.http")


class Faults:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if begun:  # what reads it sees that it breaks off
                raise
            _log.error("%s %s", scope["method"], route_of(scope), exc_info=error)
            trace_of(scope).code = "internal"
            await problem(500, "internal", FAILED, path=scope["path"])(scope, receive, send)
