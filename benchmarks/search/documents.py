"""The pages of documents as their encoder has them, and the questions that people ask of them.

Unlike `prose`, these are whole documents and real questions; there are as many as there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recto.benchmarks.search.pageset import PageSet, save
from recto.engine.errors import InputError
from recto.engine.store.plan import PageFilter
from recto.engine.vectors import FloatArray

if TYPE_CHECKING:
    from recto.library import Library


def save_documents(place: Path, name: str, library: Library, questions: Sequence[str]) -> PageSet:
    """All pages of a library that have vectors of patches, in the order of their ids; questions are
    encoded as a search does it. Raises InputError where no page has any."""
    pages = _pages(library)
    first = next(pages, None)
    if first is None:
        raise InputError(f"No page of {name} has vectors that could be searched.")
    asked = [library._holdings.encoder.encode_question(text).patches for text in questions]
    return save(place, name, _and_the_rest(first, pages), asked)


def _pages(library: Library) -> Iterator[FloatArray]:
    for page in library._holdings.store.scroll(PageFilter(), with_vectors=True):
        if page.vectors is not None and page.vectors.patches is not None:
            yield page.vectors.patches.vectors


def _and_the_rest(first: FloatArray, others: Iterator[FloatArray]) -> Iterator[FloatArray]:
    yield first
    yield from others
