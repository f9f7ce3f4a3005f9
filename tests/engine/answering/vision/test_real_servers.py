"""Answers through llama.cpp and `transformers serve`, real, with models of random weights.

Such a model says nothing sensible. llama.cpp, whose grammar lets nothing else through, is made to
say what stands on the page; what the other says must come out as no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from recto.engine.answering.protocol import Settled, TextDelta
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.prompt import schema
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.endpoint.chat import Reply, StreamedReply
from recto.engine.endpoint.limits import Budget
from recto.engine.endpoint.messages import Request, Schema
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.profile import EndpointProfile
from tests.endpoints.running import RunningServer

from .given import LEASE, given

SMALL = VisionSettings(reply_tokens=200, image_tokens=2_000)
PAGE = given(LEASE, number=3)
SAID = "The deposit is 1,200 euros."
QUOTE = "The deposit of 1,200 euros is non-refundable."


class Steered:
    """A model that may say one thing only: the server's grammar sees to that."""

    def __init__(self, model: OpenAIChat) -> None:
        self._model = model

    @property
    def profile(self) -> EndpointProfile:
        return self._model.profile

    def complete(self, request: Request, *, budget: Budget | None = None) -> Reply:
        assert request.schema == schema(["S1"])
        return self._model.complete(replace(request, schema=_only()), budget=budget)

    def stream(self, request: Request, *, budget: Budget | None = None) -> StreamedReply:
        return self._model.stream(request, budget=budget)

    def close(self) -> None:
        self._model.close()


def _only() -> Schema:
    quote = _object(source={"enum": ["S1"]}, quote={"enum": [QUOTE]})
    claim = _object(
        text={"enum": [SAID]},
        quotes={"type": "array", "items": quote, "minItems": 1, "maxItems": 1},
    )
    claims = {"type": "array", "items": claim, "minItems": 1, "maxItems": 1}
    return _object(answerable={"enum": [True]}, claims=claims, missing={"enum": [""]})


def _object(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@pytest.fixture
def llama_chat(llama: RunningServer) -> Iterator[OpenAIChat]:
    with OpenAIChat(llama.address, EndpointProfile(context_tokens=8192)) as model:
        yield model


@pytest.fixture
def transformers_chat(transformers_serve: RunningServer) -> Iterator[OpenAIChat]:
    profile = EndpointProfile(
        json_schema="ignored",
        json_object=False,
        token_limit_field="max_tokens",
        unknown_fields=False,
    )
    with OpenAIChat(transformers_serve.address, profile) as model:
        yield model


def test_answer_through_llama_cpp_is_verified_and_has_boxes(llama_chat: OpenAIChat) -> None:
    answer = VisionAnswerer(Steered(llama_chat), SMALL).answer("the deposit?", [PAGE])
    (quote,) = answer.quotes
    assert answer.text == f"{SAID} [1]"
    assert (quote.page, quote.text, len(quote.boxes)) == (3, QUOTE, 2)
    assert answer.usage is not None
    assert answer.usage.images == 1
    assert answer.usage.input_tokens > 100


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
