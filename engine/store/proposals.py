"""How many pages the cheap comparisons of a library must propose for an exact one, as measured.

Knows neither stores nor questions; engine/proposing.py measures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_GROWTH = 1.25
"""By which a library must have changed to be measured again; so many more are proposed until then.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What was measured on one library, or on what one tenant has of it."""

    library: int
    """How many pages it had."""
    deep: int
    """How many of each comparison were looked at; what stands behind them was not seen."""
    places: tuple[int, ...]
    """Ascending, from 0: where pages that are the best stand in the comparison that has them
    first."""

    def count(self, recall: float) -> int:
        """How many each must propose so that this share of the best is among them."""
        place = self.places[min(math.ceil(recall * len(self.places)), len(self.places)) - 1]
        return math.ceil((place + 1) * _GROWTH)

    def fits(self, pages: int) -> bool:
        """Whether a library of so many pages may be taken for the same."""
        return self.library / _GROWTH <= pages <= self.library * _GROWTH

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def proposals_of(plain: Mapping[str, Any]) -> Proposals | None:
    """What `to_json` was called on; None for anything else: it is measured again."""
    try:
        places = tuple(sorted(int(place) for place in plain["places"]))
        made = Proposals(library=int(plain["library"]), deep=int(plain["deep"]), places=places)
    except (KeyError, TypeError, ValueError):
        return None
    return made if places and places[0] >= 0 else None
