from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.engine.answering.vision.finding import PageWords
from tests.engine.answering.pages import page

TEXT = """Capital expenditure was £31.8 million, almost twice depre-
ciation. The “oﬃce” fee is non-refundable. Loss was -5% and
costs 3   1.8  of 1,577 and 10² units. They were unable to
pay. Nothing is payable now to the northern district offices.
"""
WORDS = ("net", "sales", "grew", "by", "4.5", "in", "2024", "the", "Leeds", "plant", "£310", "-7")


def quoted(quote: str, text: str = TEXT) -> str | None:
    """The words of the page that are found, if any."""
    words = PageWords(page(text).text.words)
    span = words.find(quote)
    return None if span is None else " ".join(word.text for word in words.words[slice(*span)])


@pytest.mark.parametrize(
    ("quote", "there"),
    [
        ("capital   EXPENDITURE was", "Capital expenditure was"),
        ("almost twice depreciation", "almost twice depre- ciation."),
        ("twice depre-ciation", "twice depre- ciation."),
        ('the "office" fee', "The “oﬃce” fee"),
        ("31.8 million", "£31.8 million,"),
        ("Loss was −5%", "Loss was -5%"),
        ("of 1577", "of 1,577"),
        ("ex penditure was", "expenditure was"),
        ("Nothing is payable now to the northem district offices", None),
        ("Nothing is payable now to the northern distriet offices", "Nothing is payable now to"),
    ],
)
def test_quote_is_found_however_it_is_spelled(quote: str, there: str | None) -> None:
    found = quoted(quote)
    assert found is None if there is None else found is not None and found.startswith(there)


@pytest.mark.parametrize(
    "quote",
    [
        "£31.9 million",
        "£3.18 million",
        "€31.8 million",
        "1.8 million",
        "costs 31.8",
        "costs 3 1.9",
        "units 102",
        "Loss was 5%",
        "was 5%",
        "of 1,578",
    ],
)
def test_digit_sign_or_currency_is_never_tolerated(quote: str) -> None:
    assert quoted(quote) is None


@pytest.mark.parametrize(
    "quote",
    [
        "refundable",
        "able to pay",
        "Nothing is payable not to the northern district offices",
        "Nothing payable now to the northern district offices",
        "Something is payable now to the northern district offices",
        "Capital expenditure fell almost twice depreciation",
        "of the",
        "…",
        "",
    ],
)
def test_quote_that_says_something_else_or_nothing_is_not_found(quote: str) -> None:
    assert quoted(quote) is None


def test_several_misread_words_are_too_many() -> None:
    words = "alpha bravo charlie delta foxtrot golfing hotels indias"
    assert quoted(words.replace("bravo", "brauo"), words) is not None
    assert quoted(words.replace("bravo", "brauo").replace("delta", "delto"), words) is None


def test_script_without_spaces_is_found_within_its_run() -> None:
    assert quoted("貸借契約は三月", "この貸借契約は三月に終わる") == "この貸借契約は三月に終わる"
    assert quoted("貸借契約は四月", "この貸借契約は三月に終わる") is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=30), st.data())
def test_any_run_of_words_is_found_and_no_other_number(
    words: list[str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    stop = data.draw(st.integers(start + 1, len(words)))
    run = words[start:stop]
    text = " ".join(words)
    if any(word not in ("by", "in", "the") for word in run):
        assert quoted(" ".join(run), text) is not None
    wrong = [word.replace("4.5", "4.6").replace("2024", "2042") for word in run]
    if wrong != run:
        assert quoted(" ".join(wrong), text) is None
