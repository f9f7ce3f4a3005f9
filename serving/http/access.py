"""Who is asking, and whether he may: keys in the Authorization header, or links that were made for
a key; rights, tenants, rates.

Fails closed: a route without a `Reader`, `Writer` or `Admin` among its parameters is public, and
tests/serving/http/test_access.py holds the list of those that may be.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from recto.serving.keys import RIGHTS, Key, Right

from .problems import Refusal
from .server import Server, server_of
from .traces import trace_of

_Credentials = HTTPAuthorizationCredentials | None
_BEARER = HTTPBearer(scheme_name="key", auto_error=False)
_OPEN = Key(id="", name="", right="admin", tenant="", created="")
"""What everybody has while the server has never had a key and only this machine reaches it."""
_MEASURED = "/metrics"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of what a proxy passes on, whose address is that of this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sent a request."""

    key: Key

    @property
    def tenant(self) -> str:
        return self.key.tenant


def caller_of(request: Request, server: Server) -> Caller:
    """Who sends a request, by its Authorization header, else by a signed link; looked up, and
    counted, once.

    Raises Refusal: 401, 429.
    """
    trace = trace_of(request.scope)
    if trace.key is None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        trace.key = _key(request, server, secret.strip() if scheme.lower() == "bearer" else "")
    return Caller(key=trace.key)


def _key(request: Request, server: Server, secret: str) -> Key:
    key = server.keys.find(secret) if secret else _linked(request, server)
    if key is None and _is_open(request, server):
        key = _OPEN  # whatever was sent: clients of OpenAI always send something
    peer = request.client.host if request.client else ""
    wait = server.rates.wait(key.id if key and key.id else peer, time.monotonic())
    if wait:
        raise Refusal(
            429,
            f"More than {server.settings.rate} requests a minute; wait {wait} s.",
            headers={"Retry-After": str(wait)},
        )
    if key is None:
        told = "This key is not one of the server's" if secret else "There is no key"
        if not secret and "signature" in request.query_params:
            told = "This link is over, or not one of the server's"
        raise Refusal(
            401,
            f"{told}; expected the header Authorization: Bearer KEY, from `recto keys create`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return key


def _linked(request: Request, server: Server) -> Key | None:
    """The key that the link was made for by which a request comes, if it is good."""
    query = request.query_params
    key = server.keys.get(query["key"]) if {"key", "signature"} <= query.keys() else None
    path = request.scope["path"]
    if key is None or not server.links.open(path, key, query, time.time()):
        return None
    return key


def _is_open(request: Request, server: Server) -> bool:
    """Whether no key is needed: the server has none, or its figures are looked at from here."""
    if request.url.path == _MEASURED and _comes_from_here(request):
        return True
    # Behind a proxy on this machine, those who ask are elsewhere.
    local = server.settings.is_local and _comes_from_here(request)
    return local and server.keys.is_empty()


def _comes_from_here(request: Request) -> bool:
    """From a program of this machine, for itself."""
    if request.client is None or any(header in request.headers for header in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _having(right: Right) -> Callable[[Request, Server, _Credentials], Caller]:
    def allowed(
        request: Request,
        server: Annotated[Server, Depends(server_of)],
        credentials: Annotated[_Credentials, Security(_BEARER)],  # for the OpenAPI document
    ) -> Caller:
        caller = caller_of(request, server)
        trace_of(request.scope).needs(right)
        if not caller.key.allows(right):
            raise Refusal(
                403,
                f"This key may {_told(caller.key.right)}; this needs a key that may {right}.",
            )
        return caller

    return allowed


def _told(right: Right) -> str:
    return " and ".join(RIGHTS[: RIGHTS.index(right) + 1])


Reader = Annotated[Caller, Depends(_having("read"))]
Writer = Annotated[Caller, Depends(_having("write"))]
Admin = Annotated[Caller, Depends(_having("admin"))]
