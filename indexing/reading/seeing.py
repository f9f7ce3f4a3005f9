"""Which words of a page, as it was read, a person sees on it. Knows no files and no answers.

Where only reading the picture can tell, it is read, and a word is seen if it is read there, too:
with tolerance for letters, which OCR takes for others, and none for digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from recto.engine.page import Box, Word, union
from recto.engine.text import fold
from recto.indexing.reading.raw import Looked, Sight

ReadLines = Callable[[Sequence[Box]], Sequence[str]]
"""What a person reads in the picture of the page, a line in each place."""

_NEAR = 2e-3
"""Of the page's size: boxes are kept in steps."""
_AGREE = 0.6
"""Of the characters of a line, and of each word in it."""
_SKEWED = 1.5
"""Heights of a word that a piece of a line may have; that of a skewed line is higher."""
_SPELLED = re.compile(r"[\W_]+")
_READABLE = re.compile(
    "[\u0000-\u024f\u0370-\u03ff\u1e00-\u1fff\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]*"
)
"""Scripts that our OCR reads: Latin, Greek, Chinese, Japanese."""


def seen(words: Sequence[Word], looked: Looked, read_lines: ReadLines | None) -> tuple[Word, ...]:
    """Those of `words` that are seen. Without `read_lines`, nothing that is unclear is.

    What OCR laid under a scan in a script that ours does not read is believed.
    """
    told = _sights(words, looked)
    unclear = [at for at, sight in enumerate(told) if sight is Sight.UNCLEAR]
    foreign = {at for at in unclear if not _READABLE.fullmatch(fold(words[at].text))}
    pieces = [
        piece
        for _, line in groupby(
            (at for at in unclear if at not in foreign), key=lambda at: words[at].line
        )
        for piece in _pieces(words, list(line))
    ]
    found = {at for at, sight in enumerate(told) if sight is Sight.SEEN}
    if looked.scan:
        found |= foreign
    if pieces and read_lines is not None:
        places = [union(words[at].box for at in piece) for piece in pieces]
        for piece, line in zip(pieces, read_lines(places), strict=True):
            agreed = agreeing([words[at].text for at in piece], line)
            found |= {at for at, agrees in zip(piece, agreed, strict=True) if agrees}
    return tuple(word for at, word in enumerate(words) if at in found)


def agreeing(words: Sequence[str], line: str) -> list[bool]:
    """Which of these words, which stand side by side, were read in the line of a picture."""
    spelled = [_SPELLED.sub("", fold(word)) for word in words]
    whole, read = "".join(spelled), _SPELLED.sub("", fold(line))
    same = [False] * len(whole)
    for at, _, size in SequenceMatcher(None, whole, read, autojunk=False).get_matching_blocks():
        if size > 1 or len(whole) == 1:
            same[at : at + size] = [True] * size
    if not whole or sum(same) < _AGREE * len(whole):
        return [False] * len(words)
    agreed, start = [], 0
    for word in spelled:
        own = same[start : start + len(word)]
        digits = all(there for there, char in zip(own, word, strict=True) if char.isdigit())
        agreed.append(digits and sum(own) >= _AGREE * len(word))
        start += len(word)
    return agreed


def _sights(words: Sequence[Word], looked: Looked) -> list[Sight]:
    """A word that is not found any more is taken for hidden."""
    by_text: dict[str, list[tuple[Box, Sight]]] = {}
    for text, box, sight in zip(looked.texts, looked.boxes, looked.sights, strict=True):
        by_text.setdefault(text, []).append((box, sight))
    return [_sight(word, by_text.get(word.text, [])) for word in words]


def _sight(word: Word, told: Sequence[tuple[Box, Sight]]) -> Sight:
    near = {
        sight
        for box, sight in told
        if max(abs(one - other) for one, other in zip(word.box, box, strict=True)) < _NEAR
    }
    for sight in (Sight.SEEN, Sight.UNCLEAR):
        if sight in near:
            return sight
    return Sight.HIDDEN


def _pieces(words: Sequence[Word], line: Sequence[int]) -> Iterator[list[int]]:
    """Pieces of a line that can be cut out of the picture without its neighbours."""
    piece: list[int] = []
    for at in line:
        box = union(words[other].box for other in (*piece, at))
        tallest = max(words[other].box.y1 - words[other].box.y0 for other in (*piece, at))
        if piece and box.y1 - box.y0 > _SKEWED * tallest:
            yield piece
            piece = []
        piece.append(at)
    if piece:
        yield piece
