from __future__ import annotations

import pytest

from recto.engine.answering.vision.proof import Proof, is_beside, is_thin, lacking

QUOTE = "Sales were £1,500,000, a margin of 4.5%, on 05.03.2024; three plants. 2.1 million units."


def proof(quote: str, *, row: str = "", labels: str = "", page: str = "") -> Proof:
    return Proof(quote=quote, counted=f"{quote}\n{row}", line=quote, labels=labels,
                 page=f"{quote}\n{row}\n{labels}\n{page}")  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "Sales were £1.5 million.",
        "1500000 was the sum.",
        "The margin was 4.5 percent in 2024.",
        "On 5 March 2024.",
        "There are 3 plants.",
        "It sold 2,100,000 units.",
        "1. The margin is given.",
        "Nothing is said in figures.",
    ],
)
def test_number_that_is_quoted_is_not_lacking(statement: str) -> None:
    assert lacking(statement, [proof(QUOTE)]) == []


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("The margin was 4.6%.", ["4.6%"]),
        ("The margin was 45%.", ["45%"]),
        ("Sales were 1.5 billion.", ["1.5 billion"]),
        ("Sales were €1.5 million.", ["€1.5 million"]),
        ("Sales were 15 and the margin 4.5.", ["15"]),
        ("There are four plants.", ["four"]),
        ("The margin was -4.5%.", ["-4.5%"]),
        ("It sold 2.1 units.", ["2.1"]),
        ("It was 2023.", ["2023"]),
    ],
)
def test_number_with_another_value_scale_unit_or_sign_is_lacking(
    statement: str, missing: list[str]
) -> None:
    assert lacking(statement, [proof(QUOTE)]) == missing


ROW = proof("Capital expenditure 31.8 (20.1)", labels="2024 2023", page="Amounts in £ million")


def test_units_of_a_table_may_be_told_once_for_all() -> None:
    assert lacking("In 2024 capital expenditure was £31.8 million.", [ROW]) == []
    assert lacking("Capital expenditure was 31.8 million.", [ROW]) == []
    assert lacking("Capital expenditure was $31.8 million.", [ROW]) == ["$31.8 million"]
    assert lacking("Capital expenditure was £31.8 billion.", [ROW]) == ["£31.8 billion"]
    assert lacking("Capital expenditure was 31.8 %.", [ROW]) == ["31.8 %"]


def test_brackets_are_minus_or_nothing_and_a_minus_wants_its_word() -> None:
    assert lacking("It was 20.1, or -20.1.", [ROW]) == []
    fallen = proof("Sales changed by -5%")
    assert lacking("Sales fell by 5%.", [fallen]) == []
    assert lacking("Sales grew by 5%.", [fallen]) == ["5%"]
    assert lacking("Sales changed by -31.8.", [proof("Sales 31.8")]) == ["-31.8"]


def test_only_years_may_come_from_the_page_and_bare_numbers_from_what_stands_above() -> None:
    one = proof("Capital expenditure was high", labels="4.2 After 60 days", page="2019: 500 people")
    assert lacking("In 2019 it was high.", [one]) == []
    assert lacking("Under 4.2 it was high after 60 days.", [one]) == []
    assert lacking("It was 500.", [one]) == ["500"]
    assert lacking("It was 60%.", [one]) == ["60%"]


def test_scale_may_be_told_once_in_a_statement() -> None:
    assert lacking("It rose from 20 to 31 million.", [proof("from 20 million to 31 million")]) == []
    assert lacking("It rose to 31.", [proof("from 20 million to 31 million")]) == ["31"]


def test_each_number_may_have_its_own_proof() -> None:
    both = [proof("The fee is 310 euros"), proof("It lasts 24 months")]
    assert lacking("It costs 310 euros for 24 months.", both) == []
    assert lacking("It costs 310 euros for 24 months.", both[:1]) == ["24"]


@pytest.mark.parametrize(
    ("statement", "quote", "line", "thin"),
    [
        ("The tenant repairs the roof.", "tenant", "The tenant pays electricity", True),
        ("Capex was 31.8.", "31.8", "Capital expenditure 31.8", True),
        ("Capex was 31.8 and 20.1.", "31.8 20.1", "Capital expenditure 31.8 20.1", True),
        ("It is confidential.", "Confidential", "Confidential", False),
        ("It is secret.", "Confidential", "Confidential", True),
        ("The tenant pays.", "tenant pays", "The tenant pays electricity", False),
        ("Der Umsatz war 31.8.", "Revenue 31.8", "Revenue 31.8", False),
    ],
)
def test_quote_of_one_word_or_of_numbers_alone_is_thin(
    statement: str, quote: str, line: str, thin: bool
) -> None:
    one = Proof(quote=quote, counted=quote, line=line, labels="", page=line)
    assert is_thin(statement, one) is thin


PAGE = "Roof repairs are paid by the landlord. The tenant pays electricity."


def test_statement_in_the_words_of_the_page_must_share_some_with_its_quote() -> None:
    beside = proof("pays electricity", page=PAGE)
    assert is_beside("Roof repairs: the landlord.", [beside])
    assert not is_beside("The tenant pays electricity.", [beside])
    assert not is_beside("Der Mieter zahlt den Strom.", [beside])
    assert not is_beside("So it is.", [beside])
