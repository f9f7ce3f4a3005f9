"""What every request passes before anything else looks at it: host, origin, headers.

A server on this machine can be reached by every web page that its user opens. A page of another
origin is told by its Origin header, and one that has its name resolve to this machine (DNS
rebinding) by the Host header.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import problem
from .settings import ServeSettings
from .traces import trace_of

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine."""
_ANYBODYS = frozenset({"/livez", "/readyz"})
"""Asked by what runs containers, by the address of one; they tell nothing."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Of what has none of its own; the web page sets the policy that it needs."""


class Guards:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self._app = app
        self._hosts = LOCAL | {settings.host.lower()} | {n.lower() for n in settings.names}
        self._origins = frozenset(settings.origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = scope["path"] not in _ANYBODYS
        if asked and (refusal := self._refusal(scope["method"], headers)) is not None:
            trace_of(scope).code = refusal[1]
            await problem(*refusal, path=scope["path"])(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    sent.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str, str] | None:
        host = _host(headers.get("host", ""))
        if host not in self._hosts:
            return 421, "wrong-host", "This server does not go by that name; see --name."
        origin = headers.get("origin")
        if origin is None or method in _SAFE or origin in self._origins:
            return None
        if _netloc(origin) == headers.get("host", "").lower():
            return None
        return 403, "wrong-origin", "Web pages of other origins may not do this; see --origin."


def _host(header: str) -> str:
    """The name in a Host header, without port and brackets."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:  # brackets that do not close
        return ""


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
