"""Errors as problem+json (RFC 9457), each with a code that programs may rely on.

    {"type": "about:blank", "title": "Not Found", "status": 404, "code": "not-found",
     "detail": "No document 'x' ..."}

Knows every error of ours; what is not ours is a 500 without detail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from recto.engine import errors
from recto.serving.openai import errors as openai
from recto.serving.telling import tellable

from .traces import route_of, trace_of

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger("recto.http")

# The first kind that an error is of decides, so that families come after their members.
_STATUS: tuple[tuple[type[errors.RectoError], int, str], ...] = (
    (errors.NotFound, 404, "not-found"),
    (errors.LimitExceeded, 413, "limit-exceeded"),
    (errors.UnsupportedFile, 415, "unsupported-file"),
    (errors.DocumentError, 422, "unreadable-document"),
    (errors.QuestionError, 422, "bad-question"),
    (errors.EncoderError, 422, "bad-encoder"),
    (errors.InputError, 422, "bad-input"),
    (errors.LibraryBusy, 503, "library-busy"),
    (errors.LibraryError, 409, "library-conflict"),
    (errors.DiskFull, 507, "disk-full"),
    (errors.MissingExtra, 501, "missing-part"),
    (errors.BackendUnreachable, 503, "backend-unreachable"),
    (errors.EndpointTimeout, 504, "model-timeout"),
    (errors.RateLimited, 503, "model-busy"),
    (errors.CostLimitReached, 402, "cost-limit"),
    (errors.EndpointError, 502, "model-failed"),
    (errors.OutsideError, 503, "unavailable"),
    (errors.InternalError, 500, "internal"),
)
_CODES = {
    400: "bad-request",
    401: "no-key",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    411: "length-required",
    413: "too-large",
    415: "unsupported-media-type",
    416: "bad-range",
    421: "wrong-host",
    422: "bad-input",
    429: "too-many-requests",
    503: "unavailable",
}
RETRY_LATER = 5
"""Seconds after which what is not available now may be tried again."""


class Refusal(Exception):
    """A request that is refused with this status; `code` where the status does not say enough."""

    def __init__(
        self, status: int, detail: str, *, code: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code or _CODES[status]
        self.headers = headers or {}


def problem(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None, *, path: str = ""
) -> JSONResponse:
    """The response that tells of an error, in the form of the API that `path` is of."""
    headers = dict(headers or {})
    if status in (429, 503):
        headers.setdefault("Retry-After", str(RETRY_LATER))
    if openai.is_told(path):
        return openai.told(status, code, detail, headers)
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def status_and_code(error: errors.RectoError | Refusal) -> tuple[int, str]:
    """How an error of ours is told over HTTP."""
    if isinstance(error, Refusal):
        return error.status, error.code
    for kind, status, code in _STATUS:
        if isinstance(error, kind):
            return status, code
    return 500, "internal"


def detail_of(error: errors.RectoError | Refusal) -> str:
    """What may be told of an error to whoever asks."""
    return str(error) if isinstance(error, Refusal) else tellable(error)


def tell_problems(app: FastAPI, methods: Callable[[str], list[str]]) -> None:
    """Let every error that leaves a handler of `app` become a problem; `methods` of a path are
    those that it takes."""

    @app.exception_handler(errors.RectoError)
    async def ours(request: Request, error: errors.RectoError) -> JSONResponse:
        status, code = status_and_code(error)
        if status >= 500 or isinstance(error, errors.LibraryError):
            _log.error("%s %s: %s", request.method, route_of(request.scope), error)
        return _told(request, status, code, detail_of(error))

    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> JSONResponse:
        return _told(request, error.status, error.code, str(error), error.headers)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        code = _CODES.get(error.status_code, "error")
        headers = dict(error.headers or {})
        if error.status_code == 405 and (taken := methods(request.url.path)):
            headers["Allow"] = ", ".join(taken)
        return _told(request, error.status_code, code, str(error.detail), headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        detail = "; ".join(_wrong(entry) for entry in error.errors())
        return _told(request, 422, "bad-input", detail)


def _told(
    request: Request, status: int, code: str, detail: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    trace_of(request.scope).code = code
    return problem(status, code, detail, headers, path=request.url.path)


def _wrong(entry: dict[str, Any]) -> str:
    """One field that is wrong, without what was sent, which may be secret or huge."""
    place = ".".join(str(part) for part in entry["loc"])
    return f"{place}: {entry['msg']}"
