"""How many bytes a page has of what searches compare: vectors and words, not the store around them.

Knows libraries, and no way of finding.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from recto.engine.bm25 import words_vector
from recto.engine.store.plan import PageFilter

if TYPE_CHECKING:
    from recto.engine.store.manifest import Datatype
    from recto.library import Library

_WIDTHS: dict[Datatype, float] = {"float16": 2.0, "turbo8": 1.0, "turbo4": 0.5}
"""Bytes of a number."""
_WORD = 8
"""A number of a term and its weight."""
_ENOUGH = 1000
"""Pages, which come in the order of their ids, that is: by chance."""


def datatype(library: Library) -> Datatype:
    """How the library keeps the vectors of its pages."""
    return library._holdings.store.patches_datatype


def bytes_by_arm(library: Library) -> dict[str, float]:
    """A page, on average: of `patches`, `rows`, `words`, and of a `single` vector."""
    dim = library.encoder.dim
    width = _WIDTHS[datatype(library)]
    found = {"patches": 0.0, "rows": 0.0, "words": 0.0}
    pages = 0
    store = library._holdings.store
    for page in islice(store.scroll(PageFilter(), with_vectors=True), _ENOUGH):
        pages += 1
        if page.vectors is not None and page.vectors.patches is not None:
            found["patches"] += len(page.vectors.patches.vectors) * dim * width
        if page.vectors is not None and page.vectors.rows is not None:
            found["rows"] += len(page.vectors.rows.vectors) * dim * _WIDTHS["float16"]
        found["words"] += len(words_vector(page.content).indices) * _WORD
    means = {arm: total / max(pages, 1) for arm, total in found.items()}
    return {**means, "single": dim * 4.0}
