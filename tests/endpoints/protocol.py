"""Whether a request is one that OpenAI's chat completions would take, and what is in it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

_FIELDS = frozenset({"model", "messages", "stream", "stream_options", "response_format"}) | {
    *("max_tokens", "max_completion_tokens", "temperature", "top_p", "n", "stop", "seed", "user")
}
_IMAGE_FIELDS = frozenset({"model", "prompt", "n", "size", "quality", "user"})
MOST_PROMPT = 4000
_ROLES = frozenset({"system", "developer", "user", "assistant"})
_DATA_URL = re.compile(r"data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=]+)")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Refusal(Exception):
    """The request is not as it must be."""

    def __init__(self, message: str, *, param: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param = param
        self.status = status


@dataclass(frozen=True)
class Asked:
    """A request that an endpoint was sent."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]
    texts: tuple[str, ...] = ()
    """All texts of all messages, in order."""
    images: tuple[bytes, ...] = field(default=(), repr=False)
    """The files of all pictures, in order."""

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def schema(self) -> dict[str, Any] | None:
        """That of `response_format`."""
        wanted = self.body.get("response_format") or {}
        schema: dict[str, Any] | None = wanted.get("json_schema", {}).get("schema")
        return schema

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def limit(self) -> int:
        """Of the reply's tokens."""
        given = self.body.get("max_completion_tokens") or self.body.get("max_tokens")
        return int(given or 1 << 20)

    @property
    def tokens(self) -> int:
        """A word is one, a picture 100."""
        return len(self.text.split()) + 100 * len(self.images)


def parse(raw: bytes, headers: Mapping[str, str]) -> Asked:
    """Raises Refusal."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Refusal(f"The body is no JSON: {error}") from error
    if extra := sorted(body.keys() - _FIELDS):
        raise Refusal(f"Unrecognized request argument: {extra[0]}", param=extra[0])
    _check_options(body)
    _check_format(body.get("response_format"), json.dumps(body["messages"]).lower())
    texts: list[str] = []
    images: list[bytes] = []
    for message in body["messages"]:
        _read(message, texts, images)
    return Asked(body, headers, tuple(texts), tuple(images))


def parse_images(raw: bytes, headers: Mapping[str, str], *, formats: bool) -> Asked:
    """A request for pictures. Raises Refusal."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Refusal(f"The body is no JSON: {error}") from error
    known = _IMAGE_FIELDS | ({"response_format"} if formats else set())
    if extra := sorted(body.keys() - known):
        raise Refusal(f"Unknown parameter: {extra[0]!r}.", param=extra[0])
    _require(isinstance(body.get("model"), str) and body["model"], "a model's name", "model")
    _require(body.get("response_format", "url") in ("url", "b64_json"), "a format", "format")
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not 0 < len(prompt) <= MOST_PROMPT:
        raise Refusal(f"Expected a prompt of 1 to {MOST_PROMPT} characters", param="prompt")
    return Asked(body, headers, (prompt,))


def _check_options(body: Mapping[str, Any]) -> None:
    _require(isinstance(body.get("model"), str) and body["model"], "a model's name", "model")
    messages = body.get("messages")
    _require(isinstance(messages, list) and messages, "a list of messages", "messages")
    _require("stream_options" not in body or body.get("stream"), "stream", "stream_options")
    _require(not {"max_tokens", "max_completion_tokens"} <= body.keys(), "one limit", "max_tokens")
    for name in ("max_tokens", "max_completion_tokens"):
        _require(body.get(name, 1) >= 1, "1 or more", name)
    _require(0 <= body.get("temperature", 0) <= 2, "0 to 2", "temperature")


def _check_format(wanted: Mapping[str, Any] | None, said: str) -> None:
    if wanted is None:
        return
    kind = wanted.get("type")
    _require(kind in ("text", "json_object", "json_schema"), "a known type", "response_format")
    if kind == "json_object":
        _require("json" in said, "the word json in the messages", "response_format")
    if kind == "json_schema":
        named = wanted["json_schema"]
        _require(_NAME.fullmatch(named.get("name", "")), "a name", "response_format.name")
        _check_schema(named["schema"], strict=named.get("strict") is True)


def _check_schema(schema: Mapping[str, Any], *, strict: bool) -> None:
    if strict and schema.get("type") == "object":
        _require(schema.get("additionalProperties") is False, "no others", "response_format.schema")
        wanted, given = set(schema["properties"]), set(schema.get("required", ()))
        _require(wanted == given, "all properties required", "response_format.schema")
    items = [schema["items"]] if "items" in schema else []
    for part in (*schema.get("properties", {}).values(), *items):
        _check_schema(part, strict=strict)


def _read(message: Mapping[str, Any], texts: list[str], images: list[bytes]) -> None:
    role, content = message.get("role"), message.get("content")
    _require(role in _ROLES, "a known role", "messages.role")
    if isinstance(content, str):
        texts.append(content)
        return
    _require(isinstance(content, list) and content, "parts", "messages.content")
    for part in content or ():
        if part.get("type") == "text":
            _require(isinstance(part.get("text"), str), "text", "messages.content.text")
            texts.append(part["text"])
        else:
            _require(part.get("type") == "image_url", "a known part", "messages.content.type")
            _require(role == "user", "pictures of the user only", "messages.content")
            images.append(_picture(part["image_url"]))


def _picture(given: Mapping[str, Any]) -> bytes:
    _require(given.get("detail", "auto") in ("auto", "low", "high", "original"), "auto", "detail")
    found = _DATA_URL.fullmatch(given["url"])
    if not found:
        raise Refusal(f"Expected a data URL, got {given['url'][:40]!r}", param="image_url")
    try:
        data = base64.b64decode(found[2], validate=True)
        with Image.open(BytesIO(data)) as image:
            image.load()
            kind = Image.MIME[image.format or ""]
    except (binascii.Error, OSError) as error:
        raise Refusal(f"You uploaded an unsupported image: {error}", param="image_url") from error
    _require(kind == found[1], f"{kind} as the data is", "image_url")
    return data


def _require(condition: object, expected: str, param: str) -> None:
    if not condition:
        raise Refusal(f"Invalid value for {param!r}: expected {expected}", param=param)
