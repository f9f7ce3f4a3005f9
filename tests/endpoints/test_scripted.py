"""The scripted endpoint takes what OpenAI takes, and nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from io import BytesIO
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from PIL import Image

from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted([Reply.text("ok")]) as running:
        yield running


def posted(endpoint: ScriptedEndpoint, body: object) -> int:
    request = Request(f"{endpoint.url}/chat/completions", json.dumps(body).encode())
    try:
        with build_opener(ProxyHandler({})).open(request) as response:
            return int(response.status)
    except HTTPError as error:
        with error:
            return error.code


def asking(content: object = "Hello?", **more: object) -> dict[str, object]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], **more}


def image(kind: str, named: str) -> list[dict[str, object]]:
    data = BytesIO()
    Image.new("RGB", (8, 8)).save(data, kind)
    url = f"data:image/{named};base64,{base64.b64encode(data.getvalue()).decode()}"
    return [{"type": "image_url", "image_url": {"url": url}}]


def form(schema: object, **more: object) -> dict[str, object]:
    named = {"name": "reply", "strict": True, "schema": schema, **more}
    return {"type": "json_schema", "json_schema": named}


@pytest.mark.parametrize(
    "body",
    [
        asking(),
        asking([{"type": "text", "text": "Hello?"}]),
        asking(image("PNG", "png"), temperature=0, max_completion_tokens=1),
        asking(stream=True, stream_options={"include_usage": True}),
        asking("as JSON", response_format={"type": "json_object"}),
        asking(response_format=form(SCHEMA)),
    ],
)
def test_what_openai_takes_is_taken(endpoint: ScriptedEndpoint, body: object) -> None:
    assert posted(endpoint, body) == 200
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"messages": []},
        asking() | {"model": ""},
        asking() | {"messages": [{"role": "narrator", "content": "x"}]},
        asking([]),
        asking([{"type": "input_text", "text": "x"}]),
        asking([{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]),
        asking([{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]),
        asking(image("PNG", "jpeg")),
        asking(temperature=3),
        asking(max_tokens=0),
        asking(max_tokens=1, max_completion_tokens=1),
        asking(stream_options={"include_usage": True}),
        asking(top_k=1),
        asking("no such word", response_format={"type": "json_object"}),
        asking(response_format=form(SCHEMA | {"required": []})),
        asking(response_format=form(SCHEMA | {"additionalProperties": True})),
        asking(response_format=form(SCHEMA, name="not a name")),
    ],
)
def test_what_openai_refuses_is_refused(endpoint: ScriptedEndpoint, body: object) -> None:
    assert posted(endpoint, body) == 400
    assert not endpoint.requests
    assert len(endpoint.refused) == 1
