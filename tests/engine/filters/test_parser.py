"""Filters: what they mean, and how they are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from recto.engine.errors import FilterError
from recto.engine.filters.parser import parse
from recto.engine.store.condition import (
    And,
    Between,
    Condition,
    Equals,
    HasWords,
    Not,
    OneOf,
    Or,
)

A, B, C = Equals("a", 1), Equals("b", 2), Equals("c", 3)


@pytest.mark.parametrize(
    ("source", "condition"),
    [
        ('kind = "pdf"', Equals("kind", "pdf")),
        ("kind == 'pdf'", Equals("kind", "pdf")),
        ('title = "say \\"so\\" \\\\"', Equals("title", 'say "so" \\')),
        ("kind != 'pdf'", Not(Equals("kind", "pdf"))),
        ("meta.final=true", Equals("meta.final", True)),
        ("meta.year >= 2023", Between(field="meta.year", least=2023)),
        ("meta.rate<-.5e1", Between(field="meta.rate", below=-5.0)),
        ("added > 2024-01-31", Between(field="added", above=date(2024, 1, 31))),
        (
            "added <= 2024-01-31T10:00:00Z",
            Between(field="added", most=datetime(2024, 1, 31, 10, tzinfo=UTC)),
        ),
        ('title ~ "annual report"', HasWords("title", "annual report")),
        ('tags in ("a", "b")', OneOf("tags", ("a", "b"))),
        ("tags not in ('a')", Not(OneOf("tags", ("a",)))),
        ('meta."cost centre".x = 7', Equals("meta.cost centre.x", 7)),
        ("meta.größe = 7", Equals("meta.größe", 7)),
        ("a = 1 or b = 2 and c = 3", Or((A, And((B, C))))),
        ("(a = 1 or b = 2) and c = 3", And((Or((A, B)), C))),
        ("not a = 1 and b = 2", And((Not(A), B))),
        ("not (a = 1 and b = 2)", Not(And((A, B)))),
        ("not not a = 1", Not(Not(A))),
        ("a=1 and b=2 and(c=3)", And((A, B, C))),
        (" a\n=\t1 ", A),
        ("android = 1", Equals("android", 1)),
    ],
)
def test_filter_means(source: str, condition: Condition) -> None:
    assert parse(source).condition == condition


@pytest.mark.parametrize(
    ("source", "position", "said"),
    [
        ("", 0, "The filter is empty"),
        ("kind", 4, "Expected =, !="),
        ("kind = ", 7, "Expected a text in quotes"),
        ("kind = pdf", 7, "pdf is no value; put a text in quotes: 'pdf'"),
        ('kind = "pdf', 7, "has no end"),
        ('kind = "pdf" size > 3', 13, "Expected and, or, or the end; got size"),
        ('(kind = "pdf"', 13, r"or the \) to the \( at character 1; got the end"),
        ('kind in "pdf"', 8, "Expected a list in brackets"),
        ("kind in ()", 9, "Expected a text in quotes"),
        ("kind not = 3", 9, "Expected in"),
        ('kind < "pdf"', 7, '< compares numbers and dates; got "pdf"'),
        ("title ~ 3", 8, "~ looks for words"),
        ('title ~ "!"', 8, "~ looks for words"),
        ("added > 2024-02-30", 8, "2024-02-30 is no date of the calendar"),
        ("added > 2024-2-30", 12, "Expected and, or, or the end"),
        ("size > 1e999", 7, "1e999 is too large a number"),
        ("kind = 3 & size", 9, "'&' means nothing here"),
        ("and = 3", 0, "Expected a field"),
        ("kind = 3 and", 12, "Expected a field"),
        ("not " * 51 + "a = 1", 200, "More than 50"),
        ("a" * 10_001, 10_000, "at most 10000"),
    ],
)
def test_what_is_no_filter_is_refused(source: str, position: int, said: str) -> None:
    with pytest.raises(FilterError, match=said) as caught:
        parse(source)
    assert caught.value.position == position


def test_error_shows_where() -> None:
    with pytest.raises(FilterError) as caught:
        parse("size > 3 and\n\tkind = pdf or size < 9")
    assert str(caught.value).split("\n")[1:] == [
        "  \tkind = pdf or size < 9",
        "  \t       ^^^",
    ]
