"""A filter's text becomes a condition. Knows the grammar, not which fields there are.

    filter     = part ("or" part)*
    part       = factor ("and" factor)*
    factor     = "not" factor | "(" filter ")" | comparison
    comparison = field ("=" | "!=") value
               | field ("<" | "<=" | ">" | ">=") (number | date)
               | field "~" text
               | field ["not"] "in" "(" value ("," value)* ")"
    value      = text | number | date | "true" | "false"

A field is a name, with dots in it for metadata: meta.year, meta."cost centre". Texts stand in
double or single quotes, a backslash before a quote in them. Dates are those of ISO 8601.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple, NoReturn

from recto.engine.errors import FilterError
from recto.engine.filters.tokens import KEYWORDS, Token, misplaced, tokens, unescaped
from recto.engine.store.attributes import moment_of
from recto.engine.store.condition import (
    And,
    Between,
    Condition,
    Equals,
    HasWords,
    Leaf,
    Not,
    OneOf,
    Operand,
    Or,
)
from recto.engine.text import words

LONGEST = 10_000
"""Characters of a filter."""
DEEPEST = 50
"""Brackets and `not` within each other."""
_BOUNDS = {"<": "below", "<=": "most", ">": "above", ">=": "least"}
_COMPARISONS = "=, !=, <, <=, >, >=, ~ or in"
_QUOTED_PART = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class Placed(NamedTuple):
    """A comparison and where in the filter its field and its values stand."""

    leaf: Leaf
    field: Token
    value: Token


class Parsed(NamedTuple):
    condition: Condition
    placed: tuple[Placed, ...]
    """Its comparisons, in their order."""


def parse(source: str) -> Parsed:
    """The condition that a filter means. Raises FilterError, which shows where it goes wrong."""
    if len(source) > LONGEST:
        raise FilterError(
            f"The filter has {len(source)} characters; expected at most {LONGEST}.",
            position=LONGEST,
        )
    return _Parser(source).parsed()


class _Parser:
    """Looks one token ahead."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokens(source)
        self._next = next(self._tokens)
        self._placed: list[Placed] = []
        self._depth = 0

    def parsed(self) -> Parsed:
        first = self._next
        if first.sort == "end":
            self._refuse(first, 'The filter is empty; expected, for example, kind = "pdf".')
        condition = self._any()
        if self._next.sort != "end":
            self._unexpected("and, or, or the end")
        return Parsed(condition, tuple(self._placed))

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._factor()]
        while self._took("and"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _factor(self) -> Condition:
        opening = self._next
        if not (self._took("not") or self._took("(")):
            return self._comparison()
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(opening, f"More than {DEEPEST} brackets and nots within each other.")
        if opening.text == "(":
            inner = self._any()
            if not self._took(")"):
                self._unexpected(f"and, or, or the ) to the ( at character {opening.start + 1}")
        else:
            inner = Not(self._factor())
        self._depth -= 1
        return inner

    def _comparison(self) -> Condition:
        field = self._field()
        sign = self._next
        if self._took("not"):
            if not self._took("in"):
                self._unexpected("in")
            return Not(self._listed(field))
        if self._took("in"):
            return self._listed(field)
        if sign.sort != "sign" or sign.text in "(),":
            self._unexpected(_COMPARISONS)
        self._take()
        value = self._next
        operand = self._operand()
        compared = self._place(self._compared(field, sign, value, operand), field, value)
        return Not(compared) if sign.text == "!=" else compared

    def _compared(self, field: Token, sign: Token, token: Token, operand: Operand) -> Leaf:
        name = _name_of(field)
        if sign.text in _BOUNDS:
            if isinstance(operand, (str, bool)):
                self._refuse(token, f"{sign.text} compares numbers and dates; got {token}.")
            return Between(field=name, **{_BOUNDS[sign.text]: operand})
        if sign.text == "~":
            if not isinstance(operand, str) or not words(operand):
                self._refuse(token, f"~ looks for words; expected a text with some, got {token}.")
            return HasWords(name, operand)
        return Equals(name, operand)

    def _listed(self, field: Token) -> Condition:
        if not self._took("("):
            self._unexpected('a list in brackets, such as ("finance", "audit")')
        first = self._next
        operands = [self._operand()]
        while self._took(","):
            operands.append(self._operand())
        if not self._took(")"):
            self._unexpected(", or )")
        return self._place(OneOf(_name_of(field), tuple(operands)), field, first)

    def _place(self, leaf: Leaf, field: Token, value: Token) -> Leaf:
        self._placed.append(Placed(leaf, field, value))
        return leaf

    def _field(self) -> Token:
        if self._next.sort != "name" or self._next.text in KEYWORDS:
            self._unexpected("a field, such as kind or meta.year")
        return self._take()

    def _operand(self) -> Operand:
        token = self._next
        if token.text in ("true", "false"):
            return self._take().text == "true"
        if token.sort == "text":
            return unescaped(self._take().text)
        if token.sort == "moment":
            moment = moment_of(token.text)
            if moment is None:
                self._refuse(token, f"{token} is no date of the calendar.")
            self._take()
            return moment
        if token.sort == "number":
            number = float(token.text) if re.search("[.eE]", token.text) else int(token.text)
            if not math.isfinite(float(token.text)):
                self._refuse(token, f"{token} is too large a number.")
            self._take()
            return number
        if token.sort == "name":
            self._refuse(token, f"{token} is no value; put a text in quotes: {token.text!r}.")
        self._unexpected("a text in quotes, a number, a date, true or false")

    def _took(self, text: str) -> bool:
        """Whether the next token is this keyword or sign, which is then behind us."""
        taken = self._next.sort in ("name", "sign") and self._next.text == text
        if taken:
            self._take()
        return taken

    def _take(self) -> Token:
        taken = self._next
        self._next = next(self._tokens)
        return taken

    def _unexpected(self, wanted: str) -> NoReturn:
        self._refuse(self._next, f"Expected {wanted}; got {self._next}.")

    def _refuse(self, token: Token, what: str) -> NoReturn:
        raise misplaced(self._source, token.start, token.end, what)


def _name_of(field: Token) -> str:
    return _QUOTED_PART.sub(lambda part: unescaped(part[0]), field.text)
