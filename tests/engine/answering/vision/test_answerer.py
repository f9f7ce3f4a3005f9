from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from recto.engine.answering.protocol import DraftAnswer, Settled, StreamingAnswerer
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.endpoint.chat import Reply
from recto.engine.endpoint.limits import Limits
from recto.engine.errors import (
    BackendUnreachable,
    BrokenReply,
    BrokenStream,
    ContentFiltered,
    CostLimitReached,
    EndpointTimeout,
    RateLimited,
    RectoError,
    RequestRefused,
    ServerFailed,
)
from tests.fakes_chat import TOOK, FakeChat, claims, declined, text_of

from .given import LEASE, REPORT, given, scanned

PAGES = (given(REPORT, number=4), given(LEASE, name="lease.pdf", score=0.9))
# Ordered by document: the lease is S1.
CAPEX = ("Capex was £31.8 million.", [("S2", "Capital expenditure was £31.8 million")])
DEPOSIT = ("The deposit is 1,200 euros.", [("S1", "deposit of 1,200 euros is non-refundable")])
INVENTED = ("Sales doubled.", [("S2", "sales have doubled since")])


def told(*made: tuple[str, list[tuple[str, str]]]) -> str:
    """The same as a reply that is streamed."""
    return " ".join(
        text + "".join(f' [{label} "{quote}"]' for label, quote in quotes) for text, quotes in made
    )


def asked(model: FakeChat, *, streaming: bool) -> DraftAnswer:
    answerer = VisionAnswerer(model)
    if not streaming:
        return answerer.answer("x?", PAGES)
    *_, last = answerer.stream("x?", PAGES)
    assert isinstance(last, Settled)
    return last.answer


def test_right_answer_is_cited_with_the_words_and_lines_of_the_page() -> None:
    model = FakeChat(claims(CAPEX, DEPOSIT))
    answer = VisionAnswerer(model).answer("What was capex?", PAGES)
    assert answer.text == "Capex was £31.8 million. [1] The deposit is 1,200 euros. [2]"
    capex, deposit = answer.quotes
    assert (capex.document_id, capex.page) == ("report.pdf", 4)
    assert capex.text == "Capital expenditure was £31.8 million,"
    assert len(capex.boxes) == 1
    assert len(deposit.boxes) == 2
    assert [s.support for s in answer.statements] == ["quoted", "quoted"]
    assert (answer.usage, answer.reason, len(model.requests)) == (TOOK, None, 1)


def test_quote_on_another_page_than_the_one_named_is_cited_from_there() -> None:
    wrong = (CAPEX[0], [("S1", CAPEX[1][0][1])])
    answer = VisionAnswerer(FakeChat(claims(wrong))).answer("capex?", PAGES)
    assert [quote.document_id for quote in answer.quotes] == ["report.pdf"]


def test_invented_quote_is_asked_for_again_and_the_correction_is_taken() -> None:
    model = FakeChat(claims(DEPOSIT, (CAPEX[0], INVENTED[1])), claims(CAPEX))
    answer = VisionAnswerer(model).answer("capex?", PAGES)
    assert [s.text for s in answer.statements] == [DEPOSIT[0], CAPEX[0]]
    told = model.requests[1].messages[-1].parts[0]
    assert "'sales have doubled since' stands on none of the pages word for word" in str(told)
    assert answer.usage == TOOK + TOOK


def test_statement_that_stays_invented_is_dropped() -> None:
    model = FakeChat(claims(DEPOSIT, INVENTED), claims(INVENTED))
    answer = VisionAnswerer(model).answer("sales?", PAGES)
    assert answer.text == "The deposit is 1,200 euros. [1]"
    assert [s.text for s in answer.statements] == [DEPOSIT[0]]


def test_statement_that_stays_invented_is_marked_where_that_is_wanted() -> None:
    model = FakeChat(claims(DEPOSIT, INVENTED), claims())
    answer = VisionAnswerer(model, VisionSettings(unsupported="mark")).answer("sales?", PAGES)
    assert answer.text.endswith("Sales doubled. (not supported by the pages)")
    assert [s.support for s in answer.statements] == ["quoted", "unsupported"]


def test_answer_of_which_nothing_holds_is_none() -> None:
    settings = VisionSettings(unsupported="mark")
    model = FakeChat(claims(INVENTED), claims(INVENTED))
    answer = VisionAnswerer(model, settings).answer("sales?", PAGES)
    assert answer.abstained
    assert answer.reason == "unverified"
    assert "Sales" not in answer.text
    assert answer.text.endswith("Nearest pages: report.pdf, page 4; lease.pdf, page 1.")


def test_number_that_stands_on_no_cited_page_is_not_believed() -> None:
    wrong = ("Capex was £38.1 million.", CAPEX[1])
    model = FakeChat(claims(wrong), claims(CAPEX))
    answer = VisionAnswerer(model).answer("capex?", PAGES)
    told = "£38.1 million does not stand in what it quotes from S2"
    assert told in text_of(model.requests[1])
    assert answer.text == "Capex was £31.8 million. [1]"


def test_model_that_finds_no_answer_is_believed() -> None:
    model = FakeChat(declined("The <b>tax</b> rate; see http://evil.example.com/x"))
    answer = VisionAnswerer(model).answer("tax?", PAGES)
    assert answer.reason == "unanswerable"
    assert answer.missing == "The tax rate; see (link removed)"
    assert "tax" not in answer.text
    assert "Nearest pages: report.pdf, page 4" in answer.text


def test_model_that_refuses_gives_no_answer() -> None:
    refusal = Reply(text="", finish_reason="stop", refusal="I cannot help with that.")
    answer = VisionAnswerer(FakeChat(refusal)).answer("capex?", PAGES)
    assert answer.reason == "refused"


@pytest.mark.parametrize(
    "broken",
    [
        "Sure! Capex was 31.8 million.",
        '{"answerable": true, "claims": [{"text": "Capex',
        '{"answerable": "yes", "claims": []}',
        '{"answerable": true, "claims": [{"text": 3, "quotes": []}]}',
        '{"answerable": true, "claims": [{"text": "x", "quotes": ["S1"]}]}',
        '{"answerable": true, "claims": []}',
        "",
    ],
)
def test_broken_reply_is_asked_for_once_more(broken: str) -> None:
    model = FakeChat(broken, claims(CAPEX))
    assert not VisionAnswerer(model).answer("capex?", PAGES).abstained
    again = VisionAnswerer(FakeChat(broken, broken)).answer("capex?", PAGES)
    assert again.reason == "unreadable"


def test_reply_that_was_cut_off_is_asked_for_shorter() -> None:
    cut = Reply(text='{"answerable": true, "claims": [', finish_reason="length", usage=TOOK)
    model = FakeChat(cut, claims(CAPEX))
    assert not VisionAnswerer(model).answer("capex?", PAGES).abstained
    assert "cut off before its end" in text_of(model.requests[1])


def test_no_pages_and_weak_pages_ask_no_model() -> None:
    model = FakeChat()
    assert VisionAnswerer(model).answer("capex?", ()).reason == "no_pages"
    weak = VisionAnswerer(model, VisionSettings(least_score=0.95)).answer("capex?", PAGES[1:])
    assert weak.reason == "weak"
    assert "lease.pdf, page 1" in weak.text


@pytest.mark.parametrize(
    "kind",
    [
        BackendUnreachable,
        BrokenReply,
        ContentFiltered,
        CostLimitReached,
        EndpointTimeout,
        RateLimited,
        RequestRefused,
        ServerFailed,
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
def test_repair_that_fails_keeps_what_was_proved_and_says_so(
    kind: type[RectoError], streaming: bool
) -> None:
    def failing(_: object) -> Reply:
        raise kind("no more")

    made: Callable[..., Any] = told if streaming else claims
    whole, part = made(CAPEX, INVENTED), made(INVENTED)
    answer = asked(FakeChat(whole, failing), streaming=streaming)
    assert [s.text for s in answer.statements] == [CAPEX[0]]
    assert answer.incomplete == "What could not be verified was not asked for again: no more"
    with pytest.raises(kind):
        asked(FakeChat(part, failing), streaming=streaming)


def test_answer_of_which_everything_holds_is_complete() -> None:
    assert VisionAnswerer(FakeChat(claims(CAPEX))).answer("x?", PAGES).incomplete == ""


def test_calls_about_one_question_share_a_budget() -> None:
    model = FakeChat(claims(INVENTED), claims(CAPEX))
    VisionAnswerer(model, limits=Limits(timeout=5)).answer("capex?", PAGES)
    first, second = model.budgets
    assert first is second is not None


@pytest.mark.parametrize(
    ("said", "useless"),
    [
        ([claims(CAPEX)], []),
        ([claims(CAPEX, INVENTED), claims(DEPOSIT)], [0]),
        ([claims(INVENTED), claims(INVENTED)], [0, 1]),
        (["Well …", claims(CAPEX)], [0]),
        ([declined()], []),
    ],
)
def test_reply_of_which_something_fails_is_not_to_be_given_again(
    said: list[dict[str, object] | str], useless: list[int]
) -> None:
    discarded: list[int] = []
    replies = [
        Reply(
            text=one if isinstance(one, str) else json.dumps(one),
            finish_reason="stop",
            usage=TOOK,
            discard=partial(discarded.append, number),
        )
        for number, one in enumerate(said)
    ]
    VisionAnswerer(FakeChat(*replies)).answer("x?", PAGES)
    assert discarded == useless


def test_reply_from_the_cache_took_nothing() -> None:
    cached = Reply(text=str(claims(CAPEX)).replace("'", '"').replace("True", "true"),
                   finish_reason="stop", usage=TOOK, cached=True)  # fmt: skip
    answer = VisionAnswerer(FakeChat(cached)).answer("capex?", PAGES)
    assert not answer.abstained
    assert answer.usage is not None
    assert answer.usage.calls == 0


def test_page_without_words_is_cited_as_a_whole() -> None:
    said = ("The bar of 2024 shows 77.", [("S1", "2024: 77")])
    answer = VisionAnswerer(FakeChat(claims(said))).answer("bars?", (scanned(),))
    (quote,) = answer.quotes
    assert (quote.text, quote.boxes, quote.basis) == ("", (), "picture")
    assert [s.support for s in answer.statements] == ["page"]
    assert answer.text == "The bar of 2024 shows 77. [1] (as the model sees it)"


def test_same_statement_given_again_in_the_repair_is_said_once() -> None:
    model = FakeChat(claims(DEPOSIT, INVENTED), claims(DEPOSIT, CAPEX))
    answer = VisionAnswerer(model).answer("x?", PAGES)
    assert [s.text for s in answer.statements] == [DEPOSIT[0], CAPEX[0]]


def test_answerer_streams_and_closes_its_model() -> None:
    model = FakeChat()
    with VisionAnswerer(model) as answerer:
        assert isinstance(answerer, StreamingAnswerer)
    assert model.closed


def test_error_of_the_endpoint_is_passed_on() -> None:
    def broken(_: object) -> Reply:
        raise BrokenStream("it broke off")

    with pytest.raises(BrokenStream):
        list(VisionAnswerer(FakeChat(broken)).stream("x?", PAGES))
