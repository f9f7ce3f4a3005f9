"""The audit log in the state folder of a server: a line of JSON for each thing that was done.

The file is only ever appended to, and opened for each line, so that it may be moved away while the
server runs, and written by several processes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

FILE = "audit.jsonl"


class AuditLog:
    """For several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def append(self, entry: Mapping[str, object]) -> None:
        """Add a line, with the time. Raises OSError."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = (json.dumps({"at": at, **entry}) + "\n").encode()
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)  # in one piece: lines of others do not come between
        finally:
            os.close(file)
