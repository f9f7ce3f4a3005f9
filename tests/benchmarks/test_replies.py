"""How far one answer is right: numbers however they are written, and quotes word for word."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from recto.benchmarks.questions import Place, Question
from recto.benchmarks.replies import Answered, Quoted, Reply, numbers_of
from recto.engine.answering.tally import Tally
from recto.engine.endpoint.limits import Usage

PLACE = Place("a", 1)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("£1,200.50 a year", [{"1200.50"}]),
        ("about two of 10", [{"2"}, {"10"}]),
        ("$1.5 million", [{"1.5", "1500000"}]),
        ("18.7m in FY22", [{"18.7", "18700000"}, {"22"}]),
        ("nothing", []),
    ],
)
def test_numbers_are_read_however_they_are_written(text: str, numbers: list[set[str]]) -> None:
    assert numbers_of(text) == [frozenset(map(Decimal, forms)) for forms in numbers]


def answered(question: str, wanted: str, told: str) -> Answered:
    asked = Question(text=question, answer=wanted, relevant=frozenset({PLACE}))
    citation = Quoted(place=PLACE, words="", valid=True)
    return Answered(question=asked, reply=Reply(text=told, citations=(citation,)))


def test_number_of_the_question_is_not_counted() -> None:
    assert (
        answered("What was capex in 2018?", "In 2018 it was 1.5 million", "1,500,000").numbers == 1
    )
    assert answered("What was capex in 2018?", "Much in 2018", "2018").numbers is None


def test_number_is_not_found_in_a_longer_one() -> None:
    assert answered("How many?", "15", "150 or 1.5").numbers == 0


@pytest.mark.parametrize(
    ("words", "valid"),
    [("The lamp\nis  CLEANED", True), ("ﬁlled", True), ("the lamp was cleaned", False)],
)
def test_quote_is_looked_for_as_it_stands(words: str, valid: bool) -> None:
    page = "Daily:\nthe lamp is cleaned and filled."
    assert Quoted.of(PLACE, words, page).valid is valid


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="", reason="weak", seconds=0.25),
        Reply(text="", error="too slow"),
        Reply(
            text="Two\u2028lines",
            citations=(
                Quoted(place=PLACE, words="a “quote”", valid=True),
                Quoted(place=Place("b", 7), words="", valid=False),
            ),
            seconds=1.5,
            usage=Usage(input_tokens=3, output_tokens=2, images=1, cost=0.5),
            tally=Tally(statements=4, unsupported=3, repaired=2, quotes=5, invented=1, malformed=1),
        ),
    ],
)
def test_reply_comes_back_as_it_was_written(reply: Reply) -> None:
    assert Reply.of_json(json.loads(json.dumps(reply.as_json()))) == reply
