"""llama.cpp and `transformers serve`, real, with models of random weights.

They prove that pictures, schemas, streams, keys and limits are spoken as real servers understand
them, and that two servers which differ are measured as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from recto.engine.endpoint.messages import Message, Request
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.probe import measure
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.errors import ContextTooLong, KeyRefused, RequestRefused
from tests.endpoints.running import RunningServer
from tests.engine.endpoint.asking import HELLO, SCHEMA, picture

ONE = Request((Message.user(picture(label="[S1]"), "What is it?"),), max_tokens=20)
TWO = Request(
    (Message.user(picture(label="[S1]"), picture(90, label="[S2]"), "Which?"),), max_tokens=20
)
SERVERS = ["llama", "transformers_serve"]


@pytest.fixture(scope="session")
def profiles() -> dict[str, EndpointProfile]:
    return {}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> RunningServer:
    running = request.getfixturevalue(request.param)
    assert isinstance(running, RunningServer)
    return running


@pytest.fixture
def profile(server: RunningServer, profiles: dict[str, EndpointProfile]) -> EndpointProfile:
    if server.url not in profiles:
        profiles[server.url] = measure(server.address)
    return profiles[server.url]


@pytest.fixture
def model(server: RunningServer, profile: EndpointProfile) -> Iterator[OpenAIChat]:
    with OpenAIChat(server.address, profile) as model:
        yield model


@pytest.mark.parametrize(
    ("server", "found"),
    [
        (
            "llama",
            EndpointProfile(context_tokens=8192),
        ),
        (
            "transformers_serve",
            EndpointProfile(
                json_schema="ignored",
                json_object=False,
                token_limit_field="max_tokens",
            ),
        ),
    ],
    indirect=["server"],
)
def test_servers_are_measured_as_they_are(profile: EndpointProfile, found: EndpointProfile) -> None:
    assert replace(profile, probed="") == found


def test_a_reply_is_no_longer_than_asked_for(model: OpenAIChat) -> None:
    reply = model.complete(HELLO)
    assert 0 < reply.usage.output_tokens <= HELLO.max_tokens
    assert not reply.usage.estimated


def test_pictures_are_read(model: OpenAIChat) -> None:
    """16 tokens each, as the models are made."""
    counts = [
        model.complete(replace(TWO, messages=(Message.user(*images, "Which?"),))).usage.input_tokens
        for images in ((), (picture(),), (picture(), picture(90)))
    ]
    assert counts[1] - counts[0] >= 16
    assert counts[2] - counts[1] >= 16


@pytest.mark.parametrize("request_", [HELLO, ONE, TWO])
def test_a_stream_says_what_the_whole_says(model: OpenAIChat, request_: Request) -> None:
    whole = model.complete(request_)
    with model.stream(request_) as stream:
        pieces = [delta.text for delta in stream]
    assert len(pieces) > 1
    assert stream.reply.finish_reason == whole.finish_reason
    assert stream.reply.usage.output_tokens == whole.usage.output_tokens
    assert len("".join(pieces)) > 0


def test_a_schema_that_is_enforced_cannot_be_broken(llama: RunningServer) -> None:
    with OpenAIChat(llama.address, EndpointProfile()) as model:
        reply = model.complete(replace(ONE, schema=SCHEMA, max_tokens=100))
    assert json.loads(reply.text)["page"] in ("S1", "S2")


def test_a_wrong_key_is_refused_and_not_repeated(llama: RunningServer) -> None:
    address = replace(llama.address, key="sk-wrong-key-of-mine")
    with (
        OpenAIChat(address, EndpointProfile()) as model,
        pytest.raises(KeyRefused, match="RECTO_API_KEY") as caught,
    ):
        model.complete(HELLO)
    assert "wrong-key" not in str(caught.value)


def test_more_than_a_model_reads_is_an_error_that_says_so(llama: RunningServer) -> None:
    long = Request((Message.user("word " * 4000),))
    with (
        OpenAIChat(llama.address, EndpointProfile()) as model,
        pytest.raises(ContextTooLong, match="8192"),
    ):
        model.complete(long)


def test_a_field_that_a_server_does_not_know_is_an_error_that_names_it(
    transformers_serve: RunningServer,
) -> None:
    request = replace(HELLO, extra={"no_such_field": 1})
    with (
        OpenAIChat(transformers_serve.address, EndpointProfile()) as model,
        pytest.raises(RequestRefused, match="no_such_field"),
    ):
        model.complete(request)
