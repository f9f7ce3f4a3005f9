"""More pages than a model reads at once."""

from __future__ import annotations

import pytest

from recto.engine.answering.protocol import Settled, TextDelta
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.endpoint.chat import Reply
from recto.engine.endpoint.messages import Request
from recto.engine.errors import ContextTooLong
from tests.fakes_chat import FakeChat, claims, text_of

from .given import LEASE, REPORT, given

PAGES = (given(REPORT, number=4, score=0.8), given(LEASE, name="lease.pdf", score=0.9))
DEPOSIT = ("The deposit is 1,200 euros.", [("S1", "deposit of 1,200 euros is non-refundable")])
STREAMED = f'{DEPOSIT[0]} [S1 "{DEPOSIT[1][0][1]}"]'


def too_long(_: Request) -> Reply:
    raise ContextTooLong("4096 tokens")


def test_the_better_half_is_asked_about_once_more() -> None:
    model = FakeChat(too_long, claims(DEPOSIT))
    answer = VisionAnswerer(model).answer("deposit?", PAGES)
    assert [quote.document_id for quote in answer.quotes] == ["lease.pdf"]
    assert "[S2]" in text_of(model.requests[0])
    assert "[S2]" not in text_of(model.requests[1])
    assert "report.pdf" not in text_of(model.requests[1])


def test_half_that_is_too_much_as_well_is_an_error() -> None:
    model = FakeChat(too_long, too_long)
    with pytest.raises(ContextTooLong):
        VisionAnswerer(model).answer("deposit?", PAGES)
    assert len(model.requests) == 2


def test_single_page_that_is_too_much_is_an_error_at_once() -> None:
    model = FakeChat(too_long)
    with pytest.raises(ContextTooLong):
        VisionAnswerer(model).answer("deposit?", PAGES[:1])


def test_streamed_answer_begins_with_the_half() -> None:
    *deltas, last = VisionAnswerer(FakeChat(too_long, STREAMED)).stream("deposit?", PAGES)
    told = "".join(event.text for event in deltas if isinstance(event, TextDelta))
    assert isinstance(last, Settled)
    assert told == last.answer.text == "The deposit is 1,200 euros. [1]"


def test_text_that_was_shown_is_not_begun_again() -> None:
    model = FakeChat("Sales doubled.", too_long)
    with pytest.raises(ContextTooLong):
        list(VisionAnswerer(model).stream("sales?", PAGES))
    assert len(model.requests) == 2


def test_repair_for_which_there_is_no_room_keeps_what_was_proved() -> None:
    model = FakeChat(claims(DEPOSIT, ("Sales doubled.", [("S2", "sales doubled")])), too_long)
    answer = VisionAnswerer(model).answer("x?", PAGES)
    assert [statement.text for statement in answer.statements] == [DEPOSIT[0]]
