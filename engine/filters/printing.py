"""A condition as the text of a filter, which `parse` takes for the same condition."""

from __future__ import annotations

import re
from datetime import date

from recto.engine.filters.tokens import quoted
from recto.engine.store.attributes import META
from recto.engine.store.condition import (
    And,
    Between,
    Condition,
    Equals,
    HasWords,
    Not,
    OneOf,
    Operand,
    Or,
)

_PLAIN = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)*")


def printed(condition: Condition) -> str:
    """The filter; what it has brackets around needs them."""
    match condition:
        case And():
            return " and ".join(_bracketed(part, And, Or) for part in condition.parts)
        case Or():
            return " or ".join(_bracketed(part, Or) for part in condition.parts)
        case Not():
            return f"not {_bracketed(condition.part, And, Or, Between)}"
        case Equals():
            return f"{field_text(condition.field)} = {_operand(condition.value)}"
        case OneOf():
            values = ", ".join(map(_operand, condition.values))
            return f"{field_text(condition.field)} in ({values})"
        case HasWords():
            return f"{field_text(condition.field)} ~ {quoted(condition.text)}"
        case Between():
            bounds = (
                (">", condition.above),
                (">=", condition.least),
                ("<", condition.below),
                ("<=", condition.most),
            )
            field = field_text(condition.field)
            return " and ".join(
                f"{field} {sign} {_operand(bound)}" for sign, bound in bounds if bound is not None
            )


def _bracketed(part: Condition, *kinds: type[Condition]) -> str:
    return f"({printed(part)})" if isinstance(part, kinds) else printed(part)


def field_text(field: str) -> str:
    """A field as filters name it."""
    if not field.startswith(META) or _PLAIN.fullmatch(field):
        return field
    return f"{META}{quoted(field.removeprefix(META))}"


def _operand(value: Operand) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    return quoted(value) if isinstance(value, str) else repr(value)
