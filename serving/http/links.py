"""Addresses that open one file for a while: what plays sound and film cannot send a key.

A link tells the key that it was made for, and opens no more than that key does, nothing once it is
revoked. It is signed with a secret of this process: a server that starts again knows none of the
old ones. Knows no clock: the caller says what time it is, in seconds since 1970.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from recto.serving.keys import Key

LIFETIME = 900
"""Seconds. What goes on playing asks for the next part of a file by a new one."""


class Links:
    """Of one server, from its start. For several threads."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def signed(self, path: str, key: Key, now: float) -> str:
        """The path, not quoted yet, with what opens it from `now` on."""
        expires = int(now) + LIFETIME
        query = {
            "key": key.id,
            "expires": expires,
            "signature": self._signature(path, key, expires),
        }
        return f"{quote(path)}?{urlencode(query)}"

    def open(self, path: str, key: Key, query: Mapping[str, str], now: float) -> bool:
        """Whether a request for this path, with this query, comes by a link for this key."""
        told = query.get("expires", "")
        if not (told.isascii() and told.isdigit() and len(told) < 16) or int(told) < now:
            return False
        expected = self._signature(path, key, int(told))
        return hmac.compare_digest(expected.encode(), query.get("signature", "").encode())

    def _signature(self, path: str, key: Key, expires: int) -> str:
        # The path comes last, as only it may hold line feeds: no two requests sign alike.
        signed = "\n".join((key.id, key.tenant, str(expires), path))
        return hmac.new(self._secret, signed.encode(), hashlib.sha256).hexdigest()
