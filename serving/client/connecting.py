"""Connecting to a server of recto."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

import httpx2

from recto.engine.errors import InputError, NotFound

from .library import ServedLibrary
from .requests import Requests

KEY = "RECTO_KEY"
TIMEOUT = 300.0
"""Seconds that a request may take: an answer by a model is slow."""


def connect(
    address: str,
    *,
    library: str | None = None,
    key: str | None = None,
    timeout: float = TIMEOUT,
    allow_http: bool = False,
) -> ServedLibrary:
    """A library on the server at this address, with the methods of `Library`.

    `library` is its name there; None is the only one that the server has. `key` is what
    `recto keys create` gave, else $RECTO_KEY. A key is not sent over plain http to other machines,
    unless `allow_http`. To be closed, or used with `with`:

    >>> import recto
    >>> with recto.connect("http://127.0.0.1:8808") as library:  # doctest: +SKIP
    ...     print(library.ask("What was FY2018 capex?").text)

    Raises InputError, NotFound, BackendUnreachable.
    """
    key = key or os.environ.get(KEY) or ""
    _check(address, key=key, allow_http=allow_http)
    client = httpx2.Client(
        base_url=address.rstrip("/"),
        headers={"Authorization": f"Bearer {key}"} if key else {},
        timeout=httpx2.Timeout(timeout, connect=10),
    )
    requests = Requests(client)
    try:
        return ServedLibrary(requests, library or _only(requests, address))
    except BaseException:
        requests.close()
        raise


def _only(requests: Requests, address: str) -> str:
    names = [str(found["library"]) for found in requests.get("/api/libraries")]
    if len(names) != 1:
        raise NotFound(
            f"{address} serves {', '.join(names)}; say which: connect(..., library=...)."
        )
    return names[0]


def _check(address: str, *, key: str, allow_http: bool) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{address!r} is no address of a server; expected http(s)://HOST:PORT.")
    if parts.username or parts.password:
        raise InputError("The address holds a name or password; give the key as `key`.")
    if parts.scheme == "http" and key and not allow_http and not _is_local(parts.hostname):
        raise InputError(
            f"The key would go to {parts.hostname} in the clear; use https, or allow_http=True."
        )


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
