"""The MCP server at /mcp of the HTTP server, behind the same keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from recto.serving.http.server import Server

from .access import ServedLibraries
from .tools import make_server

PATH = "/mcp"


class _Endpoint:
    """Passes requests on to the server that is running. serving/http/entrance has seen the key."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


class Mounted:
    """What the application adds as a route, and runs for as long as it runs."""

    def __init__(self) -> None:
        self._endpoint = _Endpoint()

    def add_to(self, app: FastAPI) -> None:
        app.router.routes.append(Route(PATH, endpoint=self._endpoint, include_in_schema=False))

    @asynccontextmanager
    async def running(self, server: Server) -> AsyncIterator[None]:
        """Over the libraries of a server."""
        mcp = make_server(ServedLibraries(server))
        # Hosts and origins are checked for all paths by serving/http/guards.
        guarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        self._endpoint.app = mcp.streamable_http_app(
            streamable_http_path=PATH, stateless_http=True, transport_security=guarded
        )
        async with mcp.session_manager.run():
            yield
