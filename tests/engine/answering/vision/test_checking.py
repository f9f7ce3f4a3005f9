from __future__ import annotations

from dataclasses import replace

import numpy as np

from recto.engine.answering.vision.checking import Checked
from recto.engine.answering.vision.claims import Claim, Said
from recto.engine.page import Box

from .given import LEASE, REPORT, charted, checker_of, given, scanned

PAGES = (given(LEASE, name="lease 2026.pdf"), given(REPORT, number=4), scanned())
CHECKER = checker_of(*PAGES)


def kinds(text: str, *said: tuple[str, ...]) -> list[str]:
    """The kinds of the problems that a claim has; its support if it has none."""
    checked = CHECKER.check(Claim(text, tuple(Said(*quote) for quote in said)))
    if not checked.supported:
        assert checked.statement.quotes == ()
        return [problem.kind for problem in checked.problems]
    assert checked.problems == ()
    return [checked.statement.support]


def test_each_way_to_fail_has_its_name() -> None:
    assert kinds("It is so.") == ["no_quote"]
    assert kinds("It is so.", ("S1", "")) == ["no_quote"]
    assert kinds("It is so.", ("S8", "it is so")) == ["unknown_source"]
    assert kinds("It is so.", ("S1", "it is so")) == ["quote_not_found"]
    assert kinds("It is so.", ("S1", "it is so"), ("S9", "so")) == [
        "quote_not_found",
        "unknown_source",
    ]
    assert kinds("There are 9 keys.", ("S1", "tenant pays electricity")) == ["number_not_found"]


def test_one_quote_that_holds_is_enough() -> None:
    said = (("S1", "landlord pays"), ("S1", "tenant pays electricity"))
    assert kinds("The tenant pays.", *said) == ["quoted"]


def test_quote_with_an_unknown_label_is_found_where_it_stands() -> None:
    assert kinds("The tenant pays.", ("S9", "tenant pays electricity")) == ["quoted"]


def test_numbers_may_stand_in_any_quote_and_years_in_the_name_of_the_document() -> None:
    deposit, capex = ("S1", "deposit of 1,200 euros is"), ("S2", "expenditure was £31.8 million")
    assert kinds("It was £31.8 million and 1200.", deposit, capex) == ["quoted"]
    assert kinds("It was £31.8 million and 1200.", deposit) == ["number_not_found"]
    assert kinds("It was £31.8 and 1200.", deposit, capex) == ["number_not_found"]
    assert kinds("In 2026 it was 1200.", deposit) == ["quoted"]


def test_number_elsewhere_on_the_page_proves_nothing() -> None:
    assert kinds("The dividend is 31.8 pence.", ("S2", "The dividend is 4.2 pence")) == [
        "number_not_found"
    ]


def test_numbers_of_a_row_stand_in_it_and_may_be_quoted_by_its_label() -> None:
    assert kinds("Pumps made 1,577 in 2022.", ("S2", "Pumps 1,577")) == ["quoted"]
    assert kinds("Pumps made 1,373 in 2021.", ("S2", "Pumps 1,577")) == ["quoted"]
    assert kinds("Pumps made 1,373 in 2021.", ("S2", "1,373")) == ["thin_quote"]
    assert kinds("Pumps made 31.8 in 2021.", ("S2", "Pumps 1,577")) == ["number_not_found"]


def test_quote_must_say_something_and_not_the_opposite() -> None:
    assert kinds("The tenant repairs the roof.", ("S1", "tenant")) == ["thin_quote"]
    refundable = ("S1", "The deposit of 1,200 euros is non-refundable")
    assert kinds("The deposit is refundable.", refundable) == ["quote_opposite"]
    assert kinds("The deposit is not refundable.", refundable) == ["quoted"]
    pays = ("S1", "tenant pays electricity")
    assert kinds("The tenant does not pay electricity.", pays) == ["quote_opposite"]
    dividend = ("S2", "The dividend is 4.2 pence")
    assert kinds("Capital expenditure was high.", dividend) == ["quote_beside"]


def test_label_in_a_statement_is_no_number() -> None:
    assert kinds("S1 says that the tenant pays.", ("S1", "tenant pays electricity")) == ["quoted"]


def test_picture_without_words_is_cited_as_a_whole_for_what_was_read_in_it() -> None:
    assert kinds("The bar says 77.", ("S3", "77")) == ["page"]
    assert kinds("The bar says 77.", ("S3", "")) == ["page"]
    assert kinds("The bar says 77.", ("S3", "", "bars, 2024: 77")) == ["page"]
    assert kinds("The bar says 77.", ("S3", "78")) == ["number_not_found"]


def test_picture_beside_a_quote_excuses_no_number_and_makes_no_quote() -> None:
    pays, bar = ("S1", "tenant pays electricity"), ("S3", "77")
    assert kinds("The tenant pays 77.", bar, pays) == ["page"]
    assert kinds("The tenant pays 500.", bar, pays) == ["number_not_found"]
    assert kinds("The tenant pays 500.", ("S3", ""), pays) == ["number_not_found"]


LOW, LEFT, RIGHT = Box(0.1, 0.5, 0.7, 0.8), Box(0.1, 0.5, 0.4, 0.7), Box(0.6, 0.5, 0.9, 0.7)
CHART = "line chart of capex, 2024: 77"


def seen(text: str, said: Said, *places: Box, words: str = REPORT) -> Checked:
    return checker_of(charted(words, *places)).check(Claim(text, (said,)))


def test_value_that_is_only_drawn_is_cited_by_its_figure_and_never_as_quoted() -> None:
    checked = seen("Capex was 77 in 2024.", Said("S1", "", CHART), LOW)
    (quote,) = checked.statement.quotes
    assert (checked.statement.support, quote.basis, quote.text) == ("page", "picture", "")
    (box,) = quote.boxes
    assert np.allclose(box, LOW, atol=0.03)
    assert checked.quotes == 0


def test_number_of_a_figure_must_be_what_was_read_in_it() -> None:
    checked = seen("Capex was 78 in 2024.", Said("S1", "", CHART), LOW)
    assert [problem.kind for problem in checked.problems] == ["number_not_found"]


def test_words_that_stand_nowhere_do_not_become_a_picture() -> None:
    for said in (Said("S1", "capex was 77"), Said("S1", "capex was 77", CHART)):
        checked = seen("Capex was 77.", said, LOW)
        assert [problem.kind for problem in checked.problems] == ["quote_not_found"]


def test_page_of_mere_text_and_page_without_its_picture_have_no_figure() -> None:
    for page in (given(REPORT), replace(charted(REPORT, LOW), image=lambda width: None)):
        checked = checker_of(page).check(Claim("Capex was 77.", (Said("S1", "", CHART),)))
        assert [problem.kind for problem in checked.problems] == ["no_figure"]


def test_figure_is_told_from_another_by_the_words_close_to_it_or_not_at_all() -> None:
    caption = "\n" * 25 + " " * 12 + "Rents by year" + " " * 42 + "Staff by town"
    said = Said("S1", "", "rents, 2015: 600")
    (quote,) = seen("Rents were 600.", said, LEFT, RIGHT, words=caption).statement.quotes
    assert np.allclose(quote.boxes[0], LEFT, atol=0.03)
    said = Said("S1", "", "a chart: 600")
    (quote,) = seen("It was 600.", said, LEFT, RIGHT, words=caption).statement.quotes
    assert quote.boxes == ()
