"""recto: ask your documents, and see the pages that answer."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recto.answerers import summariser, vision
    from recto.engine.errors import RectoError
    from recto.indexing.outcome import AddReport
    from recto.library import Library
    from recto.opening import open
    from recto.results import Answer, Citation, Document, Hit, Page
    from recto.serving.client.connecting import connect
else:
    _HOMES = {
        "AddReport": "indexing.outcome",
        "Answer": "results",
        "Citation": "results",
        "Document": "results",
        "Hit": "results",
        "Library": "library",
        "Page": "results",
        "RectoError": "engine.errors",
        "connect": "serving.client.connecting",
        "open": "opening",
        "summariser": "answerers",
        "vision": "answerers",
    }

    def __getattr__(name: str) -> object:
        """Import when first used: `recto --help` need not wait for numpy."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"recto.{_HOMES[name]}"), name)


__all__ = [
    "AddReport",
    "Answer",
    "Citation",
    "Document",
    "Hit",
    "Library",
    "Page",
    "RectoError",
    "connect",
    "open",
    "summariser",
    "vision",
]
