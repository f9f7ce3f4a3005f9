"""Runs the server until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType

import uvicorn

from recto.engine.errors import InputError
from recto.serving.keys import KeyRing
from recto.serving.logs import write_to_stderr

from .app import create_app
from .settings import ServeSettings


class _Uvicorn(uvicorn.Server):
    """Tells the application at once when it is to stop, so that streams end by themselves."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app = self.config.app
        server = getattr(getattr(app, "state", None), "server", None)
        if server is not None:
            server.ending = True
        super().handle_exit(sig, frame)


def check_binding(settings: ServeSettings) -> None:
    """Refuse to let others in without keys. Raises InputError."""
    if not settings.is_local and KeyRing(settings.state).is_empty():
        raise InputError(
            f"{settings.host} can be reached from other machines, and the server has no key. Make "
            "one with `recto keys create NAME`, or listen on 127.0.0.1."
        )


def run(settings: ServeSettings, *, started: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `started` is told the address. Raises InputError."""
    check_binding(settings)
    write_to_stderr(settings.log_format)
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.drain),
    )
    server = _Uvicorn(config)
    socket = config.bind_socket()
    socket.listen()  # who comes before the application has started waits
    try:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        started(f"http://{host}:{socket.getsockname()[1]}")
        server.run(sockets=[socket])
    finally:
        socket.close()
