"""What a question asks for: the kind of its answer, and the terms that an answer must be about.

English question words are known; a question in another language asks for nothing in particular.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from recto.engine.text import terms

Want = Literal["amount", "date", "name", "place", "list", "reason", "anything"]

_WANTS: tuple[tuple[Want, str], ...] = (
    (
        "date",
        r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:date|day|month|year|quarter|time)\b|\bdeadline\b",
    ),
    (
        "amount",
        r"\bhow (?:much|many|long|often|large|big|high|old|far|tall|heavy|wide|deep|fast|hot)\b"
        r"|\b(?:what|which) (?:is|was|were|are|percent\w*|share|amount|number|rate|value|price)\b"
        r".*\b(?:percent\w*|share|amount|number|rate|ratio|value|price|cost|total|revenue|income"
        r"|size|weight|length|height|width|depth|temperature|pressure|voltage|torque|speed|limit"
        r"|fee|salary|budget|margin|balance|sales|expenses?|capacity|level|maximum|minimum)\b",
    ),
    ("name", r"\bwho(?:m|se)?\b|\bwhat (?:is|was) the name\b"),
    ("place", r"\bwhere\b"),
    ("reason", r"\bwhy\b"),
    (
        "list",
        r"\blist\b|\b(?:what|which) (?:are|were|types?|kinds?|steps|services|items|factors|parts)\b"
        r"|\bname (?:the|all|three|two|some)\b|\bexamples? of\b",
    ),
)
_WANT_PATTERNS = tuple((want, re.compile(pattern, re.IGNORECASE)) for want, pattern in _WANTS)

_NUMBER = re.compile(r"\d")
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}:\d\d\b"
    r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:annual|month|week|dai|quarter)ly\b|\bannually\b|\b\d+ (?:day|week|month|year)s?\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,:;] )[A-Z][\w’'.-]+|\b[A-Z][\w’'-]+ [A-Z][\w’'-]+")
_CAUSE = re.compile(
    r"\b(?:because|since|due to|owing|caused?|so that|in order|therefore|reasons?|result)\b", re.I
)
_SHAPES = {"amount": _NUMBER, "date": _DATE, "name": _NAME, "place": _NAME, "reason": _CAUSE}

_CODE = re.compile(r"[^\W\d_]+-?\d+")
_PERIOD = re.compile(r"[QH]\d", re.IGNORECASE)
"""Quarters and halves, which pages often spell out."""

_FILLERS = frozenset(
    """according answer describe described detail detailed document documents explain explained
    following give given list mean means meant mention mentioned outlined page pdf provide provided
    question report say says said specific specified state stated states use used using
    """.split()  # noqa: SIM905 - as a list of literals nobody could read it
)
"""Besides stop words: what people say about documents rather than about what is in them."""
_ENGLISH = frozenset(
    ["the", "what", "which", "who", "how", "when", "of", "is", "are", "does", "did"]
)


@dataclass(frozen=True, slots=True)
class Key:
    """A word of the question that carries meaning."""

    text: str
    terms: tuple[str, ...]
    """Its forms: the parts of a compound and the whole, a number and its value."""
    particular: bool
    """A name, or a number that is more than a count: an answer cannot do without it."""

    @property
    def numeric(self) -> bool:
        """A year, an amount or a code."""
        return any(map(str.isdigit, self.text))

    def found_in(self, there: Set[str]) -> float:
        """The share of it, 0 to 1, that is among these terms."""
        hits = [term in there for term in self.terms]
        numbers = [hit for hit, term in zip(hits, self.terms, strict=True) if term[:1].isdigit()]
        if numbers:
            return float(any(numbers))
        return 1.0 if hits[-1] else sum(hits) / len(hits)


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart."""

    text: str
    want: Want
    keys: tuple[Key, ...]
    """Distinct, in order; of all words if none carries meaning."""


def read_question(text: str) -> Question:
    spelled = text.split()
    english = any(word.casefold() in _ENGLISH for word in spelled)  # German capitalizes nouns
    plain = english and sum(word[:1].isupper() for word in spelled) <= 0.6 * len(spelled)
    keys: dict[tuple[str, ...], Key] = {}
    for place, word in enumerate(spelled):
        bare = word.strip("?!.,;:\"'()[]“”‘’¿¡")
        found = tuple(terms(bare))
        if not found or bare.casefold() in _FILLERS:
            continue
        named = plain and bare[:1].isupper() and place > 0
        particular = (named or _is_particular_number(bare)) and not _PERIOD.fullmatch(bare)
        keys.setdefault(found, Key(bare, found, particular))
    return Question(text, _want(text), tuple(keys.values()))


def _is_particular_number(word: str) -> bool:
    """A year, an amount, a code such as E17; not the 3 of "3 reasons"."""
    digits = sum(char.isdigit() for char in word)
    return digits >= 3 or _CODE.fullmatch(word) is not None


def _want(text: str) -> Want:
    return next((want for want, pattern in _WANT_PATTERNS if pattern.search(text)), "anything")


def has_wanted(want: Want, text: str) -> bool | None:
    """Whether `text` holds what is asked for; None where that has no known look."""
    shape = _SHAPES.get(want)
    return None if shape is None else shape.search(text) is not None
