"""BM25 as sparse vectors: the weights of terms in a page, a document's name and a question.

The store multiplies by IDF = ln(1 + (N - n + 0.5) / (n + 0.5)) when it searches, so what is here
knows no other page: a page's weight is the saturated frequency of BM25 against a fixed length.
Headings count as a second field (BM25F): their terms are added, at a lower weight and whatever
their number, to those of the page before saturation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from pathlib import PurePath

from recto.engine.page import PageContent, PageText
from recto.engine.text import terms
from recto.engine.vectors import SparseVector

K1 = 1.2
B = 0.75
"""Both as usual in the literature."""
AVERAGE_TERMS = 200
"""A page of running text; fixed, so that a page's vector does not depend on other pages."""
HEADING_WEIGHT = 0.5
"""What a term above the page counts, against one on it."""

_HYPHEN = re.compile(r"[^\W\d_]-$")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_vector(content: PageContent) -> SparseVector:
    """Of a page: BM25 weights of its words and of the headings above them, without IDF."""
    body = Counter(terms(running_text(content.text)))
    length = 1 - B + B * body.total() / AVERAGE_TERMS
    frequencies = {term: count / length for term, count in body.items()}
    for term in {term for heading in content.headings for term in terms(heading)}:
        frequencies[term] = frequencies.get(term, 0.0) + HEADING_WEIGHT
    return _sparse((term, tf * (K1 + 1) / (tf + K1)) for term, tf in frequencies.items())


def document_vector(name: str, title: str) -> SparseVector:
    """Of a document: each term of its file name (without the suffix) and title once."""
    spaced = _CAMEL.sub(" ", f"{PurePath(name).stem} {title}")
    return _sparse((term, 1.0) for term in set(terms(spaced)))


def question_vector(question: str) -> SparseVector:
    """Of a question: how often it says each term. Empty when it has only stop words."""
    return _sparse((term, float(count)) for term, count in Counter(terms(question)).items())


def running_text(text: PageText) -> str:
    """The page's words as one line, words that a line end has cut in two made whole again."""
    pieces: list[str] = []
    for line in text.lines:
        words = [word.text for word in line]
        if pieces and _HYPHEN.search(pieces[-1]) and words[0][0].islower():
            pieces[-1] += words.pop(0)
        pieces += words
    return " ".join(pieces)


@lru_cache(maxsize=1 << 16)
def term_id(term: str) -> int:
    """The 32 bits that stand for a term in every sparse vector."""
    return int.from_bytes(blake2b(term.encode(), digest_size=4).digest(), "little")


def _sparse(weights: Iterable[tuple[str, float]]) -> SparseVector:
    """Two terms of one hash count as one term."""
    summed: dict[int, float] = {}
    for term, weight in weights:
        key = term_id(term)
        summed[key] = summed.get(key, 0.0) + weight
    return SparseVector.of(summed)
