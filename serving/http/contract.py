"""The OpenAPI document, made true: which errors each operation can give and how they look, which
FastAPI would describe as its own, and what streams hold.

Paths of the API tell problems, those of OpenAI's API errors in its form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

from recto.serving.openai.errors import SCHEMA as OPENAI_ERROR
from recto.serving.openai.errors import is_told
from recto.serving.openai.replies import ChatChunk

from . import event_schemas
from .problems import MEDIA_TYPE
from .schemas import Problem

_NAMES = ("Problem", "OpenAIError")
_UNUSED = ("HTTPValidationError", "ValidationError")
"""What FastAPI would tell of a wrong request."""
_STREAM = "text/event-stream"
_STREAMS: Mapping[str, event_schemas.Kinds] = {
    "/api/libraries/{library}/ask": event_schemas.ANSWER,
    "/api/libraries/{library}/jobs/{job}/events": event_schemas.JOB,
    "/v1/chat/completions": {"": ChatChunk},
}
_PROBED = ("/livez", "/readyz")
_ENCODED = ("search", "classify", "/ask", "/heat", "completions", "embeddings", "rerank")
_ASKED = ("/ask", "completions")
_DRAWN = ("/image", "/frame", "/waveform", "/media", "classify", "embeddings", "rerank")
_FETCHED = "/fetch"
_PLAYED = "/{document}/media"

Operation = Mapping[str, Any]
Asks = Callable[[str, str, Operation], bool]
"""Whether something holds for a path, a method and how the operation is described."""


class Application(FastAPI):
    """A FastAPI application whose OpenAPI document tells what it really sends."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = _completed(super().openapi())
        return self.openapi_schema

    def methods(self, path: str) -> list[str]:
        """Those that a path takes: FastAPI has a route for each."""
        return sorted(
            method.upper()
            for template, operations in self.openapi()["paths"].items()
            if compile_path(template)[0].fullmatch(path)
            for method in operations
        )


def statuses(path: str, method: str, operation: Operation) -> list[int]:
    """Of the errors that an operation can give."""
    found = {status for holds, told in _RULES if holds(path, method, operation) for status in told}
    return sorted(found)


def _secured(path: str, method: str, operation: Operation) -> bool:
    return bool(operation.get("security"))


def _is_library(path: str, method: str, operation: Operation) -> bool:
    """Whether one is opened, which may be shut, busy or out of reach."""
    return _secured(path, method, operation) and path not in ("/metrics", "/v1/models")


def _takes(path: str, method: str, operation: Operation) -> bool:
    return bool(operation.get("parameters") or operation.get("requestBody"))


def _has_body(path: str, method: str, operation: Operation) -> bool:
    return "requestBody" in operation


def _writes(path: str, method: str, operation: Operation) -> bool:
    """Whether it puts something on the disk: also a filter may, where documents are described."""
    filtered = any(one["name"] == "where" for one in operation.get("parameters", ()))
    return filtered or (method != "get" and _is_library(path, method, operation))


def _names(*parts: str) -> Asks:
    return lambda path, method, operation: any(part in path for part in parts)


_RULES: tuple[tuple[Asks, tuple[int, ...]], ...] = (
    (lambda path, method, operation: True, (500,)),
    (lambda path, method, operation: path not in _PROBED, (421,)),
    (lambda path, method, operation: path == "/readyz", (503,)),
    (_secured, (401, 403, 429)),
    (_is_library, (404, 409, 503)),
    (_takes, (422,)),
    (_has_body, (400, 413)),
    (_writes, (507,)),
    (_names(*_ENCODED), (501, 502, 504)),
    (_names(*_ASKED), (402,)),
    (_names(_FETCHED), (502, 504)),
    (_names(*_DRAWN), (413, 415, 507)),
    (lambda path, method, operation: path.endswith(_PLAYED), (400, 416)),
)


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name in _UNUSED:
        schemas.pop(name, None)
    schemas.update(zip(_NAMES, (Problem.model_json_schema(), OPENAI_ERROR), strict=True))
    for path, method, operation in _operations(document):
        _tell_errors(path, method, operation)
        if path in _STREAMS:
            kinds = _STREAMS[path]
            content = operation["responses"]["200"]["content"]
            content[_STREAM] = event_schemas.described(kinds)
            for name, schema in event_schemas.components(kinds).items():
                schemas.setdefault(name, schema)
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _tell_errors(path: str, method: str, operation: dict[str, Any]) -> None:
    as_openai = ("application/json", _NAMES[1])
    media, name = as_openai if is_told(path) else (MEDIA_TYPE, _NAMES[0])
    content = {media: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    responses = operation["responses"]
    for status in [status for status in responses if int(status) >= 400]:
        del responses[status]
    for status in statuses(path, method, operation):
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
