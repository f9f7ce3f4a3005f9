"""Who did what, when: a line of JSON for each request that may change something, was refused, or
took an original away, or a part of one. Questions and what documents say are not in it.

The file is only ever appended to, and opened for each line, so that it may be moved away while the
server runs.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from starlette.types import Scope

from .traces import Trace, route_of

_log = logging.getLogger("recto.http")
FILE = "audit.jsonl"
_TAKEN = ("/source", "/media")
"""The ends of the paths at which originals are."""
_REFUSED = (401, 403, 429)


class Audit:
    """The log in the state folder of a server. For several threads."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._lock = Lock()

    def note(self, scope: Scope, trace: Trace, status: int) -> None:
        """Tell of a request that has been answered, if it is one to be told of."""
        route = route_of(scope)
        if trace.right == "read" and status not in _REFUSED and not route.endswith(_TAKEN):
            return
        key = trace.key
        self._append(
            {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "key": key.id if key else "",
                "tenant": key.tenant if key else "",
                "from": scope["client"][0] if scope.get("client") else "",
                "did": f"{scope['method']} {route}".rstrip(),
                **{name: str(value) for name, value in scope.get("path_params", {}).items()},
                **trace.notes,
                "status": status,
                "code": trace.code,
            }
        )

    def _append(self, entry: dict[str, object]) -> None:
        line = (json.dumps(entry) + "\n").encode()
        try:
            self._write(line)
        except OSError as error:  # the request is done; that it was is told elsewhere
            _log.error("the audit log cannot be written: %s", error)

    def _write(self, line: bytes) -> None:
        with self._lock:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line)
            finally:
                os.close(file)
