"""recto: ask your documents, and see the pages that answer."""

from recto.engine.errors import RectoError
from recto.indexing.outcome import AddReport
from recto.library import Library
from recto.opening import open
from recto.results import Answer, Citation, Document, Hit, Page

__all__ = [
    "AddReport",
    "Answer",
    "Citation",
    "Document",
    "Hit",
    "Library",
    "Page",
    "RectoError",
    "open",
]
