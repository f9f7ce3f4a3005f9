"""A quote of words of a page, with the boxes where they stand. Knows no question."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

from recto.engine.answering.protocol import Evidence, Quote
from recto.engine.page import Word, union

_JOINERS = "\u200c\u200d"
"""Control characters that spelling needs in some scripts."""


def quote_of(evidence: Evidence, words: Sequence[Word]) -> Quote:
    """`words`, which follow each other on the page, as they stand there."""
    lines = groupby(words, key=lambda word: word.line)
    return Quote(
        document_id=evidence.document_id,
        page=evidence.content.number,
        text=" ".join(filter(None, (clean(word.text) for word in words))),
        boxes=tuple(union(word.box for word in line) for _, line in lines),
    )


def clean(text: str) -> str:
    """Without control characters and marks that turn the direction of what follows."""
    return "".join(
        char
        for char in text
        if char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )
