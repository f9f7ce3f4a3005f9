"""Errors as real endpoints word them."""

from __future__ import annotations

import json

import pytest

from recto.engine.errors import (
    ContentFiltered,
    ContextTooLong,
    EndpointError,
    KeyRefused,
    ModelNotFound,
    NotAnEndpoint,
    RateLimited,
    RequestRefused,
)
from tests.endpoints.scripted import Reply, scripted
from tests.engine.endpoint.asking import HELLO, Waits, model_of


def error(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


WORDINGS: dict[str, tuple[int, object, type[EndpointError]]] = {
    "OpenAI, too long": (
        400,
        error("This model's maximum context length is 128000 tokens."),
        ContextTooLong,
    ),
    "OpenAI, no model": (404, error("x", code="model_not_found"), ModelNotFound),
    "OpenAI, no model, 400": (400, error("invalid", code="model_not_found"), ModelNotFound),
    "OpenAI, no money": (429, error("You exceeded", code="insufficient_quota"), RateLimited),
    "OpenAI, parameter": (
        400,
        error("Unsupported parameter: 'max_tokens'", code="unsupported_parameter"),
        RequestRefused,
    ),
    "Azure, filter": (
        400,
        error("Filtered", innererror={"code": "ResponsibleAIPolicyViolation"}),
        ContentFiltered,
    ),
    "Azure, no deployment": (
        404,
        error("The API deployment for this resource does not exist.", code="DeploymentNotFound"),
        ModelNotFound,
    ),
    "Anthropic, too long": (
        400,
        error("prompt is too long: 210000 tokens > 200000 maximum"),
        ContextTooLong,
    ),
    "Gemini, too long": (
        400,
        [error("The input token count (1100000) exceeds the maximum number of tokens allowed")],
        ContextTooLong,
    ),
    "vLLM, too long": (
        400,
        error("The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
        ContextTooLong,
    ),
    "vLLM, no model": (404, error("The model `x` does not exist.", code=404), ModelNotFound),
    "Ollama, no model": (404, error('model "x" not found, try pulling it first'), ModelNotFound),
    "LM Studio, too long": (
        400,
        {"error": "The number of tokens to keep is greater than the context length"},
        ContextTooLong,
    ),
    "FastAPI, field": (422, {"detail": [{"msg": "Extra inputs", "loc": ["n"]}]}, RequestRefused),
    "a proxy": (403, "<html><title>Blocked</title>", NotAnEndpoint),
    "a region": (403, error("Country, region, or territory not supported"), KeyRefused),
}


@pytest.mark.parametrize(("status", "body", "kind"), WORDINGS.values(), ids=WORDINGS.keys())
def test_errors_are_understood(status: int, body: object, kind: type[EndpointError]) -> None:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    waits = Waits()
    with (
        scripted([Reply.raw(data, code=status)]) as endpoint,
        pytest.raises(kind) as caught,
    ):
        model_of(endpoint, waits=waits).complete(HELLO)
    assert type(caught.value) is kind
    assert f"answered {status}" in str(caught.value)
    assert endpoint.url in str(caught.value)
    assert not waits.seconds


def test_a_long_message_is_shortened_to_one_line() -> None:
    body = json.dumps(error("many\nwords " * 1000)).encode()
    with (
        scripted([Reply.raw(body, code=400)]) as endpoint,
        pytest.raises(RequestRefused) as caught,
    ):
        model_of(endpoint).complete(HELLO)
    assert "many words many" in str(caught.value)
    assert len(str(caught.value)) < 700
    assert "\n" not in str(caught.value)
