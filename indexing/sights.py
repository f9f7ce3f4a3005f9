"""Which words of a page are seen on it, kept in small files: telling costs drawing, or even OCR.

Lies in the folder of the pictures, and may be removed like them at any time. Knows no reader.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from recto.engine.endpoint.files import read_json, write_private
from recto.engine.page import PageContent, Word

_VERSION = 1
"""Of how it is told, and of the files."""


class Sights:
    """For several processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def words(
        self, document_id: str, content: PageContent, look: Callable[[], Sequence[Word]]
    ) -> tuple[Word, ...]:
        """Those of the words of a page that are seen: what `look` tells, which is called if that
        is not known."""
        words = content.text.words
        path = self._folder / document_id / f"{content.number}-seen.json"
        asked = [_VERSION, sha256(repr(words).encode("utf-8", "replace")).hexdigest()]
        kept = read_json(path)
        if isinstance(kept, dict) and kept.get("of") == asked:
            hidden = set(kept["hidden"])
            return tuple(word for at, word in enumerate(words) if at not in hidden)
        told = tuple(look())
        hidden_at = list(_left_out(words, told))
        write_private(path, json.dumps({"of": asked, "hidden": hidden_at}).encode())
        return told


def _left_out(words: Sequence[Word], told: Sequence[Word]) -> Iterator[int]:
    """Places of those that are not among the `told`, which are in the same order."""
    coming = iter(told)
    awaited = next(coming, None)
    for at, word in enumerate(words):
        if word == awaited:
            awaited = next(coming, None)
        else:
            yield at
