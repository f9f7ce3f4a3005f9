"""What a search asks of the attributes of a page's document, as plain data: a tree of conditions.

Knows neither the language in which people write conditions (filters/) nor how a store finds what
fulfils one (schema.py). An attribute that a document does not have fulfils nothing but a `Not`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from recto.engine.text import words

AttributeValue: TypeAlias = str | int | float | bool | tuple[str, ...]
"""Of several texts (tags, paths) each counts for itself. A moment is a text in ISO 8601."""
Attributes: TypeAlias = Mapping[str, AttributeValue]
"""What filters see of a document: name, title, kind, path, tags, added, pages, size, and what its
user said of it as `meta.KEY`; attributes.py makes them."""

Number: TypeAlias = int | float
Moment: TypeAlias = date | datetime
"""A date is the whole day in UTC, from its first moment to the first of the next; a datetime
without a zone is in UTC."""
Operand: TypeAlias = str | bool | Number | Moment
Bound: TypeAlias = Number | Moment

LARGEST = sys.float_info.max
"""Numbers are compared as floats."""
PAGE_NUMBER = "page"
"""The one field that is the page's own, not its document's; a number."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The same text in the same case; the same number, truth or moment."""

    field: str
    value: Operand

    def __post_init__(self) -> None:
        _check(self.field, self.value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Equal to one of these, of which there is at least one."""

    field: str
    values: tuple[Operand, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"{self.field} is to be one of no values; give at least one.")
        for value in self.values:
            _check(self.field, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A number or a moment within these bounds; None is open. All bounds are of one kind."""

    field: str
    above: Bound | None = None
    """Excluded, as is `below`."""
    least: Bound | None = None
    """Included, as is `most`."""
    below: Bound | None = None
    most: Bound | None = None

    def __post_init__(self) -> None:
        if not self.bounds:
            raise ValueError(f"{self.field} is to be between no bounds; give at least one.")
        for bound in self.bounds:
            if isinstance(bound, (str, bool)):
                raise ValueError(f"{self.field} cannot be bounded by {bound!r}: number or date.")
            _check(self.field, bound)
        if len({isinstance(bound, date) for bound in self.bounds}) > 1:
            raise ValueError(
                f"{self.field} is bounded by {self.bounds}: numbers or dates, not both"
            )

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """Those that are given."""
        every = (self.above, self.least, self.below, self.most)
        return tuple(bound for bound in every if bound is not None)


@dataclass(frozen=True, slots=True)
class HasWords:
    """Every word of `text` is among the words of the attribute, whatever its case and ending."""

    field: str
    text: str

    def __post_init__(self) -> None:
        _check(self.field, self.text)
        if not words(self.text):
            raise ValueError(f"{self.field} is to have words, but {self.text!r} has none.")


@dataclass(frozen=True, slots=True)
class And:
    """All of its parts, of which there is at least one."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("And of no conditions; give at least one.")


@dataclass(frozen=True, slots=True)
class Or:
    """One of its parts, of which there is at least one."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("Or of no conditions; give at least one.")


@dataclass(frozen=True, slots=True)
class Not:
    """What `part` does not hold of, be it that there is no such attribute."""

    part: Condition


Leaf: TypeAlias = Equals | OneOf | Between | HasWords
Condition: TypeAlias = Leaf | And | Or | Not


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The comparisons that a condition is made of, from left to right."""
    if isinstance(condition, Not):
        yield from leaves(condition.part)
    elif isinstance(condition, (And, Or)):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition


def _check(field: str, value: Operand) -> None:
    if not field:
        raise ValueError("a condition on a field without a name.")
    if not isinstance(value, (str, bool, int, float, date)):
        raise ValueError(
            f"{field} is compared with {value!r}; expected text, number, bool or date."
        )
    if isinstance(value, (int, float)) and not abs(value) <= LARGEST:  # so for NaN, too
        raise ValueError(f"{field} is compared with {value}; expected a finite number.")
