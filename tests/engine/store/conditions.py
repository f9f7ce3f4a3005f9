"""Conditions and attributes of all kinds, few values of each, so that they often meet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import strategies as st

from recto.engine.store.condition import (
    And,
    Attributes,
    Between,
    Bound,
    Condition,
    Equals,
    HasWords,
    Not,
    OneOf,
    Or,
)

TEXTS = ("", "Annual report", "a draft, FINAL", "drafts of reports", 'x"y%z', "größe")
DATES = (date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29))
TIMES = (
    datetime(2024, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2024, 1, 1, 23, 59, 59, 999_000, tzinfo=UTC),
    datetime(2024, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2))),  # in 2023, in UTC
)
MOMENTS = tuple(moment.isoformat() for moment in (*DATES, *TIMES))
NUMBERS = (-1.5, 0, 1, 3, 2023, 2**40, 0.1)
FIELDS = ("title", "tags", "meta.year", "meta.odd key", 'meta."', "meta.a.b")
ABSENT = "meta.absent"

_texts = st.sampled_from((*TEXTS, *MOMENTS))
_numbers = st.sampled_from(NUMBERS)
_moments = st.sampled_from((*DATES, *TIMES))
_operands = _texts | _numbers | st.booleans() | _moments
_fields = st.sampled_from((*FIELDS, ABSENT, "page"))
_values = _texts | _numbers | st.booleans() | st.lists(_texts, max_size=3).map(tuple)

attributes: st.SearchStrategy[Attributes] = st.dictionaries(
    st.sampled_from(FIELDS), _values, max_size=5
)


@st.composite
def _between(draw: st.DrawFn) -> Between:
    kinds: tuple[st.SearchStrategy[Bound], ...] = (_numbers, _moments)
    bound = draw(st.sampled_from(kinds))
    names = draw(st.sets(st.sampled_from(("above", "least", "below", "most")), min_size=1))
    bounds: dict[str, Bound] = {name: draw(bound) for name in sorted(names)}
    return Between(field=draw(_fields), **bounds)


_leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Equals, _fields, _operands),
    st.builds(OneOf, _fields, st.lists(_operands, min_size=1, max_size=3).map(tuple)),
    _between(),
    st.builds(HasWords, _fields, st.sampled_from(("report", "Draft", "the annual reports", "a"))),
)


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, parts))


conditions: st.SearchStrategy[Condition] = st.recursive(_leaves, _joined, max_leaves=6)
