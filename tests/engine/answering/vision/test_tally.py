"""What a model said, counted before anything of it is repaired or left out."""

from __future__ import annotations

import pytest

from recto.engine.answering.deep.steps import DeepLimits
from recto.engine.answering.protocol import Settled
from recto.engine.answering.tally import Tally
from recto.engine.answering.vision.answerer import VisionAnswerer
from tests.engine.answering.vision.given import LEASE, REPORT, given
from tests.fakes_chat import FakeChat, Step, claims, declined

PAGES = (given(REPORT, number=4), given(LEASE, name="lease.pdf", score=0.9))
# Ordered by document: the lease is S1.
CAPEX = ("Capex was £31.8 million.", [("S2", "Capital expenditure was £31.8 million")])
DEPOSIT = ("The deposit is 1,200 euros.", [("S1", "deposit of 1,200 euros is non-refundable")])
LIE = ("Sales doubled.", [("S2", "sales have doubled since")])
WRONG_NUMBER = ("Capex was £38.1 million.", CAPEX[1])
HALF = (CAPEX[0], [*CAPEX[1], *LIE[1]])


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ([claims(CAPEX, DEPOSIT)], Tally(statements=2, quotes=2)),
        ([claims(HALF)], Tally(statements=1, quotes=2, invented=1)),
        (
            [claims(DEPOSIT, (CAPEX[0], LIE[1])), claims(CAPEX)],
            Tally(statements=2, unsupported=1, repaired=1, quotes=2, invented=1),
        ),
        (
            [claims(CAPEX, LIE, ("So.", [])), claims(LIE)],
            Tally(statements=3, unsupported=2, quotes=2, invented=1),
        ),
        (
            [claims(WRONG_NUMBER), claims(CAPEX)],
            Tally(statements=1, unsupported=1, repaired=1, quotes=1),
        ),
        ([claims(LIE), claims(LIE)], Tally(statements=1, unsupported=1, quotes=1, invented=1)),
        (["Well …", claims(CAPEX)], Tally(statements=1, quotes=1, malformed=1)),
        (["Well …", "Well …"], Tally(malformed=2)),
        (
            [claims(LIE), "Well …"],
            Tally(statements=1, unsupported=1, quotes=1, invented=1, malformed=1),
        ),
        ([declined()], Tally()),
    ],
)
def test_what_a_model_said_is_counted(said: list[Step], counted: Tally) -> None:
    assert VisionAnswerer(FakeChat(*said)).answer("capex?", PAGES).tally == counted


def test_what_did_not_hold_and_was_not_repaired_is_dropped() -> None:
    tally = VisionAnswerer(FakeChat(claims(CAPEX, LIE), claims(LIE))).answer("?", PAGES).tally
    assert tally is not None
    assert (tally.dropped, tally.repaired) == (1, 0)


def test_what_is_streamed_is_counted_too() -> None:
    text = f'{CAPEX[0]} [S2 "{CAPEX[1][0][1]}"] {LIE[0]} [S2 "{LIE[1][0][1]}"]'
    (*_, last) = VisionAnswerer(FakeChat(text, claims(LIE))).stream("capex?", PAGES)
    assert isinstance(last, Settled)
    assert last.answer.tally == Tally(statements=2, unsupported=1, quotes=2, invented=1)


def test_all_rounds_of_a_deep_answer_are_counted() -> None:
    alone = ("The deposit is 1,200 euros.", DEPOSIT[1])
    model = FakeChat(
        claims(LIE, missing="more"),
        claims(LIE),  # repaired in vain
        {"questions": ["What is the deposit?"]},
        claims(alone),
        {"questions": []},
    )
    answer = VisionAnswerer(model).research(
        "Sales?", lambda question: PAGES, DeepLimits(), lambda step: None
    )
    assert answer.tally == Tally(statements=2, unsupported=1, quotes=2, invented=1)


def test_no_model_has_nothing_counted() -> None:
    assert VisionAnswerer(FakeChat()).answer("capex?", ()).tally is None
