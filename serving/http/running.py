"""Runs the server until it is told to stop."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from recto.engine.errors import InputError
from recto.serving.keys import KeyRing
from recto.serving.logs import write_to_stderr

from .app import create_app
from .connections import limited
from .guards import LOCAL
from .server import Server
from .settings import ServeSettings
from .telemetry import telemetry

_BACKLOG = 512
"""Connections that the system keeps until they are accepted."""


class _Uvicorn(uvicorn.Server):
    """Tells the application at once when it is to stop, so that streams end by themselves."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app = self.config.app
        server = getattr(getattr(app, "state", None), "server", None)
        if server is not None:
            server.ending = True
        super().handle_exit(sig, frame)


def check_binding(settings: ServeSettings) -> None:
    """Refuse to let others in without keys. Raises InputError.

    Who names the server lets others in by a proxy on this machine, from which all of them seem to
    be programs of this machine.
    """
    others = [name for name in settings.names if name.lower() not in LOCAL]
    reached = others[0] if settings.is_local and others else settings.host
    if (others or not settings.is_local) and KeyRing(settings.state).is_empty():
        raise InputError(
            f"{reached} can be reached from other machines, and the server has no key. Make one"
            " with `recto keys create NAME`, or listen on 127.0.0.1 without other names."
        )


def configuration(app: FastAPI, settings: ServeSettings) -> uvicorn.Config:
    """How the application is run."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=limited(patience=settings.patience, most=settings.connections),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.drain),
    )


def listening(settings: ServeSettings) -> socket.socket:
    """The socket on which it is reached; who comes before the application has started waits.

    Raises InputError where that cannot be.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise InputError(
            f"Cannot listen at {settings.host}, port {settings.port}: {error.strerror or error}."
            " Choose others by --host and --port (0: any port that is free)."
        ) from error
    return listener


def run(settings: ServeSettings, *, started: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `started` is told the address when all libraries are open.

    Raises InputError, MissingExtra, and what opening a library raises.
    """
    check_binding(settings)
    write_to_stderr(settings.log_format)
    told = telemetry(os.environ) if settings.telemetry else None
    with listening(settings) as listener, Server(settings) as server:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        started(f"http://{host}:{listener.getsockname()[1]}")
        # The application closes the server: after SIGTERM nothing that follows is done.
        app = create_app(settings, server=server, telemetry=told)
        _Uvicorn(configuration(app, settings)).run([listener])
