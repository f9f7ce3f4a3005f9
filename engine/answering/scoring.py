"""How well a passage answers a question, from words and from vectors, as numbers from 0 to 1.

Words count by how rare they are among the passages at hand, so that the name of the plan that all
of them speak of counts little. Knows nothing of how passages are put together to an answer.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from recto.engine.answering.candidates import Candidate
from recto.engine.answering.passages import Passage
from recto.engine.answering.question import Key, Question, has_wanted
from recto.engine.encoders.protocol import Encoder, PageInput
from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.text import STOP_WORDS, fold, word_terms
from recto.engine.vectors import FloatArray

NEAR = 0.8
"""What a word counts that stands above the passage as its heading or the head of a column."""
CODE = 2
"""Times what a year, a code or an amount of the question counts: few words are as telling."""
FAR = 0.4
"""What a word counts that stands elsewhere on the page, or in the document's name."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What speaks for a candidate, each from 0 to 1."""

    covered: float
    """Share of the question's weight that stands in the passage and its headings."""
    meant: float
    """Nearness of the vectors."""
    shaped: float
    """Holds a date where a date is asked for, and so on; 0.5 where nothing is known."""
    page: float
    """The rank of its page."""

    @property
    def score(self) -> float:
        return 0.25 * self.covered + 0.75 * self.meant + 0.03 * self.shaped + 0.07 * self.page


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A candidate that was looked at closely."""

    candidate: Candidate
    marks: Marks


class Lexicon:
    """How rare each term is among the candidates."""

    def __init__(self, candidates: Sequence[Candidate], spellings: Sequence[str]) -> None:
        """`spellings` are the words of the evidence in order, as they are written, folded."""
        self._spellings = frozenset(spellings)
        self._initials = _initials(spellings)
        self._counts = Counter(
            term for candidate in candidates for term in candidate.own | candidate.near
        )
        self._known = frozenset().union(*(c.far for c in candidates)) | self._counts.keys()
        self._number = max(len(candidates), 1)

    def weight(self, key: Key) -> float:
        """Of the most frequent form of `key`: from about 0, in all, to 1, in none."""
        count = max(self._counts.get(term, 0) for term in key.terms)
        rarity = math.log(1 + (self._number - count + 0.5) / (count + 0.5))
        return rarity / math.log(1 + (self._number + 0.5) / 0.5)

    def missing(self, key: Key) -> bool:
        """No passage, heading or document name has it, nor the words whose initials it is."""
        if key.text.isupper() and re.sub(r"\W", "", key.text).casefold() in self._initials:
            return False
        return key.found_in(self._known) == 0.0

    def corrected(self, key: Key) -> Key:
        """`key`, or if it stands nowhere, the known word that one slip of a pen makes of it."""
        spelled = fold(key.text)
        if len(spelled) < 4 or not spelled.isalpha() or not self.missing(key):
            return key
        near = min((known for known in self._spellings if _one_slip(spelled, known)), default=None)
        return key if near is None else replace(key, terms=word_terms(near) or key.terms)


def _initials(spellings: Sequence[str]) -> frozenset[str]:
    """Of two to five words that follow each other: "ceo" of chief executive officer."""
    letters = "".join(word[0] for word in spellings if word not in STOP_WORDS)
    return frozenset(letters[i : i + n] for n in range(2, 6) for i in range(len(letters) - n + 1))


def _one_slip(a: str, b: str) -> bool:
    """One letter more, less or other, or two swapped; the first letter stands."""
    if abs(len(a) - len(b)) > 1 or a[:1] != b[:1] or a == b:
        return False
    start = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    rest_a, rest_b = a[start:], b[start:]
    swapped = rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
    return swapped or rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


def coverage(keys: Sequence[Key], lexicon: Lexicon, candidate: Candidate) -> float:
    """Share of the weight of `keys` that is found, nearer words counting more."""
    total = found = 0.0
    for key in keys:
        weight = lexicon.weight(key) * (CODE if key.numeric else 1)
        total += weight
        found += weight * max(
            key.found_in(candidate.own),
            NEAR * key.found_in(candidate.near),
            FAR * key.found_in(candidate.far),
        )
    return found / total if total else 0.0


def is_new(keys: Sequence[Key], candidate: Candidate) -> bool:
    """Says something that the question does not say itself: a heading alone is no answer.

    The month of May is a stop word, which is why dates are looked for.
    """
    asked: Set[str] = {term for key in keys for term in key.terms}
    return bool(candidate.own - asked) or bool(has_wanted("date", candidate.passage.text))


def nearness(question: str, passages: Sequence[Passage], encoder: Encoder) -> list[float]:
    """Of each passage's vectors to the question's: directions of the means, and MaxSim, halved."""
    vectors = encoder.encode_question(question)
    asked, direction = vectors.patches, _direction(vectors.rows)
    norm = float(np.linalg.norm(asked, axis=1).sum())
    found = []
    inputs = [PageInput(content=_as_page(passage), image=None) for passage in passages]
    for page in encoder.encode_pages(inputs):
        if page.patches is None:
            found.append(0.0)
            continue
        cosine = float(direction @ _direction((page.rows or page.patches).vectors))
        late = float((asked @ page.patches.vectors.T).max(axis=1).sum()) / max(norm, 1e-6)
        found.append(min(max((cosine + late) / 2, 0.0), 1.0))
    return found


def _direction(vectors: FloatArray) -> FloatArray:
    mean: FloatArray = vectors.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-6)


def _as_page(passage: Passage) -> PageContent:
    """The passage under its nearest heading and the heads of its columns, alone on a page."""
    heads = " ".join((*passage.context[-1:], *(head for head, _ in passage.columns)))
    above = [Word(text, Box(0, 0, 1, 0.1), 0) for text in heads.split()]
    words = (*above, *(word._replace(line=1) for word in passage.words))
    return PageContent(number=1, width=612, height=792, text=PageText(words, "layer"))


def shape(question: Question, candidate: Candidate) -> float:
    text = " ".join((candidate.passage.text, *(head for head, _ in candidate.passage.columns)))
    wanted = has_wanted(question.want, text)
    return 0.5 if wanted is None else float(wanted)
