"""Filters of fields that a library has, and of those that it has not."""

from __future__ import annotations

import pytest

from recto.engine.errors import FilterError
from recto.engine.filters.fields import fields_of, understood
from recto.engine.store.condition import Attributes, Condition, Equals, HasWords, Not, Or

DOCUMENTS: list[Attributes] = [
    {"name": "a.pdf", "meta.year": 2023, "meta.due": "2024-05-01", "meta.final": True},
    {"name": "b.pdf", "meta.year": "unknown", "meta.cost centre": "x"},
]
FIELDS = fields_of(DOCUMENTS, with_pages=True)


@pytest.mark.parametrize(
    "source",
    [
        'kind = "pdf" and pages > 3 and added < 2024-01-01 and page = 1',
        'meta.year = 2023 or meta.year = "unknown"',
        'meta.due > 2024-01-01 and meta.due = "2024-05-01"',
        'meta.final = true and meta."cost centre" ~ "x"',
    ],
)
def test_known_fields_are_understood(source: str) -> None:
    assert understood(source, FIELDS)


@pytest.mark.parametrize(
    ("source", "position", "said"),
    [
        ("kind = 3", 7, "kind is compared with texts; got 3"),
        ("size in (1, 'x')", 9, "size is compared with numbers; got 'x'"),
        ("meta.year > 2024-01-01", 12, "meta.year is compared with numbers or texts"),
        ("added = 'x'", 8, "added is compared with dates"),
        ("page = 1 or yaer = 3", 12, "There is no field yaer"),
        ("meta.yaer = 3", 0, "Did you mean meta.year"),
        ("x = 1", 0, 'Known are name, title, kind.* page, meta.year.* meta."cost centre"'),
    ],
)
def test_misunderstandings_are_refused(source: str, position: int, said: str) -> None:
    with pytest.raises(FilterError, match=said) as caught:
        understood(source, FIELDS)
    assert caught.value.position == position


def test_documents_have_no_page_number() -> None:
    with pytest.raises(FilterError, match="Documents have no page number"):
        understood("page = 1", fields_of(DOCUMENTS, with_pages=False))


@pytest.mark.parametrize("wrong", [Equals("kind", 3), Not(Equals("nowhere", 3))])
def test_conditions_are_checked_too(wrong: Condition) -> None:
    with pytest.raises(FilterError, match="= 3"):
        understood(Or((HasWords("title", "x"), wrong)), FIELDS)
