from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.engine.answering.vision.numbers import Number, standing, stated, units_of

MILLION = 10**6


def number(told: str, digits: str, **more: object) -> Number:
    return Number(told, digits, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("£31.8 million", number("£31.8 million", "31.8", scale=MILLION, currency="£")),
        ("£2bn", number("£2bn", "2", scale=10**9, currency="£")),
        ("2,1 Mio. Euro", number("2,1 mio. euro", "2.1", scale=MILLION, currency="€")),
        ("USD 1,577", number("usd 1577", "1577", currency="$")),
        ("1,200 euros", number("1200 euros", "1200", currency="€")),
        ("-5%", number("-5%", "5", percent=True, minus=True)),
        ("−£5", number("-£5", "5", currency="£", minus=True)),
        ("4.5 per cent", number("4.5 per cent", "4.5", percent=True)),
        ("(5)", number("5", "5", bracketed=True)),
        ("twenty-four", number("twenty-four", "24")),
        ("FY2018", number("2018", "2018")),
        ("PX-20931", number("20931", "20931")),
        ("at 09:30", number("09:30", "09:30")),
    ],
)
def test_number_is_read_with_what_belongs_to_it(text: str, read: Number) -> None:
    assert standing(text) == [read]


def test_letter_that_may_be_a_unit_is_read_in_both_ways() -> None:
    assert [one.scale for one in standing("5 m wide")] == [MILLION, None]
    assert [one.scale for one in standing("$5m")] == [MILLION]


def test_parts_of_a_date_stand_there_but_are_not_stated() -> None:
    assert [one.digits for one in standing("05.03.2024")] == ["05.03.2024", "5", "3", "2024"]
    assert [one.digits for one in stated("05.03.2024")] == ["05.03.2024"]


def test_range_has_no_minus() -> None:
    assert not any(one.minus for one in standing("2020-2024, 5–10 and pages 3-4"))


def test_statement_states_neither_the_number_of_its_item_nor_vague_words() -> None:
    assert stated("1. One of them was first.") == []
    assert [one.digits for one in stated("- There are three plants.")] == ["3"]


def test_heads_of_tables_tell_units() -> None:
    assert units_of("Revenue (£m)").scales == {MILLION}
    assert units_of("in US$ thousands, change in %") == units_of("% $ 000s")
    assert units_of("Nothing") == units_of("")


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9), st.sampled_from(["", " million", "bn", "%", " per cent"]))
def test_value_is_that_of_the_text_however_thousands_are_parted(value: int, unit: str) -> None:
    (plain, *_), (parted, *_) = standing(f"{value}{unit}"), standing(f"{value:,}{unit}")
    assert plain.value == parted.value == value * (plain.scale or 1)
