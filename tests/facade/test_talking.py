"""Questions that follow others, and questions that need several searches, asked of a library."""

from __future__ import annotations

import json

import pytest

import recto
from recto.engine.answering.deep.steps import DeepLimits, Step
from recto.engine.answering.protocol import Settled
from recto.engine.answering.turns import Turn
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.errors import InputError, QuestionError
from recto.engine.retrieval import MAX_QUESTION
from tests.facade.conftest import Write
from tests.fakes_chat import TOOK, FakeChat, claims, text_of

WARRANTY = "The warranty of the pump lasts 24 months\nfrom the day of delivery."
FEES = "Fees\nThe yearly fee of the pump is £310."
TURNS = [Turn("How long is the warranty of the pump?", "The pump lasts 24 months. [1]")]
LASTS = ("It lasts 24 months.", [("S1", "lasts 24 months")])
COSTS = ("The fee is £310.", [("S1", "yearly fee of the pump is £310")])
ONE = VisionSettings(most_pages=1, neighbours=1)


def test_follow_up_is_searched_for_by_what_it_means(library: recto.Library, write: Write) -> None:
    library.add(write("pump.pdf", WARRANTY), write("fees.pdf", FEES))
    model = FakeChat({"question": "What is the yearly fee of the pump?"}, claims(COSTS))
    answer = library.ask("And the fee?", history=TURNS, answerer=VisionAnswerer(model, ONE))
    assert answer.question == "And the fee?"
    assert answer.asked == "What is the yearly fee of the pump?"
    assert answer.rewriting == "rewritten"
    assert [c.document.name for c in answer.citations] == ["fees.pdf"]
    assert text_of(model.requests[1]).endswith(answer.asked)
    assert answer.usage == TOOK + TOOK
    assert json.loads(json.dumps(answer.as_json()))["asked"] == answer.asked


def test_question_that_could_not_be_rewritten_is_asked_as_it_is(
    library: recto.Library, write: Write
) -> None:
    library.add(write("pump.pdf", WARRANTY))
    model = FakeChat("Sure!", claims(LASTS))
    answer = library.ask("How long is it?", history=TURNS, answerer=VisionAnswerer(model))
    assert (answer.asked, answer.rewriting) == (None, "failed")
    assert text_of(model.requests[1]).endswith("How long is it?")
    assert answer.usage == TOOK + TOOK


def test_streamed_answer_follows_a_conversation_too(library: recto.Library, write: Write) -> None:
    library.add(write("pump.pdf", WARRANTY))
    whole = "How long is the warranty of the pump?"
    model = FakeChat({"question": whole}, 'It lasts 24 months. [S1 "lasts 24 months"]')
    *_, last = library.ask_stream("It?", history=TURNS, answerer=VisionAnswerer(model))
    assert isinstance(last, Settled)
    assert (last.answer.asked, last.answer.usage) == (whole, TOOK + TOOK)


def test_without_a_model_nothing_is_made_of_earlier_turns(
    library: recto.Library, write: Write
) -> None:
    library.add(write("pump.pdf", WARRANTY))
    question = "How long does the warranty of the pump last?"
    answer = library.ask(question, history=TURNS)
    assert answer == library.ask(question)
    assert (answer.asked, answer.rewriting, answer.usage) == (None, "none", None)


@pytest.mark.parametrize("question", ["?!", "x" * (MAX_QUESTION + 1)])
def test_question_that_is_none_asks_no_model(library: recto.Library, question: str) -> None:
    model = FakeChat()
    with pytest.raises(QuestionError):
        library.ask(question, history=TURNS, answerer=VisionAnswerer(model))
    assert model.requests == []


def deep(library: recto.Library, model: FakeChat, told: list[Step]) -> recto.Answer:
    return library.ask(
        "How long is the warranty?",
        answerer=VisionAnswerer(model, ONE),
        deep=DeepLimits(rounds=2),
        on_step=told.append,
    )


def test_deep_answer_cites_pages_of_several_searches(library: recto.Library, write: Write) -> None:
    library.add(write("pump.pdf", WARRANTY), write("fees.pdf", FEES))
    both = claims(LASTS, COSTS, missing="nothing else")
    plan: dict[str, object] = {"questions": ["What is the yearly fee of the pump?"]}
    model = FakeChat(claims(LASTS, missing="the fee"), plan, claims(COSTS), both)
    told: list[Step] = []
    answer = deep(library, model, told)
    assert answer.text == "It lasts 24 months. [1]\nThe fee is £310. [2]"
    assert [c.document.name for c in answer.citations] == ["pump.pdf", "fees.pdf"]
    assert {"pump.pdf", "fees.pdf"} <= {hit.document.name for hit in answer.hits}
    assert len({(hit.document.id, hit.page.number) for hit in answer.hits}) == len(answer.hits)
    assert list(answer.trace) == told
    trace = json.loads(json.dumps(answer.as_json()))["trace"]
    assert [step["outcome"] for step in trace] == ["partly", "planned", "answered", "partly"]
    assert trace[2]["pages"][0] | {"document_id": ""} == {
        "document": "fees.pdf",
        "document_id": "",
        "page": 1,
    }


def test_deep_answer_stays_in_the_part_that_is_asked(library: recto.Library, write: Write) -> None:
    library.add(write("pump.pdf", WARRANTY), write("fees.pdf", FEES))
    plan: dict[str, object] = {"questions": ["What is the yearly fee of the pump?"]}
    model = FakeChat(claims(LASTS, missing="the fee"), plan, claims(LASTS))
    answer = library.ask(
        "How long is the warranty?",
        documents=["pump.pdf"],
        answerer=VisionAnswerer(model, ONE),
        deep=DeepLimits(rounds=2),
    )
    assert {page.document for step in answer.trace for page in step.pages} == {"pump.pdf"}
    assert "310" not in "".join(map(text_of, model.requests))


def test_deep_needs_a_model(library: recto.Library, write: Write) -> None:
    library.add(write("pump.pdf", WARRANTY))
    with pytest.raises(InputError, match=r"recto\.vision"):
        library.ask("How long is the warranty?", deep=True)
