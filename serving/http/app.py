"""The application: its parts, in the order in which a request meets them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.telemetry import TelemetryConfig

from recto.serving.mcp.mounting import Mounted
from recto.serving.openai import chat, vectors
from recto.serving.web import pages as web

from . import (
    addresses,
    asking,
    clips,
    documents,
    health,
    jobs,
    libraries,
    media,
    pages,
    searching,
    uploads,
)
from .contract import Application
from .entrance import Entrance
from .faults import Faults
from .guards import Guards
from .heads import Heads
from .problems import tell_problems
from .server import Server
from .settings import ServeSettings
from .sizes import Sizes
from .watching import Watching

_THREADS = 24
"""For handlers besides those that wait for a turn."""
_MAX_SMALL = 32 << 20
"""Bytes of a request that is no upload: it is held in memory, pictures in base64 included."""


def create_app(
    settings: ServeSettings,
    *,
    server: Server | None = None,
    telemetry: TelemetryConfig | None = None,
) -> FastAPI:
    """The ASGI application. Opens the libraries when it starts, unless they are those of an open
    `server`, and closes them when it ends.

    `telemetry` is FastAPI's; None takes OpenTelemetry's global providers, which do nothing unless
    someone has set them.
    """

    mcp = Mounted()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with server or Server(settings) as opened:
            app.state.server = opened
            current_default_thread_limiter().total_tokens = opened.threads + _THREADS
            async with mcp.running(opened):
                yield

    app = Application(
        title="recto",
        version=version("recto"),
        lifespan=lifespan,
        docs_url=None,  # they would load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        telemetry=telemetry,
    )
    tell_problems(app, app.methods)
    small = min(_MAX_SMALL, settings.max_upload)
    own = (health, libraries, addresses, documents, pages, media, searching, asking, jobs)
    for part in (*own, chat, vectors):
        app.include_router(part.router, max_body_size=small)
    # Each route has its limit: that of an application comes before the key is asked for.
    for taking in (uploads, clips):
        app.include_router(taking.router, max_body_size=settings.max_upload)
    mcp.add_to(app)
    app.include_router(web.router)
    app.mount("/static", web.files)
    _wrap(app, settings)
    return app


def _wrap(app: FastAPI, settings: ServeSettings) -> None:
    """What every request passes, from the inside out."""
    app.add_middleware(Sizes)
    app.add_middleware(Entrance)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Retry-After"],
        )
    app.add_middleware(Faults)
    app.add_middleware(Guards, settings=settings)
    app.add_middleware(Watching)
    app.add_middleware(Heads)
