from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.spelling import corrections, slips

WORDS = st.text(alphabet="abc", max_size=6)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("hearin", "hearing"), ("gendr", "gender"), ("helth", "health"), ("shuold", "should")],
)
def test_corrections_undo_one_slip(wrong: str, right: str) -> None:
    assert corrections([wrong], ["gender hearing health should other"]) == {wrong: right}


def test_corrections_forgive_a_long_word_two_slips() -> None:
    assert corrections(["recievables"], ["receivables"]) == {"recievables": "receivables"}
    assert corrections(["instalation"], ["installing"]) == {}


def test_corrections_leave_short_words_and_numbers_alone() -> None:
    assert corrections(["want", "2018"], ["went 2019"]) == {}


def test_corrections_prefer_the_nearer_then_the_more_frequent_word() -> None:
    assert corrections(["cares"], ["cards card cared cared"]) == {"cares": "cared"}
    assert corrections(["received"], ["relieved relieved receives"]) == {"received": "receives"}


def test_corrections_find_nothing_where_nothing_is_near() -> None:
    assert corrections(["zebra"], ["hearing"]) == {}
    assert corrections(["killed"], ["filled"]) == {}
    assert corrections(["zebra"], []) == {}


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("", "ab", 2), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "xyz", 3), ("kitten", "sit", 4)],
)
def test_slips_are_counted(one: str, other: str, count: int) -> None:
    assert slips(one, other, 9) == count


@given(WORDS, WORDS, st.integers(0, 3))
def test_slips_are_the_same_both_ways_and_bounded(one: str, other: str, most: int) -> None:
    exact = slips(one, other, 99)
    assert exact == slips(other, one, 99)
    assert slips(one, other, most) == min(exact, most + 1)
