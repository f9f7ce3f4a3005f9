from __future__ import annotations

from collections.abc import Callable

import pytest

from recto.engine.answering.extractive import ExtractiveAnswerer
from recto.engine.answering.protocol import DraftAnswer, Evidence
from recto.engine.encoders.words.encoder import WordsEncoder

from .pages import evidence, page

LEASE = """Lease

The rent is due on the first day of each month. The tenant pays
electricity. The landlord insures the building against fire.

Deposit: 1,200 euros
Keys: three
"""
TABLE = """Sales by segment

Segment          2022        2021
Pumps            1,577       1,373
Valves             920         880
"""


Ask = Callable[..., DraftAnswer]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Asks with the built-in encoder."""
    answerer = ExtractiveAnswerer(WordsEncoder(threads=1))

    def answer(question: str, *pages: Evidence) -> DraftAnswer:
        return answerer.answer(question, pages)

    return answer


def test_answer_quotes_the_sentence_with_its_page_and_boxes(ask: Ask) -> None:
    answer = ask("When is the rent due?", evidence(page(LEASE, number=4)))
    quote = answer.quotes[0]
    assert quote.text == "The rent is due on the first day of each month."
    assert (quote.document_id, quote.page, len(quote.boxes)) == ("manual.pdf", 4, 1)
    assert quote.text in answer.text


def test_answer_from_a_table_names_row_and_column(ask: Ask) -> None:
    answer = ask("What were the sales of Pumps in 2021?", evidence(page(TABLE)))
    assert answer.quotes[0].text == "Pumps 1,577 1,373"
    assert answer.text.splitlines()[0] == "Pumps – 2021: 1,373"


def test_answer_from_a_form_is_the_field(ask: Ask) -> None:
    assert ask("How much is the deposit?", evidence(page(LEASE))).quotes[0].text == (
        "Deposit: 1,200 euros"
    )
