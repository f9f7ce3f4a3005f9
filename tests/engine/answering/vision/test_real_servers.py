"""Answers through llama.cpp and `transformers serve`, real, with tiny models.

A model of random weights says nothing sensible, which must come out as no answer. The model of
`rote` says by rote what stands on one page, if it was given a picture, in the form that it was
asked for: the servers, their chat templates, eyes, grammars and streams are what is tested, with
the prompts and the schema of every answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from recto.engine.answering.protocol import DraftAnswer, Settled, TextDelta
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.profile import EndpointProfile
from tests.endpoints import rote
from tests.endpoints.running import RunningServer

from .given import LEASE, REPORT, given

SMALL = VisionSettings(reply_tokens=200, image_tokens=2_000)
PAGE = given(LEASE, number=3, name="lease.pdf")
PAGES = (PAGE, given(REPORT, number=4))
LLAMA = EndpointProfile(context_tokens=8192)
TRANSFORMERS = EndpointProfile(
    json_schema="ignored", json_object=False, token_limit_field="max_tokens"
)
BY_ROTE = ["llama_by_rote", "transformers_by_rote"]


@pytest.fixture
def by_rote(request: pytest.FixtureRequest) -> Iterator[OpenAIChat]:
    running = request.getfixturevalue(request.param)
    profile = LLAMA if request.param == "llama_by_rote" else TRANSFORMERS
    with OpenAIChat(running.address, profile) as model:
        yield model


@pytest.fixture
def llama_chat(llama: RunningServer) -> Iterator[OpenAIChat]:
    with OpenAIChat(llama.address, LLAMA) as model:
        yield model


@pytest.fixture
def transformers_chat(transformers_serve: RunningServer) -> Iterator[OpenAIChat]:
    with OpenAIChat(transformers_serve.address, TRANSFORMERS) as model:
        yield model


def check(answer: DraftAnswer) -> None:
    (quote,) = answer.quotes
    assert answer.text == f"{rote.SAID} [1]"
    assert (quote.document_id, quote.page, quote.text) == ("lease.pdf", 3, rote.QUOTE)
    assert len(quote.boxes) == 2
    assert answer.usage is not None
    assert (answer.usage.images, answer.usage.calls) == (2, 1)
    assert answer.usage.input_tokens > 1000
    assert not answer.usage.estimated


@pytest.mark.parametrize("by_rote", BY_ROTE, indirect=True)
def test_answer_is_verified_and_has_boxes(by_rote: OpenAIChat) -> None:
    check(VisionAnswerer(by_rote, SMALL).answer("the deposit?", PAGES))


@pytest.mark.parametrize("by_rote", BY_ROTE, indirect=True)
def test_streamed_answer_is_verified_and_has_boxes(by_rote: OpenAIChat) -> None:
    *deltas, last = VisionAnswerer(by_rote, SMALL).stream("the deposit?", PAGES)
    told = [event.text for event in deltas if isinstance(event, TextDelta)]
    assert isinstance(last, Settled)
    assert len(told) > 3
    assert "".join(told) == last.answer.text
    check(last.answer)


@pytest.mark.parametrize("by_rote", BY_ROTE, indirect=True)
def test_pictures_reach_the_model(by_rote: OpenAIChat) -> None:
    settings = replace(SMALL, images=False)
    answer = VisionAnswerer(by_rote, settings).answer("the deposit?", PAGES)
    assert (answer.reason, answer.missing) == ("unanswerable", "a picture")


def test_our_own_schema_is_a_grammar_for_llama_cpp(llama_chat: OpenAIChat) -> None:
    answer = VisionAnswerer(llama_chat, SMALL).answer("the deposit?", [PAGE])
    assert answer.reason in ("unanswerable", "unverified", "unreadable")


@pytest.mark.parametrize("server", ["llama_chat", "transformers_chat"])
def test_babble_is_no_answer(server: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(server)
    settings = replace(SMALL, reply_tokens=40)
    events = list(VisionAnswerer(model, settings).stream("the deposit?", [PAGE]))
    *deltas, last = events
    assert all(isinstance(event, TextDelta) for event in deltas)
    assert isinstance(last, Settled)
    assert last.answer.abstained
    assert last.answer.usage is not None
    assert last.answer.usage.calls == 2
