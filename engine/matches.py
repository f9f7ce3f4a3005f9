"""Where on a page a question matched: boxes with scores. Works with the vectors of any encoder.

Two kinds of evidence are put on the page's words: the vectors that answer the question's vectors
best, through their boxes, and words that share a term with the question. A word counts more when
the words around it match as well, so that the passage stands out and not each mention of a name.
A page without words shows the boxes of its vectors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from recto.engine.maxsim import similarity
from recto.engine.page import Box, Word, union
from recto.engine.text import terms
from recto.engine.vectors import FloatArray, Multivector, QuestionVectors

MAX_MATCHES = 12
_FLOOR = 0.4
"""What is weaker than this part of the best is not shown."""
_GAP = 1
"""Words that may stand between two that match in one box."""
_REACH = 2
"""Lines above and below that count as around a word."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place on a page, at most a line high where the page has words."""

    box: Box
    score: float
    """Between 0 and 1; 1 is the best place of this page."""


def find_matches(
    question: str | None,
    vectors: QuestionVectors,
    words: Sequence[Word],
    patches: Multivector | None,
    *,
    limit: int = MAX_MATCHES,
) -> tuple[Match, ...]:
    """The places of a page that answer `question` (and its `vectors`), best first.

    `words` and `patches` are those of the page; None: its encoder saw nothing there. Without a
    `question` only the vectors are looked at: what looks alike need not be a word.
    """
    patches = _placed(patches) if patches is not None else None
    asked = vectors.patches[[bool(token) for token in vectors.tokens]]
    heat = _heat(asked, patches.vectors) if patches is not None and len(asked) else None
    if words and question is not None:
        scores = _word_scores(question, words)
        if patches is not None and heat is not None:
            scores = scores + _carried(heat, patches.boxes, words)
        found = list(_runs(words, _with_surroundings(scores, words)))
    elif patches is not None and heat is not None:
        found = _spots(heat, patches)
    else:
        return ()
    best = max((match.score for match in found), default=0.0)
    shown = [Match(m.box, m.score / best) for m in found if best > 0 and m.score >= _FLOOR * best]
    return tuple(sorted(shown, key=lambda match: (-match.score, match.box))[:limit])


def _placed(patches: Multivector) -> Multivector | None:
    """Those that stand for less than the whole page."""
    whole = (patches.boxes[:, :2] <= 0).all(axis=1) & (patches.boxes[:, 2:] >= 1).all(axis=1)
    if whole.all():
        return None
    return Multivector(patches.vectors[~whole], patches.boxes[~whole])


def _heat(question: FloatArray, page: FloatArray) -> FloatArray:
    """(n,) how much each page vector stands out as the best answer to a question vector.

    Only maxima count, by how far they lie above the page's mean: a question vector that every
    place answers alike says nothing of where. The largest is 1.
    """
    similarities_tn = similarity(question, page)
    excess_t = similarities_tn.max(axis=1) - similarities_tn.mean(axis=1)
    heat = np.zeros(len(page), dtype=np.float32)
    np.add.at(heat, similarities_tn.argmax(axis=1), excess_t)
    top = float(heat.max())
    return heat / np.float32(top) if top > 0 else heat


def _word_scores(question: str, words: Sequence[Word]) -> FloatArray:
    """(w,) 1 for a term of the question that stands on the page once, less for a frequent one."""
    wanted = set(terms(question))
    shared = [wanted & _terms_of(word.text) for word in words]
    frequency = Counter(term for found in shared for term in found)
    scores = [max((frequency[term] ** -0.5 for term in found), default=0.0) for found in shared]
    return np.array(scores, dtype=np.float32)


@lru_cache(maxsize=1 << 15)
def _terms_of(word: str) -> frozenset[str]:
    return frozenset(terms(word))


def _carried(heat: FloatArray, boxes: FloatArray, words: Sequence[Word]) -> FloatArray:
    """(w,) the heat of the hottest box that a word's centre lies in, or that lies on the word."""
    hot = heat > 0  # one a question vector, where a page may have a vector for each of its words
    heat, boxes = heat[hot], boxes[hot]
    word_boxes = np.array([word.box for word in words], dtype=np.float32)
    inside = _centres_inside(word_boxes, boxes) | _centres_inside(boxes, word_boxes).T
    carried: FloatArray = np.where(inside, heat, np.float32(0)).max(axis=1, initial=0)
    return carried


def _centres_inside(
    inner: FloatArray, outer: FloatArray
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """(i, o) whether the centre of each inner box lies in each outer one."""
    x = (inner[:, 0] + inner[:, 2])[:, None] / 2
    y = (inner[:, 1] + inner[:, 3])[:, None] / 2
    across = (x >= outer[:, 0]) & (x <= outer[:, 2])
    return across & (y >= outer[:, 1]) & (y <= outer[:, 3])


def _with_surroundings(scores: FloatArray, words: Sequence[Word]) -> FloatArray:
    """Each score times one plus the sum of the scores on its line and those around it."""
    lines = np.array([word.line for word in words])
    _, index = np.unique(lines, return_inverse=True)
    sums = np.bincount(index, weights=scores)
    window = np.convolve(sums, np.ones(2 * _REACH + 1))[_REACH : _REACH + len(sums)]
    return np.asarray(scores * (1 + window[index]), dtype=np.float32)


def _runs(words: Sequence[Word], scores: FloatArray) -> Iterator[Match]:
    """Matching words of a line with at most one other between them become one box.

    It has the best of their scores.
    """
    floor = _FLOOR * float(scores.max(initial=0.0))
    run: list[int] = []
    for i in np.flatnonzero(scores > floor).tolist():
        if run and (i - run[-1] > 1 + _GAP or words[i].line != words[run[-1]].line):
            yield _run(run, words, scores)
            run = []
        run.append(i)
    if run:
        yield _run(run, words, scores)


def _run(run: Sequence[int], words: Sequence[Word], scores: FloatArray) -> Match:
    between = words[run[0] : run[-1] + 1]
    return Match(union(word.box for word in between), float(scores[run].max()))


def _spots(heat: FloatArray, patches: Multivector) -> list[Match]:
    """The boxes that have any heat."""
    return [
        Match(Box(*(float(edge) for edge in patches.boxes[i])), float(heat[i]))
        for i in np.flatnonzero(heat)
    ]
