"""The few words of a page that a hit shows. Knows boxes and words, and nothing of terminals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from recto.engine.page import Box, Word

if TYPE_CHECKING:
    from recto.results import Hit


class Piece(NamedTuple):
    """A word of a snippet, and whether the question matched it."""

    text: str
    matched: bool


def snippet(hit: Hit, length: int) -> list[Piece]:
    """At most about `length` characters of the page, where it matched best; may be empty."""
    words = hit.page.content.words
    scores = [_score(word, hit) for word in words]
    if not words:
        return []
    sizes = [len(word.text) + 1 for word in words]
    starts = [i for i, score in enumerate(scores) if score > 0] or [0]
    start = max(starts, key=lambda i: (sum(scores[i : _end(sizes, i, length)]), -i))
    start = _back(words, start, length // 4)
    end = _end(sizes, start, length)
    pieces = [Piece(words[i].text[:length], scores[i] > 0) for i in range(start, end)]
    before = [Piece("…", False)] if start > 0 else []
    after = [Piece("…", False)] if end < len(words) else []
    return before + pieces + after


def _score(word: Word, hit: Hit) -> float:
    return max((match.score for match in hit.matches if _covers(match.box, word.box)), default=0.0)


def _covers(box: Box, word: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


def _end(sizes: Sequence[int], start: int, length: int) -> int:
    """The index after the last word that fits; one word always does."""
    end, left = start + 1, length - sizes[start]
    while end < len(sizes) and sizes[end] <= left:
        left -= sizes[end]
        end += 1
    return end


def _back(words: Sequence[Word], start: int, length: int) -> int:
    """Begin a little earlier, on the same line, so that the match stands in its sentence."""
    line = words[start].line
    while start > 0 and words[start - 1].line == line:
        length -= len(words[start - 1].text) + 1
        if length < 0:
            break
        start -= 1
    return start
