"""Whether a condition holds of some attributes, told by looking at them: the meaning that what
stores do with compiled conditions is held to."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

from recto.engine.store.attributes import DAY, seconds_of, time_of, unicode_of, words_of
from recto.engine.store.condition import (
    LARGEST,
    And,
    Attributes,
    AttributeValue,
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

_Each: TypeAlias = str | int | float | bool


def holds(condition: Condition, attributes: Attributes) -> bool:
    """Of a document's attributes; an attribute that is not there fulfils no comparison."""
    match condition:
        case And():
            return all(holds(part, attributes) for part in condition.parts)
        case Or():
            return any(holds(part, attributes) for part in condition.parts)
        case Not():
            return not holds(condition.part, attributes)
    values = _each(attributes.get(condition.field, ()))
    match condition:
        case Equals():
            return any(_equal(value, condition.value) for value in values)
        case OneOf():
            return any(_equal(value, sought) for value in values for sought in condition.values)
        case Between():
            return any(_within(value, condition) for value in values)
        case HasWords():
            there = {word for value in values if isinstance(value, str) for word in words_of(value)}
            return there.issuperset(words_of(condition.text))


def _each(value: AttributeValue) -> tuple[_Each, ...]:
    if isinstance(value, tuple):
        return tuple(unicode_of(text) for text in value)
    if isinstance(value, str):
        return (unicode_of(value),)
    return (value,) if abs(value) <= LARGEST else ()


def _equal(value: _Each, sought: Operand) -> bool:
    if isinstance(sought, date):
        return _within_moments(value, Between(field="-", least=sought, most=sought))
    if isinstance(value, bool) or isinstance(sought, bool):
        return value is sought
    if isinstance(value, str) or isinstance(sought, str):
        return isinstance(value, str) and isinstance(sought, str) and value == unicode_of(sought)
    return float(value) == float(sought)


def _within(value: _Each, bounds: Between) -> bool:
    if isinstance(bounds.bounds[0], date):
        return _within_moments(value, bounds)
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and (bounds.above is None or value > _number(bounds.above))
        and (bounds.least is None or value >= _number(bounds.least))
        and (bounds.below is None or value < _number(bounds.below))
        and (bounds.most is None or value <= _number(bounds.most))
    )


def _within_moments(value: _Each, bounds: Between) -> bool:
    at = time_of(value) if isinstance(value, str) else None
    return (
        at is not None
        and (bounds.above is None or _later(at, bounds.above))
        and (bounds.least is None or at >= _start(bounds.least))
        and (bounds.below is None or at < _start(bounds.below))
        and (bounds.most is None or not _later(at, bounds.most))
    )


def _later(at: float, bound: Bound) -> bool:
    """After all of a moment, which may be a day."""
    start = _start(bound)
    return at > start if isinstance(bound, datetime) else at >= start + DAY


def _start(bound: Bound) -> float:
    assert isinstance(bound, Moment)
    return seconds_of(bound)


def _number(bound: Bound) -> float:
    assert not isinstance(bound, date)
    return float(bound)
