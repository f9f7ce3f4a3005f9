from __future__ import annotations

from collections.abc import Callable

import pytest

from recto.engine.answering.extractive import ExtractiveAnswerer
from recto.engine.answering.protocol import DraftAnswer, Evidence
from recto.engine.encoders.words.encoder import WordsEncoder
from tests.fakes import FakeEncoder

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
KIT = """The repair kit contains these parts:
• two long screws
• a rubber seal
• one tube of grease

Store the kit in a dry place.
"""

Ask = Callable[..., DraftAnswer]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Asks with the built-in encoder; whatever is quoted must stand on its page exactly so."""
    answerer = ExtractiveAnswerer(WordsEncoder(threads=1))

    def answer(question: str, *pages: Evidence) -> DraftAnswer:
        draft = answerer.answer(question, pages)
        for quote in draft.quotes:
            source = [p for p in pages if p.document_id == quote.document_id]
            texts = [
                " ".join(word.text for word in p.content.text.words)
                for p in source
                if p.content.number == quote.page
            ]
            assert any(quote.text in text for text in texts), quote
            assert quote.boxes
        assert draft.text
        return draft

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
    answer = ask("How much is the deposit?", evidence(page(LEASE)))
    assert answer.quotes[0].text == "Deposit: 1,200 euros"


def test_question_for_a_list_is_answered_with_all_of_it(ask: Ask) -> None:
    answer = ask("What are the parts of the repair kit?", evidence(page(KIT)))
    assert answer.text.splitlines()[:4] == [
        "The repair kit contains these parts:",
        "- two long screws",
        "- a rubber seal",
        "- one tube of grease",
    ]


def test_question_equal_to_a_heading_is_answered_by_what_stands_below(ask: Ask) -> None:
    text = "Cleaning the filter\n\nRinse the filter with cold water once a week.\n"
    answer = ask("Cleaning the filter", evidence(page(text)))
    assert answer.quotes[0].text == "Rinse the filter with cold water once a week."


def test_question_with_a_slip_of_the_pen_is_answered(ask: Ask) -> None:
    answer = ask("Who pays the elecricity?", evidence(page(LEASE)))
    assert answer.quotes[0].text == "The tenant pays electricity."


@pytest.mark.parametrize(
    "question",
    [
        "When was the rent due in 1987?",
        "What rent does Fabrikam pay?",
        "What does error E42 mean for the lease?",
        "Which planets have rings made of ice?",
    ],
)
def test_question_that_the_page_does_not_speak_of_is_declined(ask: Ask, question: str) -> None:
    answer = ask(question, evidence(page(LEASE, number=4)))
    assert answer.abstained
    assert "manual.pdf, page 4" in answer.text


def test_declined_question_names_what_stands_nowhere(ask: Ask) -> None:
    answer = ask("When was the rent due in 1987?", evidence(page(LEASE)))
    assert "“1987”" in answer.text


def test_initials_of_words_on_the_page_are_not_missing(ask: Ask) -> None:
    text = "The Chief Executive Officer signs the annual accounts in June."
    answer = ask("When does the CEO sign the annual accounts?", evidence(page(text)))
    assert not answer.abstained


def test_without_evidence_nothing_is_answered(ask: Ask) -> None:
    assert ask("When is the rent due?").abstained


def test_page_without_words_answers_nothing(ask: Ask) -> None:
    assert ask("When is the rent due?", evidence(page(""))).abstained


def test_question_of_stop_words_is_declined(ask: Ask) -> None:
    assert ask("what is it?", evidence(page(LEASE))).abstained


def test_same_text_on_two_pages_is_quoted_once_from_the_better(ask: Ask) -> None:
    first, second = (evidence(page(LEASE, number=n)) for n in (9, 2))
    quotes = ask("When is the rent due?", first, second).quotes
    assert [q.page for q in quotes if q.text.startswith("The rent")] == [9]


def test_running_head_is_no_answer(ask: Ask) -> None:
    body = "\n" * 40 + "The boiler is serviced in May.\n"
    pages = [evidence(page(f"Boiler service plan for page {n}\n{body}", number=n)) for n in (1, 2)]
    quotes = ask("When is the boiler serviced?", *pages).quotes
    assert [quote.text for quote in quotes] == ["The boiler is serviced in May."]


def test_control_characters_reach_neither_answer_nor_quote() -> None:
    hostile = "The \u202erent\u202c is due\x07 on \x1b[31mFriday."
    answerer = ExtractiveAnswerer(WordsEncoder(threads=1))
    answer = answerer.answer("When is the rent due?", [evidence(page(hostile), name="a\u202eb")])
    assert answer.quotes[0].text == "The rent is due on [31mFriday."
    assert not {"\u202e", "\u202c", "\x07", "\x1b"} & set(answer.text)


def test_name_of_a_document_is_cleaned_when_declining(ask: Ask) -> None:
    answer = ask("Where is Fabrikam?", evidence(page(LEASE), name="a\u202egpj.pdf"))
    assert "agpj.pdf, page 1" in answer.text


def test_word_divided_at_the_end_of_a_line_is_put_together(ask: Ask) -> None:
    text = "Before the treatment of a patient begins you need a pre-\nauthorization by the insurer."
    answer = ask("What do you need before the treatment begins?", evidence(page(text)))
    assert "a pre-authorization by" in answer.text
    assert "a pre- authorization by" in answer.quotes[0].text


def test_question_in_another_script_is_answered(ask: Ask) -> None:
    text = "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας.\n\nΤο Παρίσι έχει ποτάμι.\n"
    answer = ask("πρωτεύουσα της Ελλάδας", evidence(page(text)))
    assert answer.quotes[0].text == "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας."


def test_very_long_page_is_answered_from_its_beginning(ask: Ask) -> None:
    text = "The rent is due on Friday.\n" + "The garden is wide and green in May.\n" * 3000
    assert not ask("When is the rent due?", evidence(page(text))).abstained


def test_answer_is_the_same_twice(ask: Ask) -> None:
    pages = [evidence(page(text, number=n)) for n, text in enumerate((LEASE, TABLE, KIT), 1)]
    assert ask("Who pays electricity?", *pages) == ask("Who pays electricity?", *pages)


def test_encoder_that_needs_pictures_is_refused() -> None:
    encoder = FakeEncoder()
    encoder.needs_image = True
    with pytest.raises(ValueError, match="reads pictures"):
        ExtractiveAnswerer(encoder)


def test_headings_of_a_table_are_no_answer(ask: Ask) -> None:
    quotes = ask("What were the segment sales in 2022 and 2021?", evidence(page(TABLE))).quotes
    assert quotes
    assert not any("Segment" in quote.text for quote in quotes)


def test_row_with_the_code_of_the_question_stands_alone(ask: Ask) -> None:
    table = "Code      Meaning\nE14       Overload of the pump\nE17       Water in the base pan\n"
    answer = ask("What is the meaning of code E17?", evidence(page(table)))
    assert [quote.text for quote in answer.quotes] == ["E17 Water in the base pan"]
