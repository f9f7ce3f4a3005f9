"""The application: its parts, in the order in which a request meets them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from recto.serving.mcp.mounting import Mounted
from recto.serving.openai import chat, vectors
from recto.serving.web import pages as web

from . import asking, documents, health, jobs, libraries, pages, searching, uploads
from .guards import Guards
from .problems import MEDIA_TYPE, tell_problems
from .schemas import Problem
from .server import Server
from .settings import ServeSettings

_ERRORS = (400, 401, 403, 404, 413, 422, 429, 500, 503)


def create_app(settings: ServeSettings) -> FastAPI:
    """The ASGI application. Opens the libraries when it starts and closes them when it ends."""

    mcp = Mounted()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Server(settings) as server:
            app.state.server = server
            async with mcp.running(server):
                yield

    app = FastAPI(
        title="recto",
        version=version("recto"),
        lifespan=lifespan,
        docs_url=None,  # they would load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        max_body_size=settings.max_upload,
        responses={status: {"model": Problem, "content": {MEDIA_TYPE: {}}} for status in _ERRORS},
    )
    tell_problems(app)
    for part in (health, libraries, documents, uploads, pages, searching, asking, jobs):
        app.include_router(part.router)
    for compatible in (chat, vectors):
        app.include_router(compatible.router)
    mcp.add_to(app)
    app.include_router(web.router)
    app.mount("/static", web.files)
    app.add_middleware(Guards, settings=settings)
    return app
