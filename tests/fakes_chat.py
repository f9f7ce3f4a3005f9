"""A chat model that replies as a test says, and keeps what it was asked.

It is what `ChatModel` asks for and nothing more: no network, no limits. A reply may be a text, an
object (sent as JSON), a `Reply`, or a function of the request that gives one of these.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence

from recto.engine.endpoint.chat import Delta, Reply, StreamedReply
from recto.engine.endpoint.limits import Budget, Usage
from recto.engine.endpoint.messages import Request, TextPart
from recto.engine.endpoint.profile import EndpointProfile

Plain = str | dict[str, object] | Reply
Step = Plain | Callable[[Request], Plain]

TOOK = Usage(input_tokens=100, output_tokens=10, calls=1)
"""What each reply takes."""


class FakeChat:
    """Takes its replies in order; one too few is an error of the test."""

    def __init__(self, *replies: Step, profile: EndpointProfile | None = None) -> None:
        self.requests: list[Request] = []
        self.budgets: list[Budget | None] = []
        self.closed = False
        self.hung_up = 0
        self._replies = list(replies)
        self._profile = profile or EndpointProfile()

    @property
    def profile(self) -> EndpointProfile:
        return self._profile

    def complete(self, request: Request, *, budget: Budget | None = None) -> Reply:
        self.requests.append(request)
        self.budgets.append(budget)
        step = self._replies.pop(0)
        plain = step(request) if callable(step) else step
        if isinstance(plain, Reply):
            return plain
        text = plain if isinstance(plain, str) else json.dumps(plain)
        return Reply(text=text, finish_reason="stop", usage=TOOK)

    def stream(self, request: Request, *, budget: Budget | None = None) -> StreamedReply:
        def deltas() -> Generator[Delta, None, Reply]:
            reply = self.complete(request, budget=budget)
            try:
                for start in range(0, len(reply.text), 5):
                    yield Delta(reply.text[start : start + 5])
            except GeneratorExit:
                self.hung_up += 1
                raise
            return reply

        return StreamedReply(deltas())

    def close(self) -> None:
        self.closed = True


def claims(*made: tuple[str, Sequence[tuple[str, str]]], missing: str = "") -> dict[str, object]:
    """A reply with these statements, each with its quotes as (source, words)."""
    return {
        "answerable": True,
        "claims": [
            {"text": text, "quotes": [{"source": s, "quote": q} for s, q in quotes]}
            for text, quotes in made
        ],
        "missing": missing,
    }


def declined(missing: str = "") -> dict[str, object]:
    """A reply that says that the pages do not answer."""
    return {"answerable": False, "claims": [], "missing": missing}


def text_of(request: Request) -> str:
    """All that a request says, picture labels included."""
    return "\n".join(
        part.text if isinstance(part, TextPart) else part.label
        for message in request.messages
        for part in message.parts
    )
