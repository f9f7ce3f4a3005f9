"""BM25 as sparse vectors: the weights of terms in a page, a document's name and a question.

The store multiplies by IDF = ln(1 + (N - n + 0.5) / (n + 0.5)) when it searches, so what is here
knows no other page: a page's weight is the saturated frequency of BM25 against a fixed length.
Headings count as a second field (BM25F): their terms are added, at a lower weight and whatever
their number, to those of the page before saturation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import PurePath

from recto.engine.page import PageContent
from recto.engine.text import terms
from recto.engine.vectors import SparseVector

TERMS = 2
"""Counts the changes of this module and of text.py that change the vector of a text. A library
records it: vectors of two revisions must not be compared."""
K1 = 1.2
B = 0.75
"""Both as usual in the literature."""
AVERAGE_TERMS = 200
"""A page of running text; fixed, so that a page's vector does not depend on other pages."""
HEADING_WEIGHT = 0.25
"""What a term above the page counts, against one on it."""

_HYPHEN = re.compile(r"[^\W\d_]-$")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_vector(content: PageContent) -> SparseVector:
    """Of a page: BM25 weights of its words and of the headings above them, without IDF."""
    body = Counter(terms(running_text(content.text.text)))
    length = 1 - B + B * body.total() / AVERAGE_TERMS
    frequencies = {term: count / length for term, count in body.items()}
    for term in {term for heading in content.headings for term in terms(heading)}:
        frequencies[term] = frequencies.get(term, 0.0) + HEADING_WEIGHT
    return terms_vector({term: saturated(tf) for term, tf in frequencies.items()})


def document_vector(name: str, title: str) -> SparseVector:
    """Of a document: each term of its file name (without the suffix) and title once."""
    spaced = _CAMEL.sub(" ", f"{PurePath(name).stem} {title}")
    return terms_vector(dict.fromkeys(terms(spaced), 1.0))


def question_terms(question: str) -> dict[str, float]:
    """The weights of a question's terms: how often it says each. May be empty."""
    return {term: float(count) for term, count in Counter(terms(question)).items()}


def saturated(frequency: float) -> float:
    """What a frequency is worth: 1 for 1, and never more than K1 + 1."""
    return frequency * (K1 + 1) / (frequency + K1)


def running_text(text: str) -> str:
    """A page's lines as one, words that a line end has cut in two made whole again."""
    pieces: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if pieces and words and _HYPHEN.search(pieces[-1]) and words[0][0].islower():
            pieces[-1] += words.pop(0)
        pieces += words
    return " ".join(pieces)


@lru_cache(maxsize=1 << 16)
def term_id(term: str) -> int:
    """The 32 bits that stand for a term in every sparse vector."""
    return int.from_bytes(blake2b(term.encode(), digest_size=4).digest(), "little")


def terms_vector(weights: Mapping[str, float]) -> SparseVector:
    """Weights of terms as a sparse vector; two terms of one hash count as one."""
    summed: dict[int, float] = {}
    for term, weight in weights.items():
        key = term_id(term)
        summed[key] = summed.get(key, 0.0) + weight
    return SparseVector.of(summed)
