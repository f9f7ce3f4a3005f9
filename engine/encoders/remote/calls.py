"""HTTP calls with JSON: in time, tried again where that can help, and never to another server.

Knows no model. The key goes to the server alone: it is in no message.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from recto.engine.errors import BackendUnreachable, EncoderError

Json = Mapping[str, object]

_AGAIN = (429, 500, 502, 503, 504)
"""Statuses of a server that may do better later."""
_LONGEST_WAIT = 30.0
"""Seconds, whatever the server asks for."""
_MOST = 256 << 20
"""Bytes of an answer; the vectors of a page take 2 MB."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Calls one server."""

    server: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 120.0
    """Seconds for one call."""
    attempts: int = 5
    first_wait: float = 0.5
    """Seconds after the first failed attempt; each further wait is twice as long."""
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def get(self, path: str) -> Json:
        """Raises BackendUnreachable, EncoderError."""
        return self._call(path, None)

    def post(self, path: str, body: Json) -> Json:
        """Raises BackendUnreachable, EncoderError."""
        return self._call(path, json.dumps(body).encode())

    def _call(self, path: str, body: bytes | None) -> Json:
        wait = self.first_wait
        for left in range(self.attempts - 1, -1, -1):
            try:
                return self._once(path, body)
            except _Later as later:
                if not left:
                    raise self._given_up(path, later) from later
                self.sleep(min(max(wait, later.wait), _LONGEST_WAIT))
                wait *= 2
        raise AssertionError(self.attempts)

    def _once(self, path: str, body: bytes | None) -> Json:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = Request(self.server + path, body, headers)
        end = time.monotonic() + self.timeout
        try:
            with _OPENER.open(request, timeout=self.timeout) as response:
                return self._read(path, response, end)
        except HTTPError as error:
            with error:
                raise self._refused(path, error) from error
        except TimeoutError as error:
            raise self._slow(path) from error
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._slow(path) from error
            raise _Later(str(error.reason)) from error
        except (OSError, HTTPException) as error:
            raise BackendUnreachable(
                f"The connection to {self.server}{path} was cut: {error or type(error).__name__}."
                " Look at the server's log."
            ) from error

    def _read(self, path: str, response: HTTPResponse, end: float) -> Json:
        parts, size = [], 0
        while chunk := response.read1(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > _MOST:
                raise EncoderError(f"{self.server}{path} answered with more than {_MOST:,} bytes.")
            if time.monotonic() > end:  # a server that drips keeps each read in time
                raise self._slow(path)
        if response.length:
            raise HTTPException(f"{response.length:,} bytes of its answer are missing")
        return self._parsed(path, b"".join(parts))

    def _parsed(self, path: str, text: bytes) -> Json:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise EncoderError(
                f"{self.server}{path} answered with no JSON object, but {self._shown(text)!r}; is"
                " it a vLLM server?"
            )
        return value

    def _refused(self, path: str, error: HTTPError) -> Exception:
        said = self._shown(_beginning(error))
        if error.code in _AGAIN:
            return _Later(f"{error.code} {said}", _seconds(error.headers))
        advice = {
            401: " Put its key into the environment variable RECTO_ENCODER_KEY.",
            403: " Put its key into the environment variable RECTO_ENCODER_KEY.",
            404: " Does it serve a pooling model (vllm serve MODEL --runner pooling)?",
        }.get(error.code, "")
        return EncoderError(f"{self.server}{path} answered {error.code}: {said}.{advice}")

    def _slow(self, path: str) -> BackendUnreachable:
        return BackendUnreachable(
            f"{self.server}{path} did not answer within {self.timeout:g} s; it is too busy, or the"
            " network is."
        )

    def _given_up(self, path: str, later: _Later) -> BackendUnreachable:
        return BackendUnreachable(
            f"{self.server}{path} was tried {self.attempts} times: {later}. Start the server, or"
            " correct the encoder's address."
        )

    def _shown(self, text: bytes) -> str:
        """The beginning of an answer; a server may repeat what it was sent."""
        shown = " ".join(text[:2000].decode("utf-8", "replace").split())
        return (shown.replace(self.key, "***") if self.key else shown)[:300]


class _Later(Exception):
    """This attempt failed in a way that another need not."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class _Stay(HTTPRedirectHandler):
    """A redirection would carry the key, and the pages, to another server."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


_OPENER = build_opener(_Stay)


def _beginning(error: HTTPError) -> bytes:
    try:
        return error.read(2000)
    except (OSError, HTTPException):
        return b""


def _seconds(headers: Message) -> float:
    """What `Retry-After` asks for, if in seconds."""
    text = headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0
