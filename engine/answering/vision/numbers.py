"""The numbers of a text, with what makes them mean something: sign, scale, currency, percent.

Small numbers in words and the parts of dates are numbers, too. Nothing is computed but scales: 1.5
million is 1,500,000. Knows neither pages nor models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from recto.engine.answering.vision.measures import (
    CURRENCY_OF,
    MAY_BE_NONE,
    NUMBER_OF,
    PERCENT,
    SCALE_OF,
    SIGNS,
    SMALL,
    TENS,
    VAGUE,
    any_of,
)
from recto.engine.text import fold

_MONEY = any_of(CURRENCY_OF)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_BEFORE = re.compile(rf"(?:(?:^|(?<=[\s(\[]))(?:{_MONEY})|{SIGNS})\s?(?P<minus>-?)$")
_MINUS = re.compile(r"(?:^|[\s(\[])-$")
_SCALED = re.compile(rf"(?P<gap>[\s-]?)(?P<scale>{any_of(SCALE_OF)})\b\.?")
_MONEY_AFTER = re.compile(rf"[\s-]?(?:(?:{_MONEY})(?![^\W\d_])|{SIGNS})")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_PARTS = re.compile(r"[.,:]")
_COMMA = re.compile(r"^(\d+),(\d{1,2}|\d{4,})$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LIST_MARK = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[-*•])\s+")
_WORD = re.compile(r"[^\W\d_]+")
_SPOKEN = re.compile(
    rf"\b(?P<first>{any_of(TENS)})(?:[\s-](?P<second>{any_of(SMALL[1:10])}))?\b"
    rf"|\b(?P<only>{any_of(NUMBER_OF)})\b"
)


@dataclass(frozen=True, slots=True)
class Number:
    """One number as it stands in a text."""

    told: str
    """As it is written, with what belongs to it."""
    digits: str
    """In one spelling: without thousands separators and leading zeros, with a decimal point."""
    scale: int | None = None
    """10**6 of "1.5 million"; None where none is told."""
    currency: str = ""
    percent: bool = False
    minus: bool = False
    bracketed: bool = False
    """(5): minus 5 in accounts, and 5 elsewhere."""

    @property
    def value(self) -> Decimal | None:
        """With its scale; None of what is no decimal number, such as a time or a date."""
        if not re.fullmatch(r"\d+(?:\.\d+)?", self.digits):
            return None
        return Decimal(self.digits) * (self.scale or 1)

    @property
    def is_year(self) -> bool:
        plain = self.scale is None and not (self.currency or self.percent or self.minus)
        return plain and _YEAR.fullmatch(self.digits) is not None

    @property
    def is_bare(self) -> bool:
        """Has nothing that says what it counts or measures."""
        return self.scale is None and not (self.currency or self.percent or self.minus)


def stated(text: str) -> list[Number]:
    """The numbers that a statement makes, without that of a list item before it."""
    spelled = _spelled(_LIST_MARK.sub("", text))
    return list(_numbers(spelled)) + list(_in_words(spelled, vague=False))


def standing(text: str) -> list[Number]:
    """The numbers that stand in the text of a page, in every way in which they may be meant."""
    spelled = _spelled(text)
    found = list(_numbers(spelled))
    dates = [number for number in found if len(_PARTS.findall(number.digits)) > 1]
    parts = [part for date in dates for part in _PARTS.split(date.digits)]
    return [*found, *_in_words(spelled, vague=True), *(Number(p, _canonical(p)) for p in parts)]


@dataclass(frozen=True, slots=True)
class Units:
    """The scales and units that a text names anywhere, as the head of a table does."""

    scales: frozenset[int]
    currencies: frozenset[str]
    percent: bool


def units_of(text: str) -> Units:
    spelled = _spelled(text)
    words = set(_WORD.findall(spelled)) | set(re.findall(rf"(?:us|[ca])?{SIGNS}", spelled))
    scales = {SCALE_OF[word] for word in words if word in SCALE_OF}
    scales |= {10**3} if re.search(r"[$€£¥]\s?'?000s?\b|\b000s\b", spelled) else set()
    # £m and €bn: a sign and a scale in one.
    scales |= {SCALE_OF[word] for word in re.findall(r"[$€£¥]\s?(k|m|mn|bn|tn)\b", spelled)}
    currencies = {CURRENCY_OF[word] for word in words if word in CURRENCY_OF}
    return Units(frozenset(scales), frozenset(currencies), bool(PERCENT.search(spelled)))


def _spelled(text: str) -> str:
    return fold(_DASHES.sub("-", text))


def _numbers(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        yield from _readings(text, match)


def _readings(text: str, match: re.Match[str]) -> Iterator[Number]:
    """A number with what stands beside it; twice where that can be read in two ways."""
    start, stop = match.span()
    before = _BEFORE.search(text, max(start - 12, 0), start)
    if before:
        start = before.start()
    minus = bool(_MINUS.search(text[max(start - 2, 0) : start])) or bool(before and before["minus"])
    currency = CURRENCY_OF[before[0].rstrip("- ").strip()] if before else ""
    scaled = _SCALED.match(text, stop)
    end = scaled.end() if scaled else stop
    after = None if currency else _MONEY_AFTER.match(text, end)
    if after:
        currency, end = CURRENCY_OF[after[0].strip("- ")], after.end()
    percent = None if scaled or currency else PERCENT.match(text, stop)
    end = percent.end() if percent else end
    number = Number(
        told=text[start - minus : end].strip(" ."),
        digits=_canonical(match[0]),
        scale=SCALE_OF[scaled["scale"]] if scaled else None,
        currency=currency,
        percent=percent is not None,
        minus=minus,
        bracketed=text[max(start - 1, 0) : start] == "(" and text[end : end + 1] == ")",
    )
    yield number
    if scaled and scaled["scale"] in MAY_BE_NONE and not currency:
        yield replace(number, scale=None)


def _canonical(number: str) -> str:
    """Without leading zeros: the 05 of a date is 5. A comma before two digits is a point."""
    number = _COMMA.sub(r"\1.\2", number)
    return number.lstrip("0") or "0" if number.isdigit() else number


def _in_words(text: str, *, vague: bool) -> Iterator[Number]:
    """ "twenty-four" is one number."""
    for match in _SPOKEN.finditer(text):
        first, second = match["first"] or match["only"], match["second"]
        if first in VAGUE and not vague:
            continue
        value = NUMBER_OF[first] + (NUMBER_OF[second] if second else 0)
        scaled = _SCALED.match(text, match.end())
        yield Number(match[0], str(value), scale=SCALE_OF[scaled["scale"]] if scaled else None)
