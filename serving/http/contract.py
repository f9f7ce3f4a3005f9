"""The OpenAPI document, made true: how errors look, which FastAPI would describe as its own.

Paths of the API tell problems, those of OpenAI's API errors in its form; streams are text.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

from recto.serving.openai.errors import SCHEMA as OPENAI_ERROR
from recto.serving.openai.errors import is_told

from .problems import MEDIA_TYPE, STATUSES
from .schemas import Problem

_NAMES = ("Problem", "OpenAIError")
_UNUSED = ("HTTPValidationError", "ValidationError")
"""What FastAPI would tell of a wrong request."""


class Application(FastAPI):
    """A FastAPI application whose OpenAPI document tells the errors that it really sends."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = _with_errors(super().openapi())
        return self.openapi_schema

    def methods(self, path: str) -> list[str]:
        """Those that a path takes: FastAPI has a route for each."""
        return sorted(
            method.upper()
            for template, operations in self.openapi()["paths"].items()
            if compile_path(template)[0].fullmatch(path)
            for method in operations
        )


def _with_errors(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name in _UNUSED:
        schemas.pop(name, None)
    schemas.update(zip(_NAMES, (Problem.model_json_schema(), OPENAI_ERROR), strict=True))
    for path, operations in document["paths"].items():
        as_openai = ("application/json", _NAMES[1])
        media, name = as_openai if is_told(path) else (MEDIA_TYPE, _NAMES[0])
        content = {media: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        for operation in operations.values():
            for status in STATUSES:
                told = {"description": HTTPStatus(status).phrase, "content": content}
                operation["responses"].setdefault(str(status), {}).update(told)
    return document
