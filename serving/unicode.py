"""Texts as they can be sent: names of files that are no UTF-8 hold halves of surrogate pairs, which
no encoding of Unicode can keep."""

from __future__ import annotations

import re
from typing import Any

_HALVES = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def sendable(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    """The same text, list or object, with U+FFFD for each such half in it."""
    if isinstance(value, str):
        return value if value.isascii() else _HALVES.sub(_REPLACEMENT, value)
    if isinstance(value, (list, tuple)):
        return [sendable(item) for item in value]
    if isinstance(value, dict):
        return {sendable(name): sendable(item) for name, item in value.items()}
    return value
