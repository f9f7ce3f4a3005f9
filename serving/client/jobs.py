"""Waiting for a job of a server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from recto.engine.errors import BackendUnreachable

from .requests import Requests

OnPage = Callable[[int, int], object]
_OVER = ("done", "failed", "cancelled")
_ATTEMPTS = 5
_PAUSE = 1.0
"""Seconds before a stream that broke off is opened again: servers are restarted."""


def follow(requests: Requests, path: str, on_page: OnPage) -> dict[str, Any]:
    """The job when it is over. Raises BackendUnreachable when the server stays away."""
    for attempt in range(_ATTEMPTS):
        try:
            for event in requests.events(f"{path}/events"):
                if event.kind == "page" and event.data["pages"]:
                    on_page(event.data["page"], event.data["pages"])
            job: dict[str, Any] = requests.get(path)
        except BackendUnreachable:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            if job["state"] in _OVER:
                return job
        time.sleep(_PAUSE)
    raise BackendUnreachable(f"The server ended its reports {_ATTEMPTS} times; is it stopping?")
