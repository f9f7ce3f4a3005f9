"""What is found out about a request while it is served, for who counts, logs and audits it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope

from recto.serving.keys import RIGHTS, Key, Right

_PLACE = "recto.trace"


@dataclass(slots=True, kw_only=True)
class Trace:
    """Filled in from outside to inside; told when the response is sent."""

    key: Key | None = None
    """Of who asks; None before that is known, and where nobody is asked."""
    right: Right = "read"
    """The highest that was needed."""
    code: str = ""
    """Of the problem that was told, if one was."""
    notes: dict[str, str] = field(default_factory=dict)
    """What a handler did, for the audit log: the job that it made, the document that it changed."""

    def needs(self, right: Right) -> None:
        self.right = max(self.right, right, key=RIGHTS.index)


def trace_of(scope: Scope) -> Trace:
    """That of a request, made when it is first asked for."""
    trace = scope.setdefault(_PLACE, Trace())
    assert isinstance(trace, Trace)
    return trace


def route_of(scope: Scope) -> str:
    """The path of a request as it is documented, without what it names; "" where there is none."""
    path: Any = getattr(scope.get("route"), "path", "")
    return path if isinstance(path, str) else ""
