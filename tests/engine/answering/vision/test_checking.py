from __future__ import annotations

from recto.engine.answering.vision.claims import Claim, Said

from .given import LEASE, REPORT, checker_of, given, scanned

PAGES = (given(LEASE, name="lease 2026.pdf"), given(REPORT, number=4), scanned())
CHECKER = checker_of(*PAGES)


def kinds(text: str, *said: tuple[str, str]) -> list[str]:
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


def test_numbers_may_stand_on_any_cited_page_or_in_the_name_of_its_document() -> None:
    deposit, capex = ("S1", "deposit of 1,200 euros is"), ("S2", "expenditure was £31.8 million")
    assert kinds("It was 31.8 and 1200.", deposit, capex) == ["quoted"]
    assert kinds("It was 31.8 and 1200.", deposit) == ["number_not_found"]
    assert kinds("In 2026 it was 1200.", deposit) == ["quoted"]


def test_label_in_a_statement_is_no_number() -> None:
    assert kinds("S1 says that the tenant pays.", ("S1", "tenant pays electricity")) == ["quoted"]


def test_picture_without_words_is_cited_as_a_whole_whatever_was_read_in_it() -> None:
    assert kinds("The bar says 77.", ("S3", "77")) == ["page"]
    assert kinds("The bar says 77.", ("S3", "")) == ["page"]
    assert kinds("The bar says 77.", ("S3", "77"), ("S1", "tenant pays electricity")) == ["quoted"]
