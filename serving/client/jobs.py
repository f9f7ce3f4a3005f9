"""Waiting for a job of a server."""

from __future__ import annotations

import time
from typing import Any, Protocol

from recto.engine.errors import BackendUnreachable

from .requests import Requests

_OVER = ("done", "failed", "cancelled")
_ATTEMPTS = 5
_PAUSE = 1.0
"""Seconds before a stream that broke off is opened again: servers are restarted."""


class Listener(Protocol):
    """Is told how far a file is."""

    def page(self, page: int, pages: int) -> None: ...

    def part(self, share: float) -> None: ...


def follow(requests: Requests, path: str, listener: Listener) -> dict[str, Any]:
    """The job when it is over. Raises BackendUnreachable when the server stays away."""
    for attempt in range(_ATTEMPTS):
        try:
            for event in requests.events(f"{path}/events"):
                if event.kind == "page" and event.data["pages"]:
                    listener.page(event.data["page"], event.data["pages"])
                elif event.kind == "page":  # of sound and film
                    listener.part(event.data["share"])
            job: dict[str, Any] = requests.get(path)
        except BackendUnreachable:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            if job["state"] in _OVER:
                return job
        time.sleep(_PAUSE)
    raise BackendUnreachable(f"The server ended its reports {_ATTEMPTS} times; is it stopping?")
