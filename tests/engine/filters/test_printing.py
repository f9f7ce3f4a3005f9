"""What is printed is parsed again to the same, whatever the condition."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recto.engine.filters.parser import parse
from recto.engine.filters.printing import printed
from recto.engine.store.condition import (
    And,
    Attributes,
    AttributeValue,
    Between,
    Condition,
    Equals,
    HasWords,
    Not,
    OneOf,
    Operand,
    Or,
)
from recto.engine.store.holding import holds
from tests.engine.store.conditions import attributes, conditions


@given(conditions)
def test_what_was_parsed_is_printed_and_parsed_to_the_same(condition: Condition) -> None:
    parsed = parse(printed(condition)).condition
    assert parse(printed(parsed)).condition == parsed


@given(conditions, st.lists(attributes, min_size=1, max_size=4), st.integers(1, 3))
def test_printed_holds_of_the_same(
    condition: Condition, documents: list[Attributes], page: int
) -> None:
    again = parse(printed(condition)).condition
    for document in documents:
        seen = {**document, "page": page}
        naive = _naive(condition, seen)
        assert holds(condition, seen) == naive
        assert holds(again, seen) == naive


@given(st.text(min_size=1), st.text())
def test_any_text_and_any_key_can_be_said(key: str, text: str) -> None:
    condition = Equals(f"meta.{key}", text)
    assert parse(printed(condition)).condition == condition


def _naive(condition: Condition, seen: Attributes) -> bool:
    """By intervals of moments and by plain comparison, one value at a time."""
    match condition:
        case And():
            return min(_naive(part, seen) for part in condition.parts)
        case Or():
            return max(_naive(part, seen) for part in condition.parts)
        case Not():
            return not _naive(condition.part, seen)
    value: AttributeValue = seen.get(condition.field, ())
    values = value if isinstance(value, tuple) else (value,)
    match condition:
        case Equals():
            return any(_same(each, condition.value) for each in values)
        case OneOf():
            return any(_same(each, sought) for each in values for sought in condition.values)
        case HasWords():
            # Of the words that the samples have: their stems, spelt out.
            stems = {"annual": "annual", "report": "report", "reports": "report", "a": "a"}
            stems |= {"draft": "draft", "drafts": "draft", "the": "the"}
            text = " ".join(each for each in values if isinstance(each, str)).lower()
            there = {stems.get(word, word) for word in text.replace(",", " ").split()}
            return all(stems[word] in there for word in condition.text.lower().split())
        case Between():
            return any(_inside(each, condition) for each in values)


def _same(value: str | int | float | bool, sought: Operand) -> bool:
    if isinstance(sought, date):
        first, last = _span(sought)
        at = _at(value)
        return at is not None and first <= at <= last
    return isinstance(value, bool) == isinstance(sought, bool) and value == sought


def _inside(value: str | int | float | bool, bounds: Between) -> bool:
    if isinstance(bounds.bounds[0], date):
        at = _at(value)
        if at is None:
            return False
        lowest = [_span(b)[0] for b in (bounds.least,) if isinstance(b, date)]
        lower = [_span(b)[1] for b in (bounds.above,) if isinstance(b, date)]
        highest = [_span(b)[1] for b in (bounds.most,) if isinstance(b, date)]
        upper = [_span(b)[0] for b in (bounds.below,) if isinstance(b, date)]
        return (
            all(at >= b for b in lowest)
            and all(at > b for b in lower)
            and all(at <= b for b in highest)
            and all(at < b for b in upper)
        )
    if isinstance(value, (bool, str)):
        return False
    low, least = bounds.above, bounds.least
    high, most = bounds.below, bounds.most
    return (
        not (isinstance(low, (int, float)) and value <= low)
        and not (isinstance(least, (int, float)) and value < least)
        and not (isinstance(high, (int, float)) and value >= high)
        and not (isinstance(most, (int, float)) and value > most)
    )


def _span(moment: date) -> tuple[datetime, datetime]:
    """First and last microsecond."""
    if isinstance(moment, datetime):
        return moment, moment
    start = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return start, start + timedelta(days=1, microseconds=-1)


def _at(value: str | int | float | bool) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
