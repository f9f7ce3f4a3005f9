"""Errors in the form that clients of OpenAI raise as theirs."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

_PREFIX = "/v1/"
RERANK = ("/rerank", "/v1/rerank", "/v2/rerank")
"""Where clients of Cohere, Jina and vLLM look for it."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": "null"},
                "code": {"type": "string"},
            },
        }
    },
}
"""As OpenAPI describes them."""
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def is_told(path: str) -> bool:
    """Whether errors at a path are told so."""
    return path.startswith(_PREFIX) or path in RERANK


def told(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """{"error": {"message", "type", "param", "code"}}"""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    error = {"message": detail, "type": kind, "param": None, "code": code.replace("-", "_")}
    return JSONResponse({"error": error}, status, headers=headers)
