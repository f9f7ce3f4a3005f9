"""Whether the words that a statement quotes can bear it, as far as that is told without a model.

Its numbers must stand there, with their signs and units; the words must be more than a word; where
the statement speaks the language of the page, something of it must be in them. That they do not say
the opposite is seen elsewhere; that they imply it is not proved.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from recto.engine.answering.vision.numbers import Number, Units, standing, stated, units_of
from recto.engine.text import fold, terms

_FALLING = re.compile(
    r"\b(?:minus|negative|loss|losses|lost|deficit|fell|fall|fallen|falling|decreas|declin|drop"
    r"|down|reduc|lower|less|below|shrank|shrunk|shrink|outflow|cut|under|credit|verlust|minus)"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What one quote proves something by."""

    quote: str
    """Its words; of a picture what was read in it."""
    counted: str
    """The same, and all of the row of a table: numbers count."""
    line: str
    """All of the lines in which they stand."""
    labels: str
    """Headings above: numbers that measure nothing count, such as those of columns or sections."""
    page: str
    """Years count, and units that are told once for all."""


def lacking(statement: str, proofs: Sequence[Proof]) -> list[str]:
    """The numbers of a statement that none of the proofs has."""
    numbers = stated(statement)
    if not numbers:
        return []
    fallen = bool(_FALLING.search(fold(statement)))
    own = units_of(statement)
    known = [_Known(proof) for proof in proofs]
    return list(
        dict.fromkeys(
            number.told
            for number in numbers
            if not any(one.has(number, own=own, fallen=fallen) for one in known)
        )
    )


def is_thin(statement: str, proof: Proof) -> bool:
    """Whether the quoted words say too little to prove anything: one word, unless it is all of its
    line and stands in the statement; numbers without a word."""
    said = terms(proof.quote)
    spoken = [term for term in said if any(map(str.isalpha, term))]
    if len(said) > 1 and spoken:
        return False
    return not (spoken and said == terms(proof.line) and set(said) & set(terms(statement)))


def is_beside(statement: str, proofs: Sequence[Proof]) -> bool:
    """Whether a statement takes its words from the pages, but none from where it quotes them."""
    said = set(terms(statement))
    on_pages = said & {term for proof in proofs for term in terms(proof.page)}
    near = said & {term for proof in proofs for term in terms(f"{proof.line}\n{proof.labels}")}
    return len(on_pages) > max(1, len(said) // 2) and not near


class _Known:
    """A proof, read once."""

    def __init__(self, proof: Proof) -> None:
        self._numbers = standing(proof.counted)
        self._labels = {number.digits for number in standing(proof.labels)}
        self._page = {number.digits for number in standing(proof.page) if number.is_year}
        self._units = units_of(f"{proof.page}\n{proof.labels}\n{proof.counted}")

    def has(self, number: Number, *, own: Units, fallen: bool) -> bool:
        if number.is_year and number.digits in self._page:
            return True
        if number.is_bare and number.digits in self._labels:
            return True
        return any(self._is(number, there, own, fallen) for there in self._numbers)

    def _is(self, number: Number, there: Number, own: Units, fallen: bool) -> bool:
        return (
            self._same_value(number, there, own)
            and self._same_unit(number, there)
            and _same_sign(number, there, fallen)
        )

    def _same_value(self, number: Number, there: Number, own: Units) -> bool:
        if number.value is not None and number.value == there.value:
            return True
        if number.digits != there.digits:
            return False
        if number.scale and there.scale:
            return False
        if number.scale:  # told once for all numbers of the page
            return not there.percent and number.scale in self._units.scales
        return there.scale is None or there.scale in own.scales

    def _same_unit(self, number: Number, there: Number) -> bool:
        if number.percent:
            return there.percent or (self._units.percent and not there.currency)
        if number.currency:
            if there.currency or there.percent:
                return number.currency == there.currency
            return number.currency in self._units.currencies
        return True


def _same_sign(number: Number, there: Number, fallen: bool) -> bool:
    if number.minus:
        return there.minus or there.bracketed
    return fallen or not there.minus
