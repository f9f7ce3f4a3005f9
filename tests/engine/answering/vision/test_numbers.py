from __future__ import annotations

import pytest

from recto.engine.answering.vision.numbers import lacking

PAGE = "Sales were £1,500,000, a margin of 4.5%, on 05.03.2024; three plants. 2.1 million units."


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
def test_number_that_stands_on_the_page_is_not_lacking(statement: str) -> None:
    assert lacking(statement, PAGE) == []


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("The margin was 4.6%.", ["4.6"]),
        ("The margin was 45%.", ["45"]),
        ("Sales were 1.5 billion.", ["1.5"]),
        ("Sales were 15 and the margin 4.5.", ["15"]),
        ("There are 4 plants.", ["4"]),
        ("It was 2023.", ["2023"]),
    ],
)
def test_other_number_is_lacking(statement: str, missing: list[str]) -> None:
    assert lacking(statement, PAGE) == missing
