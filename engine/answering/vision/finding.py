"""Where on a page a quote stands, word for word, with tolerance for how text is read.

Spaces, hyphens at the ends of lines, case, ligatures and quotation marks do not matter. One letter
of a longer word may differ, as OCR leaves it, in few words of a quote; never a digit, a short word
or the beginning of a word: "now" is not "not", and a million is not a billion.
"""

from __future__ import annotations

from collections.abc import Sequence

from recto.engine.answering.vision.units import Unit, skeleton, units_of, units_of_text
from recto.engine.page import Word
from recto.engine.text import terms

MISREAD = 8
"""One word in so many may be misread."""
SHORT = 4
"""Letters of a word below which it must be read right."""
LONGEST_QUOTE = 1_000
"""Characters; who quotes more quotes the page."""


class PageWords:
    """The words of a page, prepared to be searched many times."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self._units = units_of(words)
        self._row, self._starts = skeleton(self._units)
        self._at = {start: number for number, start in enumerate(self._starts)}
        self._ends = {
            start + len(unit.text): number
            for number, (start, unit) in enumerate(zip(self._starts, self._units, strict=True))
        }

    def find(self, quote: str) -> tuple[int, int] | None:
        """Start and stop of the words that `quote` quotes; None where it does not stand here.

        A quote that says nothing, such as "of the", stands nowhere.
        """
        wanted = units_of_text(quote[:LONGEST_QUOTE])
        if not wanted or not terms(quote):
            return None
        found = self._exact(wanted) or self._misread(wanted)
        if found is None:
            return None
        first, last = found
        return self._units[first].word, self._units[last].word + 1

    def _exact(self, wanted: Sequence[Unit]) -> tuple[int, int] | None:
        """First and last unit."""
        row, _ = skeleton(wanted)
        place = self._row.find(row)
        while place >= 0:
            first, last = self._at.get(place), self._ends.get(place + len(row))
            if first is not None and last is not None and self._is_whole(first, last):
                return first, last
            place = self._row.find(row, place + 1)
        return None

    def _misread(self, wanted: Sequence[Unit]) -> tuple[int, int] | None:
        """Unit by unit; the first of the places with fewest differences."""
        allowed = len(wanted) // MISREAD
        best: tuple[int, int, int] | None = None
        for first in range(len(self._units) - len(wanted) + 1 if allowed else 0):
            wrong = self._differences(wanted, first, allowed)
            last = first + len(wanted) - 1
            if wrong <= allowed and self._is_whole(first, last):
                best = min(best or (wrong, first, last), (wrong, first, last))
        return None if best is None else best[1:]

    def _differences(self, wanted: Sequence[Unit], first: int, allowed: int) -> int:
        wrong = 0
        for offset, unit in enumerate(wanted):
            there = self._units[first + offset].text
            if there != unit.text:
                wrong += 1 if _is_misread(there, unit.text) else allowed + 1
            if wrong > allowed:
                break
        return wrong

    def _is_whole(self, first: int, last: int) -> bool:
        """Whether it begins and ends where words do: "refundable" is not in "non-refundable"."""
        after = self._units[last + 1] if last + 1 < len(self._units) else None
        return not self._units[first].joined and not (after and after.joined)


def _is_misread(there: str, wanted: str) -> bool:
    """Whether two words differ by one letter that OCR may have got wrong."""
    if min(len(there), len(wanted)) < SHORT or there[0] != wanted[0]:
        return False
    if not (there.isalpha() and wanted.isalpha()) or abs(len(there) - len(wanted)) > 1:
        return False
    same = 0
    while same < min(len(there), len(wanted)) and there[same] == wanted[same]:
        same += 1
    if len(there) == len(wanted):
        return there[same + 1 :] == wanted[same + 1 :]
    shorter, longer = sorted((there, wanted), key=len)
    return shorter[same:] == longer[same + 1 :]
