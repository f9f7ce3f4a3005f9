"""What the server says of itself on stderr: a line an event, for people or for programs.

Knows how lines look, not what is in them: nobody passes it keys, questions or words of documents.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal, get_args

LogFormat = Literal["text", "json"]
FORMATS: tuple[LogFormat, ...] = get_args(LogFormat)
FIELDS = "fields"
"""What `extra` calls the values of an event: log.info("request", extra={"fields": {...}})."""


class Lines(logging.Formatter):
    """`time level logger message name=value ...`, or the same as one JSON object."""

    def __init__(self, form: LogFormat) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = getattr(record, FIELDS, {})
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        if self._form == "json":
            told = {"at": at, "level": record.levelname.lower(), "logger": record.name}
            more = {"trace": trace} if trace else {}
            return json.dumps({**told, "event": record.getMessage(), **fields, **more})
        values = "".join(f" {name}={_value(value)}" for name, value in fields.items())
        line = f"{at} {record.levelname} {record.name} {record.getMessage()}{values}"
        return f"{line}\n{trace}" if trace else line


def write_to_stderr(form: LogFormat) -> None:
    """Let everything that is logged from now on be written so."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(form))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _value(value: object) -> str:
    text = str(value)
    return json.dumps(text) if not text or any(c in text for c in ' "=\n\r') else text
