"""Who is asking, and whether he may: keys in the Authorization header, rights, tenants, rates.

Fails closed: a route without a `Reader`, `Writer` or `Admin` among its parameters is public, and
tests/serving/http/test_access.py holds the list of those that may be.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from recto.serving.keys import RIGHTS, Key, Right

from .problems import Refusal
from .server import Server, server_of

_Credentials = HTTPAuthorizationCredentials | None
_BEARER = HTTPBearer(scheme_name="key", auto_error=False)
_OPEN = Key(id="", name="", right="admin", tenant="", created="")
"""What everybody has while the server has never had a key and only this machine reaches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sent a request."""

    key: Key

    @property
    def tenant(self) -> str:
        return self.key.tenant


def caller_of(request: Request, server: Server) -> Caller:
    """Who sends a request, by its Authorization header. Raises Refusal: 401, 429."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return _caller(request, server, secret.strip() if scheme.lower() == "bearer" else "")


def _caller(request: Request, server: Server, secret: str) -> Caller:
    key = server.keys.find(secret) if secret else None
    if key is None and server.settings.is_local and server.keys.is_empty():
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
        raise Refusal(
            401,
            f"{told}; expected the header Authorization: Bearer KEY, from `recto keys create`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return Caller(key=key)


def _having(right: Right) -> Callable[[Request, Server, _Credentials], Caller]:
    def allowed(
        request: Request,
        server: Annotated[Server, Depends(server_of)],
        credentials: Annotated[_Credentials, Security(_BEARER)],
    ) -> Caller:
        caller = _caller(request, server, credentials.credentials if credentials else "")
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
