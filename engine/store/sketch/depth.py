"""At how many pages a search must look closely to find a given share of the best: measured.

The questions are made of the library's own vectors, each of several pages at once, so that none is
answered by one page alone. Real questions may be easier or harder; docs/performance.md compares.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from recto.engine.store.sketch.book import Table
from recto.engine.store.sketch.finding import Finder
from recto.engine.vectors import FloatArray

_QUESTIONS = 24
_PAGES = 4
"""That a question is made of."""
_VECTORS = 4
"""Of each of them."""
_NOISE = 1.25
"""Against the vectors' length: a question's are like those of a page, never equal to them."""
_BEST = 10
_SAMPLE = 2000
"""Pages that are looked at; in a larger library as many more stand before the best."""
_GROWTH = 1.25
"""By which a library must have changed to be measured again."""
_NAME = "depth.json"


@dataclass(frozen=True, slots=True)
class Depth:
    """What was measured on a library."""

    library: int
    """How many pages it had."""
    pages: int
    """How many of them were looked at."""
    places: tuple[int, ...]
    """Ascending: where the means of neighbouring vectors rank the pages that are the best."""

    def close(self, recall: float, pages: int) -> int:
        """At how many of so many pages to look closely."""
        place = self.places[min(math.ceil(recall * len(self.places)), len(self.places)) - 1]
        return math.ceil((place + 1) * max(1.0, pages / self.pages))

    def fits(self, pages: int) -> bool:
        return self.library / _GROWTH <= pages <= self.library * _GROWTH


def measure(finder: Finder, table: Table) -> Depth:
    """Takes about as long as `_QUESTIONS` searches that look closely at `_SAMPLE` pages."""
    random = np.random.default_rng(0)
    count = min(len(table), _SAMPLE)
    everything = np.sort(random.choice(len(table), count, replace=False))
    places: list[int] = []
    for _ in range(_QUESTIONS):
        question = _question(random, table)
        true = finder.scores(question, everything, coarse=False)
        guessed = finder.scores(question, everything, coarse=True)
        best = np.argsort(-true, kind="stable")[:_BEST]
        places += (guessed[None, :] > guessed[best, None]).sum(axis=1).tolist()
    return Depth(len(table), count, tuple(sorted(places)))


def read(folder: Path) -> Depth | None:
    """What was written, or None if there is nothing of use."""
    try:
        fields = json.loads((folder / _NAME).read_text())
        places = tuple(int(place) for place in fields["places"])
        return Depth(int(fields["library"]), int(fields["pages"]), places)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # it is measured again


def write(folder: Path, depth: Depth) -> None:
    temporary = folder / f"{_NAME}.new"
    temporary.write_text(json.dumps(asdict(depth)))
    temporary.replace(folder / _NAME)


def _question(random: np.random.Generator, table: Table) -> FloatArray:
    """(t, d): some vectors of some pages, as their sketches have them."""
    chosen = random.choice(len(table), min(_PAGES, len(table)), replace=False)
    entries = table.fine.entries[chosen]
    vectors = []
    for entry in entries:
        blocks = random.integers(entry["first"], entry["first"] + entry["blocks"], _VECTORS)
        rows = table.fine.column.rows[blocks, 0]
        vectors.append((rows.astype(np.float32) - 128) * entry["scale"])
    exact = np.concatenate(vectors)
    noise = random.standard_normal(exact.shape, dtype=np.float32) / math.sqrt(exact.shape[1])
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    question: FloatArray = exact + np.float32(_NOISE) * lengths * noise
    return question
