"""What leaves this machine, and what no message tells."""

from __future__ import annotations

import contextlib
import json
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.connection import Connection
from recto.engine.endpoint.limits import Limits
from recto.engine.endpoint.messages import Message, Request
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.errors import (
    EndpointError,
    EndpointSettingError,
    KeyRefused,
    NotAnEndpoint,
    RectoError,
)
from tests.endpoints.scripted import Asked, Reply, scripted
from tests.engine.endpoint.asking import HELLO, model_of

SECRET = "sk-proj-Secret_1234"


def test_nothing_of_the_environment_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: {SECRET}\nX-Mine: {SECRET}")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example.com/v1")
    with scripted([Reply.text("ok")]) as endpoint:
        model_of(endpoint).complete(HELLO)
    (asked,) = endpoint.requests
    assert SECRET not in str(asked.headers)
    assert not [name for name in asked.headers if name.lower().startswith("openai")]


def test_a_key_is_sent_to_its_endpoint() -> None:
    with scripted([Reply.text("ok")], key=SECRET) as endpoint:
        assert model_of(endpoint, key=SECRET).complete(HELLO).text == "ok"


@pytest.mark.parametrize("stream", [False, True])
def test_a_dated_address_is_asked_as_azure_wants_it(stream: bool) -> None:
    with scripted([Reply.text("ok")], key=SECRET) as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.dated_url, SECRET)
        with OpenAIChat(address, EndpointProfile()) as model:
            reply = model.stream(HELLO).reply if stream else model.complete(HELLO)
    assert reply.text == "ok"
    assert "Authorization" not in endpoint.requests[0].headers


def test_a_proxy_is_no_way_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with scripted([Reply.text("ok")]) as endpoint:
        assert model_of(endpoint).complete(HELLO).text == "ok"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "nonsense://x", "://"])
def test_a_proxy_that_cannot_be_used_is_an_error(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(EndpointSettingError, match="HTTPS_PROXY"):
        Connection(EndpointAddress("m", "https://llm.example.com/v1"))


@settings(max_examples=40, deadline=None)
@given(st.text(), st.sampled_from(["", "http://", "https://", "https://h/"]))
def test_every_address_is_one_or_is_refused(text: str, scheme: str) -> None:
    with contextlib.suppress(EndpointSettingError):
        Connection(EndpointAddress("m", scheme + text)).close()


@pytest.mark.parametrize(
    ("limits", "whole", "streamed"),
    [
        (Limits(), 300, 120),
        (Limits(timeout=1200), 1200, 480),
        (Limits(timeout=60), 60, 60),
        (Limits(timeout=1200, read_timeout=7), 7, 7),
    ],
)
def test_silence_lasts_as_long_as_the_limits_allow(
    limits: Limits, whole: float, streamed: float
) -> None:
    budget = limits.start(lambda: 0.0)
    with Connection(EndpointAddress("m", "http://localhost:9/v1")) as connection:
        for stream, seconds in ((False, whole), (True, streamed)):
            with connection.calling(budget, 10, stream=stream) as client:
                assert client.timeout.read == seconds  # type: ignore[union-attr]


def test_one_connection_serves_several_threads() -> None:
    def echo(asked: Asked) -> Reply:
        return Reply.text(asked.texts[-1])

    numbers = [str(number) for number in range(24)]
    with scripted([echo] * 48) as endpoint, model_of(endpoint) as model:

        def ask(number: str) -> tuple[str, str]:
            request = Request((Message.user(number),))
            return model.complete(request).text, model.stream(request).reply.text

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, numbers)) == [(number, number) for number in numbers]


def test_pages_do_not_follow_a_redirection() -> None:
    with scripted([Reply.text("not asked")]) as other:
        there = Reply.raw(b"", code=307, Location=f"{other.url}/chat/completions")
        with scripted([there]) as endpoint, pytest.raises(NotAnEndpoint):
            model_of(endpoint).complete(HELLO)
    assert not other.requests


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "reply",
    [
        Reply.status(401, f"Incorrect API key provided: {SECRET}"),
        Reply.status(400, f"You sent Authorization: Bearer {SECRET}"),
        Reply.status(404, f"no route for {SECRET}"),
        Reply.status(500, f"panic: {SECRET}"),
        Reply.status(429, f"{SECRET} asks too often"),
        Reply.raw(json.dumps({"error": {"message": SECRET}}).encode()),
        Reply.raw(f"<html>{SECRET}".encode(), Content_Type="text/html"),
        Reply.raw(SECRET.encode(), code=418),
        Reply.raw(
            f'data: {{"error": {{"message": "{SECRET}"}}}}\n\n'.encode(),
            Content_Type="text/event-stream",
        ),
    ],
)
def test_a_key_that_is_echoed_is_in_no_message_and_no_traceback(reply: Reply, stream: bool) -> None:
    with scripted([reply] * 5, key=SECRET) as endpoint:
        model = model_of(endpoint, key=SECRET, limits=Limits(attempts=2))
        with pytest.raises(RectoError) as caught:
            _ = model.stream(HELLO).reply if stream else model.complete(HELLO)
    assert endpoint.requests
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown


def test_a_part_of_a_key_is_hidden_too() -> None:
    reply = Reply.status(418, "Incorrect API key provided: sk-proj-******1234. Get another.")
    with scripted([reply]) as endpoint, pytest.raises(EndpointError) as caught:
        model_of(endpoint).complete(HELLO)
    assert "1234" not in str(caught.value)


def test_a_missing_key_is_asked_for() -> None:
    with scripted(key=SECRET) as endpoint, pytest.raises(KeyRefused, match="RECTO_API_KEY"):
        model_of(endpoint).complete(HELLO)
