"""The strategies that there are, by name."""

from __future__ import annotations

from collections.abc import Callable

from recto.engine.errors import InputError
from recto.engine.strategies.crossmodal import CrossModalPages
from recto.engine.strategies.default import LateInteraction
from recto.engine.strategies.protocol import Shelf, Strategy
from recto.engine.strategies.single import SingleVector
from recto.engine.strategies.summaries import SummariesAlone
from recto.engine.strategies.summaries_pages import SummariesPages

DEFAULT = "default"
KNOWN: dict[str, Callable[[Shelf], Strategy]] = {
    DEFAULT: LateInteraction,
    "single": SingleVector,
    "crossmodal": CrossModalPages,
    "summaries": SummariesAlone,
    "summaries-pages": SummariesPages,
}
NEED_SUMMARIES = ("summaries", "summaries-pages")


def make(name: str, shelf: Shelf) -> Strategy:
    """Raises InputError for an unknown name."""
    if name not in KNOWN:
        raise InputError(f"No strategy is called {name!r}. There is: {', '.join(KNOWN)}.")
    return KNOWN[name](shelf)
