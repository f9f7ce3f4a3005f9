"""What goes wrong between us and a server, as errors of ours. The only place that knows how
qdrant_client, httpx and gRPC say it. No message holds the key."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import grpc  # type: ignore[import-untyped]
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from recto.engine.errors import BackendUnreachable, DiskFull, LibraryError, RectoError
from recto.engine.store.remote.address import CA, KEY, ServerAddress

FAILURES = (
    UnexpectedResponse,
    ResponseHandlingException,
    ResourceExhaustedResponse,
    grpc.RpcError,
    ValueError,  # an answer that is no JSON, and what local mode says
)
"""All that a call of qdrant_client may raise because of the server or the way to it."""

_AGAIN = frozenset({0, 408, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed; 0 is none at all."""
_OF_GRPC = {
    grpc.StatusCode.UNAVAILABLE: 0,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.ABORTED: 503,
    grpc.StatusCode.CANCELLED: 503,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
}
_FULL = re.compile(r"no space left|os error 28|disk (space|is full)|quota", re.IGNORECASE)
_UNTRUSTED = re.compile(r"certificate", re.IGNORECASE)
"""What OpenSSL and gRPC say where one side does not accept the other's certificate."""
_LONGEST = 300
"""Characters of what a server says."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a call came to instead of an answer."""

    status: int
    """As of HTTP; 0: nothing came."""
    said: str
    wait: float = 0.0
    """Seconds that the server asks for."""

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later."""
        return (
            self.status in _AGAIN and not _FULL.search(self.said) and not self.is_about_certificates
        )

    @property
    def is_about_certificates(self) -> bool:
        return self.status == 0 and _UNTRUSTED.search(self.said) is not None


def failure_of(error: Exception, key: str | None) -> Failure:
    """What one of `FAILURES` says, without the key, which a server may repeat."""
    status, said, wait = _told(error)
    said = " ".join(said.split())
    if key:
        said = said.replace(key, "***")
    return Failure(status, said[:_LONGEST], wait)


def translated(failure: Failure, address: ServerAddress, attempts: int) -> RectoError:
    """The error of ours that a failure is, after so many attempts."""
    server, said = address.server, failure.said
    if _FULL.search(said):
        return DiskFull(
            f"{server} has no room: {said}. What was acknowledged is kept; make room on the server,"
            " or raise its quota, and run the same again."
        )
    if failure.status in (401, 403):
        missing = "was given no key" if address.key is None else "does not take this key"
        return BackendUnreachable(
            f"{server} {missing} ({said}). Put the one that may use it into the environment"
            f" variable {KEY}, or pass api_key."
        )
    if failure.is_about_certificates:
        return BackendUnreachable(
            f"{server} and this program do not accept each other's certificates: {said}. Name the"
            " file of the authority that has signed the server's (ca of ServerSettings, or"
            f" {CA}), and one of your own if it asks for it (certificate)."
        )
    if failure.status == 404:
        return LibraryError(
            f"{address} is not there any more ({said}); it was removed or encoded again meanwhile."
            " Open it again."
        )
    if failure.passing:
        times = f"was tried {attempts} times" if attempts > 1 else "did not answer"
        return BackendUnreachable(
            f"{server} {times}: {said}. Is that its address, and does Qdrant run there?"
        )
    if failure.status == 200:
        return BackendUnreachable(
            f"{server} answers, but not as a Qdrant server does: {said}. Is that its address? A"
            " proxy in between may answer instead of it."
        )
    return LibraryError(f"{server} refuses with {failure.status}: {said}.")


def _told(error: Exception) -> tuple[int, str, float]:
    if isinstance(error, ResourceExhaustedResponse):
        return 429, str(error), float(error.retry_after_s)
    if isinstance(error, UnexpectedResponse):
        return error.status_code or 0, _content(error), 0.0
    if isinstance(error, grpc.RpcError):
        code, details = _grpc(error)
        return _OF_GRPC.get(code, 500), f"{details or code}", 0.0
    if isinstance(error, ResponseHandlingException):
        source = error.source
        if isinstance(source, ValueError):  # pydantic's: JSON, but of something else
            return 200, f"{type(source).__name__}: {source}", 0.0
        return 0, f"{source or type(source).__name__}", 0.0
    if re.match(r"Collection .* not found", str(error)):
        return 404, str(error), 0.0
    return 200, f"{error}", 0.0


def _grpc(error: grpc.RpcError) -> tuple[grpc.StatusCode, str]:
    assert isinstance(error, grpc.Call), "every error of a finished call is one"
    return error.code(), error.details() or ""


def _content(error: UnexpectedResponse) -> str:
    """What Qdrant says, or the beginning of what somebody else does."""
    text = error.content.decode("utf-8", "replace")
    try:
        said = json.loads(text)["status"]["error"]
    except (ValueError, KeyError, TypeError):
        said = text or error.reason_phrase
    return f"{error.status_code}: {said}"
