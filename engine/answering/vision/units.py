"""What a quote and a page are compared by: units, in one spelling. Knows no model.

A unit is a word without its punctuation, a number, or a sign that changes what a number means.
Case, accents, ligatures, the kind of quotation marks and thousands separators make no difference; a
digit, a decimal point, a minus sign or a currency always does. In scripts without spaces each
character is a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from recto.engine.page import Word
from recto.engine.text import fold

_MONEY = "$€£¥₹₩₽₺₴₦¢"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_UNIT = re.compile(
    rf"\d+(?:[.,:]\d+)*|(?<![^\s(])-(?=[{_MONEY}]?\d)"  # a number; a minus, but no hyphen
    rf"|[{_UNSPACED}]|[^\W\d_{_UNSPACED}]+|[%‰°<>≤≥±{_MONEY}]"
)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
# fold() would make 102 of 10² and 21/2 of 2½.
_RAISED = re.compile("[\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209c\u2150-\u215e]")
_HYPHENS = ("-", "\u00ad")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, and the word of the page (or of the quote) that it belongs to."""

    text: str
    word: int
    joined: bool
    """A hyphen or a minus ties it to the unit before it: alone it may mean the opposite."""


def units_of(words: Sequence[Word]) -> list[Unit]:
    """The units of a page. A word that a hyphen divides at the end of a line is one unit."""
    units: list[Unit] = []
    for place, word in enumerate(words):
        found = list(_units(word.text, place))
        before = words[place - 1] if place else None
        if found and units and before and _is_divided(before, word):
            units.append(Unit(found[0].text, place, joined=True))
            found = found[1:]
        units += found
    return units


def units_of_text(text: str) -> list[Unit]:
    """The units of a quote as somebody else wrote it."""
    return [unit for place, word in enumerate(text.split()) for unit in _units(word, place)]


def skeleton(units: Iterable[Unit]) -> tuple[str, list[int]]:
    """All units in a row without spaces, and where each begins.

    Spaces are what readers and writers agree on least. Between digits they are kept: 3 1.8 is not
    31.8.
    """
    row, starts, length = [], [], 0
    before = ""
    for unit in units:
        text = unit.text
        if before[-1:].isdigit() and text[0].isdigit():
            row.append(" ")
            length += 1
        starts.append(length)
        row.append(text)
        length += len(text)
        before = text
    return "".join(row), starts


def _units(word: str, place: int) -> Iterator[Unit]:
    folded = fold(_DASHES.sub("-", _RAISED.sub(r" \g<0> ", word)))
    for match in _UNIT.finditer(folded):
        before = folded[: match.start()][-1:]
        minus = before == "-" and match.start() == 1
        yield Unit(match[0], place, joined=before in _HYPHENS and (minus or match[0].isalpha()))


def _is_divided(before: Word, word: Word) -> bool:
    """Whether a word began at the end of the line above."""
    return (
        before.line != word.line
        and len(before.text) > 1
        and before.text.endswith(_HYPHENS)
        and word.text[:1].islower()
    )
