from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.text import fold, stem, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("manage managed managing", "manages manage MANAGE"),
        ("policies", "policy"),
        ("benefits", "benefit"),
        ("classes boxes", "class box"),
        ("Café naïve", "cafe naive"),
        ("ﬁnance", "finance"),
        ("1,577", "1577"),
        ("employee's", "employee"),
        ("ＡＢＣ", "abc"),
        ("co\u00adoperate", "cooperate"),
    ],
)
def test_terms_of_two_spellings_are_the_same(one: str, other: str) -> None:
    assert set(terms(one)) == set(terms(other))


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("FY2018", "2018"),
        ("FY18", "2018"),
        ("$1.5 million", "1500000"),
        ("1,500 thousand", "1500000"),
        ("45k", "45,000"),
        ("12.5%", "percent"),
        ("12.5%", "12.5"),
        ("12.5%", "12.5 per cent"),
        ("12.5 percent", "12.5 per cent"),
        ("5kW", "5 kW"),
        ("0.5litres", "0.5 litre"),
        ("2.5mm-wide", "2.5 mm"),
        ("1.5m", "1500000"),
        ("1.5million", "1500000"),
        ("pre-authorization", "authorization"),
        ("pre-authorization", "preauthorization"),
        ("prior_authorization.pdf", "authorization"),
        ("東京都", "東京"),
        ("S&P 500", "S&P"),
    ],
)
def test_terms_of_a_word_hold_what_people_ask_for(written: str, asked: str) -> None:
    assert set(terms(asked)) <= set(terms(written))


@pytest.mark.parametrize(("one", "other"), [("1.577", "1577"), ("sing", "s"), ("2018", "2019")])
def test_terms_of_different_words_differ(one: str, other: str) -> None:
    assert not set(terms(one)) & set(terms(other))


def test_terms_leave_out_stop_words() -> None:
    assert terms("What is the copay for it?") == ["copay"]


def test_terms_keep_words_of_scripts_with_vowel_signs_whole() -> None:
    assert terms("हिन्दी में") == ["हिन्दी", "में"]


@given(st.text())
def test_terms_do_not_depend_on_case_or_on_folding_twice(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert all(term and not term.isspace() for term in terms(text))


@given(st.text(alphabet=st.characters(codec="ascii", categories=["Ll"]), max_size=12))
def test_stem_is_a_beginning_but_for_y(word: str) -> None:
    assert word.startswith(stem(word).removesuffix("i"))
