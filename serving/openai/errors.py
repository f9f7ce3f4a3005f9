"""Errors in the form that clients of OpenAI raise as theirs."""

from __future__ import annotations

from fastapi.responses import JSONResponse

PREFIX = "/v1/"
"""Paths below it tell errors so."""
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def told(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """{"error": {"message", "type", "param", "code"}}"""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    error = {"message": detail, "type": kind, "param": None, "code": code.replace("-", "_")}
    return JSONResponse({"error": error}, status, headers=headers)
