"""Reads a streamed reply while it comes: sentences, each followed by marks with its quotes.

    The lease ends on 31 March. [S2 "This agreement expires on 31 March"]
    Rents have doubled since 2015. [S4 figure: line chart of rents, 2015: 600, 2025: 1,210]

What may be the beginning of a mark, a link or a tag is held back until it is known what it is, and
no longer than `LONGEST` characters, so that nothing is shown that a later character would forbid.
Knows no pages: what it reads is neither checked nor cleaned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from recto.engine.answering.vision.claims import Said
from recto.engine.answering.vision.parsing import label_of

LONGEST = 900
"""Characters of a mark or a link; what is longer is text."""

_MARK = re.compile(
    r"\s*\[\s*(?P<label>S\d{1,3})\s*[:,]?\s*"
    r"(?:[\"“”«](?P<quote>[^\x00]{0,600}?)[\"“”»]\s*\]"
    r"|figure\s*:(?P<figure>[^\]]{0,600})\]|(?P<bare>[^\]\"“”«]{0,600})\])"
)
_LABELS = re.compile(r"\s*\[\s*(S\d{1,3}(?:\s*[,;]\s*S\d{1,3})+)\s*\]")
_MARK_OPEN = re.compile(r"\[\s*S\d{1,3}\s*[:,]?\s*[\"“”«]")
_UNFINISHED = re.compile(r"\s*\[\s*S\d{1,3}\b[^\]]*$")
_OPENER = re.compile(r"[\[<&!]")
_CLOSED = re.compile(
    r"!?\[[^\]]*\](?:\([^)]*\)|(?=[^(]))|!(?=[^\[])|<[^>]*>|<(?=[^/!?a-zA-Z])"
    r"|&[#\w]*(?:;|(?=[^#\w;]))"
)
_LAST_WORD = re.compile(r"\s*\S*$")
_TAIL = re.compile(r"[.,;:!?)…。]*(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is whole: no link or tag begins or ends outside of it."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A quote of a page, for the text before it."""

    said: Said


class MarkReader:
    """Takes a reply in pieces of any size and gives it back in pieces that mean something."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> Iterator[Piece | Mark]:
        self._held += text
        yield from self._marks()
        cut = self._settled()
        if cut:
            # A word without an end is parted: what is harmless in two pieces may not be in one.
            endless = " " if cut > LONGEST and cut == len(self._held) else ""
            yield Piece(self._held[:cut] + endless)
            self._held = self._held[cut:]

    def end(self) -> Iterator[Piece | Mark]:
        """What is still held back, as what it is; a mark that has no end is none."""
        yield from self._marks()
        rest, self._held = _UNFINISHED.sub("", self._held), ""
        if rest:
            yield Piece(rest)

    def _marks(self) -> Iterator[Piece | Mark]:
        while match := self._first():
            if match.start():
                yield Piece(self._held[: match.start()])
            self._held = self._held[match.end() :]
            yield from (Mark(said) for said in _said(match))

    def _first(self) -> re.Match[str] | None:
        found = [m for m in (_LABELS.search(self._held), _MARK.search(self._held)) if m]
        return min(found, key=lambda match: match.start(), default=None)

    def _settled(self) -> int:
        """How many characters can become nothing else any more."""
        opener, closed = _scan(self._held)
        if len(self._held) - opener > LONGEST:
            opener = len(self._held)
        if len(self._held) > 2 * LONGEST:
            return len(self._held)  # a word without an end
        head = self._held[:opener]
        whole = head.rstrip()
        cut = len(whole) if len(whole) < len(head) else len(_LAST_WORD.sub("", head))
        return next((start for start, stop in closed if start < cut < stop), cut)


def tail_of(text: str) -> str:
    """What of a text behind a mark belongs to the sentence before it: its full stop."""
    match = _TAIL.match(text)
    return match[0] if match else ""


def _scan(text: str) -> tuple[int, list[tuple[int, int]]]:
    """Where something begins whose end has not come yet (the end of the text if nothing does), and
    where what has ended stands."""
    place = 0
    spans: list[tuple[int, int]] = []
    while match := _OPENER.search(text, place):
        start = match.start()
        closed = None if _MARK_OPEN.match(text, start) else _CLOSED.match(text, start)
        if closed is None:
            return start, spans
        place = max(closed.end(), match.end())
        spans.append((start, place))
    return len(text), spans


def _said(match: re.Match[str]) -> list[Said]:
    groups = match.groupdict()
    if "label" not in groups:
        return [Said(label_of(label.strip()), "") for label in re.split("[,;]", match[1])]
    words = groups["quote"] or groups["bare"] or ""
    return [Said(label_of(groups["label"]), words, (groups["figure"] or "").strip())]
