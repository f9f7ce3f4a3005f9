"""Who did what, when: a line of JSON for each request that may change something, was refused, or
took an original away, or a part of one. Questions and what documents say are not in it.
"""

from __future__ import annotations

import logging
from pathlib import Path

from starlette.types import Scope

from recto.serving.auditing import AuditLog

from .traces import Trace, route_of

_log = logging.getLogger("recto.http")
_TAKEN = ("/source", "/media")
"""The ends of the paths at which originals are."""
_REFUSED = (401, 403, 429)


class Audit:
    """The log in the state folder of a server. For several threads."""

    def __init__(self, folder: Path) -> None:
        self._log = AuditLog(folder)

    def note(self, scope: Scope, trace: Trace, status: int) -> None:
        """Tell of a request that has been answered, if it is one to be told of."""
        route = route_of(scope)
        if trace.right == "read" and status not in _REFUSED and not route.endswith(_TAKEN):
            return
        key = trace.key
        self._append(
            {
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
        try:
            self._log.append(entry)
        except OSError as error:  # the request is done; that it was is told elsewhere
            _log.error("the audit log cannot be written: %s", error)
