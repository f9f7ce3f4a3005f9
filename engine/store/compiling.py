"""Conditions on attributes become plain ones, the same for every store. Knows no Qdrant package.

A plain condition is a list:

    ["ids", ids]                     one of these points
    ["any", path, values]            the payload at `path` has one of these texts
    ["range", path, bounds]          a number within {"gt"?, "gte"?, "lt"?, "lte"?}
    ["empty", path]                  there is nothing at `path`
    ["all", conditions]              also "some" (one of them) and "none"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeAlias

from recto.engine.store.attributes import DAY, Sort, flag, seconds_of, unicode_of, words_of
from recto.engine.store.condition import (
    PAGE_NUMBER,
    And,
    Between,
    Bound,
    Condition,
    Equals,
    HasWords,
    Moment,
    Not,
    OneOf,
    Operand,
    Or,
)

Plain: TypeAlias = list[Any]
Bounds: TypeAlias = dict[str, float]
ATTRIBUTES = "attributes"
TENANT = "tenant"
_SIMPLE = re.compile(r"\w+", re.ASCII)


def compiled(condition: Condition) -> Plain:
    """The plain condition that holds of the same pages."""
    match condition:
        case And():
            return ["all", [compiled(part) for part in condition.parts]]
        case Or():
            return ["some", [compiled(part) for part in condition.parts]]
        case Not():
            return ["none", [compiled(condition.part)]]
        case Equals():
            return _equal(condition.field, condition.value)
        case OneOf():
            return _one_of(condition.field, condition.values)
        case Between():
            moments = isinstance(condition.bounds[0], date)
            path = attribute_path("time" if moments else "number", condition.field)
            return ["range", path, bounds_of(condition)]
        case HasWords():
            path = attribute_path("words", condition.field)
            return ["all", [["any", path, [word]] for word in words_of(condition.text)]]


def bounds_of(condition: Between) -> Bounds:
    """Its bounds as numbers; a date is the whole day."""
    bounds: Bounds = {}
    if condition.above is not None:
        _keep(bounds, max, *_after(condition.above))
    if condition.least is not None:
        _keep(bounds, max, "gte", _number(condition.least))
    if condition.below is not None:
        _keep(bounds, min, "lt", _number(condition.below))
    if condition.most is not None:
        _keep(bounds, min, *_up_to(condition.most))
    return bounds


def day_of(moment: Moment) -> Bounds:
    """What is equal to a moment."""
    start = seconds_of(moment)
    if isinstance(moment, datetime):
        return {"gte": start, "lte": start}
    return {"gte": start, "lt": start + DAY}


def attribute_path(sort: Sort, field: str) -> str:
    """Where the payload of a page has an attribute."""
    if (sort, field) == ("number", PAGE_NUMBER):
        return "number"
    key = payload_key(field)
    return (
        f"{ATTRIBUTES}.{sort}.{key}" if _SIMPLE.fullmatch(key) else f'{ATTRIBUTES}.{sort}."{key}"'
    )


def payload_key(field: str) -> str:
    """A field's name as it can stand between the quotes of a path."""
    return unicode_of(field).replace("%", "%25").replace('"', "%22")


def _equal(field: str, value: Operand) -> Plain:
    if isinstance(value, bool):
        return ["any", attribute_path("flag", field), [flag(value)]]
    if isinstance(value, (int, float)):
        return [
            "range",
            attribute_path("number", field),
            {"gte": float(value), "lte": float(value)},
        ]
    if isinstance(value, date):
        return ["range", attribute_path("time", field), day_of(value)]
    return ["any", attribute_path("text", field), [unicode_of(value)]]


def _one_of(field: str, values: tuple[Operand, ...]) -> Plain:
    texts = [unicode_of(value) for value in values if isinstance(value, str)]
    each = [_equal(field, value) for value in values if not isinstance(value, str)]
    if texts:
        each.append(["any", attribute_path("text", field), texts])
    return each[0] if len(each) == 1 else ["some", each]


def _keep(bounds: Bounds, choose: Callable[[float, float], float], name: str, bound: float) -> None:
    bounds[name] = choose(bounds.get(name, bound), bound)


def _number(bound: Bound) -> float:
    return seconds_of(bound) if isinstance(bound, date) else float(bound)


def _is_day(bound: Bound) -> bool:
    return isinstance(bound, date) and not isinstance(bound, datetime)


def _after(bound: Bound) -> tuple[str, float]:
    return ("gte", _number(bound) + DAY) if _is_day(bound) else ("gt", _number(bound))


def _up_to(bound: Bound) -> tuple[str, float]:
    return ("lt", _number(bound) + DAY) if _is_day(bound) else ("lte", _number(bound))
