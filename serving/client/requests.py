"""Requests to a server, and its problems as errors of ours."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import httpx2

from recto.engine import errors
from recto.engine.closing import Closing

_KINDS: Mapping[str, type[errors.RectoError]] = {
    "not-found": errors.NotFound,
    "limit-exceeded": errors.LimitExceeded,
    "unsupported-file": errors.UnsupportedFile,
    "unreadable-document": errors.DocumentError,
    "bad-question": errors.QuestionError,
    "bad-encoder": errors.EncoderError,
    "library-busy": errors.LibraryBusy,
    "library-conflict": errors.LibraryError,
    "disk-full": errors.DiskFull,
    "missing-part": errors.MissingExtra,
    "model-timeout": errors.EndpointTimeout,
    "model-busy": errors.RateLimited,
    "cost-limit": errors.CostLimitReached,
    "model-failed": errors.EndpointError,
    "internal": errors.InternalError,
    "fetch-failed": errors.OutsideError,
    "fetch-timeout": errors.OutsideError,
    "no-key": errors.KeyRefused,
    "forbidden": errors.KeyRefused,
}
"""By the code of a problem; others are told apart by their status."""
_BUSY = ("busy", "library-busy")
"""Codes of what was not begun, besides those of 429."""
_ATTEMPTS = 5
_LONGEST = 60
"""Seconds that one waits at most because the server asks for it."""


class Event(NamedTuple):
    """A server-sent event."""

    kind: str
    data: Any


class Requests(Closing):
    """To one server. For several threads."""

    def __init__(
        self, client: httpx2.Client, *, pause: Callable[[float], object] = time.sleep
    ) -> None:
        """Closes the client. `pause` waits so many seconds when the server asks for it."""
        self._client = client
        self._pause = pause

    def get(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """The JSON at a path. Raises the errors that the server tells, BackendUnreachable."""
        return self._send("GET", path, params=_given(parameters)).json()

    def content(self, path: str, parameters: Mapping[str, Any] | None = None) -> bytes:
        return self._send("GET", path, params=_given(parameters)).content

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        return self._send("PATCH", path, json=_given(body)).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        return self._send("POST", path, json=_given(body)).json()

    def delete(self, path: str) -> Any:  # noqa: ANN401
        return self._send("DELETE", path).json()

    def upload(
        self,
        path: str,
        files: Sequence[tuple[str, tuple[str, IO[bytes]]]],
        fields: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """Send files with the fields of a form; gives back the JSON of the reply."""
        return self._send("POST", path, files=files, data=_given(fields)).json()

    def events(self, path: str, body: Mapping[str, Any] | None = None) -> Iterator[Event]:
        """The events of a stream, until it ends."""
        method = "GET" if body is None else "POST"
        sent = None if body is None else _given(body)
        for attempt in range(_ATTEMPTS):
            with _reached(), self._client.stream(method, path, json=sent) as response:
                if response.status_code < 400:
                    yield from _events(response)
                    return
                response.read()
                wait = self._wait(response, attempt)
            self._pause(wait)

    def close(self) -> None:
        self._client.close()

    def _send(self, method: str, path: str, **named: Any) -> httpx2.Response:  # noqa: ANN401
        for attempt in range(_ATTEMPTS):
            for _, (_, file) in named.get("files", ()):
                file.seek(0)
            with _reached():
                response = self._client.request(method, path, **named)
            if response.status_code < 400:
                break
            self._pause(self._wait(response, attempt))
        return response

    def _wait(self, response: httpx2.Response, attempt: int) -> float:
        """Seconds after which a request that was refused, and not begun, is sent again.

        Raises the error that the server tells where that is of no use.
        """
        problem = _problem(response)
        if response.status_code != 429 and _code(response) not in _BUSY:
            raise problem
        asked = response.headers.get("retry-after", "")
        wait = int(asked) if asked.isascii() and asked.isdigit() else 1
        if attempt == _ATTEMPTS - 1 or wait > _LONGEST:
            raise problem
        return wait


def _events(response: httpx2.Response) -> Iterator[Event]:
    kind, data = "message", ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            data += line[6:]
        elif not line and data:
            yield Event(kind, json.loads(data))
            kind, data = "message", ""


def error_of(told: Mapping[str, Any], status: int) -> errors.RectoError:
    """The error that a problem of the server tells."""
    detail = str(told.get("detail") or f"the server answered with {status}")
    kind = _KINDS.get(str(told.get("code")))
    if kind is None:
        kind = errors.InputError if status < 500 else errors.BackendUnreachable
    return kind(detail)


def _told(response: httpx2.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _code(response: httpx2.Response) -> str:
    return str(_told(response).get("code", ""))


def _problem(response: httpx2.Response) -> errors.RectoError:
    told = _told(response)
    if "code" not in told:
        return errors.BackendUnreachable(
            f"{response.url.host} answered with {response.status_code}, but not as recto does; is "
            "there another server at this address?"
        )
    return error_of(told, response.status_code)


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except httpx2.HTTPError as error:
        raise errors.BackendUnreachable(
            f"The server of the library does not answer: {error or type(error).__name__}. Is it"
            " running, and is this its address?"
        ) from error


def _given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if value is not None}
