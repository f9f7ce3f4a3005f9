"""Replies that are no answers, as they come over HTTP: asked for once more, and then given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from recto.engine.answering.protocol import DraftAnswer, Settled
from recto.engine.answering.vision.answerer import VisionAnswerer
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.engine.answering.vision.given import REPORT, given
from tests.engine.endpoint.asking import model_of
from tests.fakes_chat import claims

Ask = Callable[[VisionAnswerer], DraftAnswer]
PAGES = (given(REPORT, number=4),)
RIGHT = claims(("Capex was £31.8 million.", [("S1", "Capital expenditure was £31.8 million")]))
CUT_OFF = '{"answerable": true, "claims": [{"text": "Capex was £31.8 mill'
BROKEN = [
    Reply.text("Capex was high, I believe."),
    Reply.text(CUT_OFF),
    Reply.text(CUT_OFF, finish="length"),
    Reply.text('{"answerable": true, "claims": [{"text": "Capex", }]}'),
    Reply.json([]),
    Reply.json({"answer": "Capex was £31.8 million."}),
    Reply.json({"answerable": "yes", "claims": []}),
    Reply.json({"answerable": True, "claims": []}),
    Reply.json({"answerable": True, "claims": [{"text": 31.8, "quotes": []}]}),
    Reply.text(""),
    Reply.text(None),
]


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted() as running:
        yield running


def whole(answerer: VisionAnswerer) -> DraftAnswer:
    return answerer.answer("What was capex?", PAGES)


def streamed(answerer: VisionAnswerer) -> DraftAnswer:
    (*_, last) = answerer.stream("What was capex?", PAGES)
    assert isinstance(last, Settled)
    return last.answer


both = pytest.mark.parametrize("ask", [whole, streamed])


@both
@pytest.mark.parametrize("broken", BROKEN)
def test_broken_reply_is_asked_for_once_more(
    endpoint: ScriptedEndpoint, ask: Ask, broken: Reply
) -> None:
    endpoint.script.extend([broken, Reply.json(RIGHT)])
    with VisionAnswerer(model_of(endpoint)) as answerer:
        answer = ask(answerer)
    assert answer.text == "Capex was £31.8 million. [1]"
    first, second = endpoint.requests
    assert second.schema is not None
    assert second.images == first.images
    assert not endpoint.refused


@pytest.mark.parametrize("broken", BROKEN)
def test_reply_that_stays_broken_is_no_answer_and_says_so(
    endpoint: ScriptedEndpoint, broken: Reply
) -> None:
    endpoint.script.extend([broken] * 3)
    with VisionAnswerer(model_of(endpoint)) as answerer:
        answer = whole(answerer)
    assert (answer.abstained, answer.reason, answer.quotes) == (True, "unreadable", ())
    assert "had not the form of an answer" in answer.text
    assert len(endpoint.requests) == 2


def test_answer_in_a_fence_behind_a_preface_is_read(endpoint: ScriptedEndpoint) -> None:
    reply = Reply.json(RIGHT)
    endpoint.script.append(Reply.text(f"Here you are:\n```json\n{reply.content}\n```"))
    with VisionAnswerer(model_of(endpoint)) as answerer:
        assert whole(answerer).text == "Capex was £31.8 million. [1]"
    assert len(endpoint.requests) == 1
