"""What may be told to whoever asks of an error that may name folders or machines of the server.

Knows nothing of how errors are told: over HTTP, to a model, or as what became of a job.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from recto.engine import errors

FAILED = "recto failed; the server's log says how."
_NEUTRAL: tuple[tuple[type[errors.RectoError], str], ...] = (
    (errors.DiskFull, "There is no room on the server's disk; try again when there is."),
    (
        errors.BackendUnreachable,
        "What keeps the library, or a model that it needs, does not answer; try again later.",
    ),
    (errors.EndpointError, ""),
    (errors.MissingExtra, ""),
    (errors.OutsideError, "Something around the server failed; its log says what."),
    (errors.LibraryBusy, "The library is being changed; try again later."),
    (errors.LibraryError, "The library cannot be used as it is; the server's log says why."),
    (errors.InternalError, FAILED),
)
"""The first kind that an error is of says it; "" its own words, as do errors of no kind here."""
_ADDRESS = re.compile(r"\bhttps?://[^\s'\"<>()]+")
_PATH = re.compile(r"(?<![\w.:/])/(?:[^\s/'\"<>:]+/)+([^\s/'\"<>:]+)")


def tellable(error: errors.RectoError, names: Mapping[str, str] | None = None) -> str:
    """An error in its own words, without places; those of the world around us in ours.

    `names` are what to call known places instead.
    """
    own = next((text for kind, text in _NEUTRAL if isinstance(error, kind)), "")
    return own or without_places(str(error), names)


def without_places(text: str, names: Mapping[str, str] | None = None) -> str:
    """A text in which files are called by their last name, and no server by its address."""
    for place, name in (names or {}).items():
        text = text.replace(place, name)
    return _PATH.sub(r"\1", _ADDRESS.sub("the server's address", text))
