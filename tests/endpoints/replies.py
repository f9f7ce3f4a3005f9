"""What a scripted endpoint does with one request: right replies, and all ways to go wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

How = Literal["whole", "cut", "torn", "stalled", "hanging", "dropped", "dripping", "error"]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Made by its class methods. Streamed if the request asks for that, else whole."""

    content: str | None = ""
    finish: str | None = "stop"
    usage: bool = True
    reasoning: str = ""
    refusal: str | None = None
    choices: bool = True
    how: How = "whole"
    code: int = 200
    body: bytes = b""
    """Sent as it is, if not empty."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def text(cls, content: str | None, *, finish: str | None = "stop") -> Self:
        """None is `content: null`."""
        return cls(content=content, finish=finish)

    @classmethod
    def json(cls, value: object) -> Self:
        return cls(content=json.dumps(value))

    @classmethod
    def refused(cls, why: str) -> Self:
        """The model declines, in the field that OpenAI has for it."""
        return cls(content=None, refusal=why)

    @classmethod
    def thinking(cls, reasoning: str, content: str) -> Self:
        return cls(content=content, reasoning=reasoning)

    @classmethod
    def no_choices(cls) -> Self:
        return cls(choices=False)

    @classmethod
    def status(
        cls,
        code: int,
        message: str = "scripted",
        *,
        error_code: str | None = None,
        kind: str = "scripted_error",
        retry_after: float | None = None,
    ) -> Self:
        """An error in OpenAI's form."""
        error = {"message": message, "type": kind, "param": None, "code": error_code}
        headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
        return cls(code=code, body=json.dumps({"error": error}).encode(), headers=headers)

    @classmethod
    def html(cls, code: int = 200) -> Self:
        """What a captive portal or a wrong address answers."""
        page = b"<!doctype html><title>Sign in</title><p>Welcome."
        return cls(code=code, body=page, headers={"Content-Type": "text/html"})

    @classmethod
    def raw(cls, body: bytes, *, code: int = 200, **headers: str) -> Self:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(code=code, body=body, headers={"Content-Type": "application/json"} | named)

    @classmethod
    def picture(cls, data: bytes, **more: object) -> Self:
        """Of an endpoint that makes pictures."""
        entry = {"b64_json": base64.b64encode(data).decode()} | more
        return cls.raw(json.dumps({"created": 1, "data": [entry]}).encode())

    @classmethod
    def picture_at(cls, url: str) -> Self:
        """The same, which leaves it there."""
        return cls.raw(json.dumps({"created": 1, "data": [{"url": url}]}).encode())

    @classmethod
    def cut(cls, content: str) -> Self:
        """A stream that ends after this much of it, as if it was all."""
        return cls(content=content, how="cut")

    @classmethod
    def torn(cls, content: str) -> Self:
        """A connection that is lost after this much of it."""
        return cls(content=content, how="torn")

    @classmethod
    def stalled(cls, content: str) -> Self:
        """A stream from which nothing more comes after this much of it."""
        return cls(content=content, how="stalled")

    @classmethod
    def hanging(cls) -> Self:
        """No answer until the test is over."""
        return cls(how="hanging")

    @classmethod
    def dropped(cls) -> Self:
        """A connection that is lost before the first byte."""
        return cls(how="dropped")

    @classmethod
    def dripping(cls) -> Self:
        """A space or a comment now and then, until the client hangs up."""
        return cls(how="dripping")

    @classmethod
    def stream_error(cls, content: str) -> Self:
        """A stream in which an error follows after this much of it."""
        return cls(content=content, how="error")

    def without_usage(self) -> Self:
        return replace(self, usage=False)

    def whole(self, model: str, prompt_tokens: int) -> dict[str, Any]:
        """As a chat completion."""
        message: dict[str, object] = {
            "role": "assistant",
            "content": self.content,
            "refusal": self.refusal,
        }
        if self.reasoning:
            message["reasoning_content"] = self.reasoning
        choice = {"index": 0, "message": message, "finish_reason": self.finish, "logprobs": None}
        given = {"choices": [choice] if self.choices else []}
        used = {"usage": self._usage(prompt_tokens)} if self.usage else {}
        return _envelope("chat.completion", model) | given | used

    def chunks(self, model: str, prompt_tokens: int, *, with_usage: bool) -> list[dict[str, Any]]:
        """As the chunks of a stream: a few characters each, then how it ended, then the usage."""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": self.reasoning}] if self.reasoning else []
        deltas += [{"refusal": self.refusal}] if self.refusal else []
        text = self.content or ""
        size = max(7, len(text) // 500)
        deltas += [{"content": text[i : i + size]} for i in range(0, len(text), size)]
        ends: list[dict[str, Any]] = [{"delta": delta, "finish_reason": None} for delta in deltas]
        if self.how == "whole":
            ends.append({"delta": {}, "finish_reason": self.finish})
        if not self.choices:
            ends = []
        head = _envelope("chat.completion.chunk", model)
        made = [head | {"choices": [{"index": 0, **end}]} for end in ends]
        if with_usage and self.usage and self.how == "whole":
            made.append(head | {"choices": [], "usage": self._usage(prompt_tokens)})
        return made

    def _usage(self, prompt_tokens: int) -> dict[str, int]:
        used = len((self.content or "").split())
        return {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": used,
            "total_tokens": prompt_tokens + used,
        }


def _envelope(kind: str, model: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 1, "model": model}
