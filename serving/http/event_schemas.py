"""What events of streams hold, and how OpenAPI is told: each kind with the form of its data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from recto.serving.jobs.job import JobState

from .schemas import AnswerInfo, JobFileInfo, Told

Kinds = Mapping[str, type[BaseModel]]
"""The form of the data of each kind of event; "" is the kind of those without a name."""


class StateEvent(Told):
    state: JobState
    error: str = ""


class FileEvent(JobFileInfo):
    index: int
    """Place of the file in its job, from 0."""


class PageEvent(Told):
    index: int
    page: int
    pages: int
    """0 while unknown, and where there are none, as in sound and film."""
    share: float = 0.0
    """Of all bytes."""


class ShutdownEvent(Told):
    """The server stops; what goes on is told when it is back."""


class TextEvent(Told):
    text: str


class ErrorEvent(Told):
    status: int
    code: str
    detail: str


JOB: Kinds = {
    "state": StateEvent,
    "file": FileEvent,
    "page": PageEvent,
    "shutdown": ShutdownEvent,
}
ANSWER: Kinds = {"text": TextEvent, "answer": AnswerInfo, "error": ErrorEvent}


def described(kinds: Kinds) -> dict[str, Any]:
    """The media type object of a stream, as FastAPI describes its own."""
    return {"itemSchema": {"oneOf": [_event(kind, model) for kind, model in kinds.items()]}}


def components(kinds: Kinds) -> dict[str, Any]:
    """What it refers to, by name."""
    found: dict[str, Any] = {}
    for model in kinds.values():
        schema = model.model_json_schema(
            ref_template="#/components/schemas/{model}", mode="serialization"
        )
        found.update(schema.pop("$defs", {}))
        found[model.__name__] = schema
    return found


def _event(kind: str, model: type[BaseModel]) -> dict[str, Any]:
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": f"#/components/schemas/{model.__name__}"},
    }
    properties: dict[str, Any] = {"id": {"type": "string"}, "data": data}
    if kind:
        properties["event"] = {"const": kind}
    return {
        "type": "object",
        "required": ["event", "data"] if kind else ["data"],
        "properties": properties,
    }
