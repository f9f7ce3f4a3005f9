"""What the retrievers share: what is said of each page. Knows no framework."""

from __future__ import annotations

from typing import Any, Protocol

from recto.engine.errors import MissingExtra
from recto.results import Hit

LIMIT = 5


class Searched(Protocol):
    """A library, open on this machine or served."""

    def search(
        self, question: str | None = None, *, limit: int = LIMIT, where: str | None = None
    ) -> list[Hit]: ...


def metadata_of(hit: Hit) -> dict[str, Any]:
    """Where a page is from, in the words of the JSON of a hit; the document's own besides."""
    own = {f"meta.{key}": value for key, value in hit.document.metadata.items()}
    told = hit.as_json()
    told["matches"] = [list(match["box"]) for match in told["matches"]]
    return own | told | {"title": hit.document.title, "tags": list(hit.document.tags)}


def id_of(hit: Hit) -> str:
    """The same page has the same id in every search."""
    return f"{hit.document.id}-{hit.page}"


def missing(package: str, extra: str) -> MissingExtra:
    """The error for a framework that is absent, with the command that installs it."""
    return MissingExtra(f'{package} is not installed: pip install "recto[{extra}]".')
