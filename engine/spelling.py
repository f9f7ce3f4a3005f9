"""Words of a question that no page has: which word of the pages is meant. Knows no store.

The pages that the rest of the question finds are the dictionary. It needs no index of its own, has
the words of the trade, and takes "recieved" for "received" rather than for a rare word elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from recto.engine.text import words

_SHORTEST = 5
"""Letters; shorter words have too many neighbours: "want" is not "went"."""
_LONG = 9
"""Letters from which two slips are forgiven instead of one."""


def corrections(unknown: Iterable[str], texts: Iterable[str]) -> dict[str, str]:
    """For each word of `unknown` that has one, the nearest word of `texts`.

    Nearest by letters added, left out, changed or swapped with their neighbour; then the more
    frequent, then the first of the alphabet. The first letter stands: few slip there, and without
    it "killed" would be "filled". Words as `text.words` gives them.
    """
    doubtful = [word for word in unknown if _is_spelled(word)]
    if not doubtful:
        return {}
    known = Counter(word for text in texts for word in words(text) if _is_spelled(word))
    nearest = {word: _nearest(word, known) for word in doubtful}
    return {word: found for word, found in nearest.items() if found is not None}


def slips(one: str, other: str, most: int) -> int:
    """How many of the slips above turn one word into the other; `most` + 1 if more than `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        after = [i]
        for j, against in enumerate(other, start=1):
            cost = min(row[j] + 1, after[j - 1] + 1, row[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            after.append(cost)
        if min(after) > most:
            return most + 1
        before, row = row, after
    return min(row[-1], most + 1)


def _nearest(word: str, known: Counter[str]) -> str | None:
    most = 1 if len(word) < _LONG else 2
    close = (o for o in known if o[0] == word[0] and abs(len(o) - len(word)) <= most)
    ranked = ((slips(word, other, most), -known[other], other) for other in close)
    return min((entry for entry in ranked if entry[0] <= most), default=(0, 0, None))[2]


def _is_spelled(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha()
