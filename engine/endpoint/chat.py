"""What every chat model takes and gives. Knows no endpoint.

with open_chat("gpt-5-mini") as model:
    reply = model.complete(Request((Message.user("How many?", picture),)))
    with model.stream(request) as stream:
        for delta in stream:
            show(delta.text)
    stream.reply.text, stream.reply.usage
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from recto.engine.closing import Closing
from recto.engine.endpoint.limits import Budget, Usage
from recto.engine.endpoint.messages import Request
from recto.engine.endpoint.profile import EndpointProfile


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a reply that is being written."""

    text: str
    """May be empty."""
    reasoning: str = ""
    """What the model thinks aloud before it replies, where the endpoint shows it."""


def _nothing() -> None:
    """Of a reply that nobody keeps."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model replied. It may be broken JSON, and it may be wrong: nothing is validated."""

    text: str
    finish_reason: str
    """"stop", or "length" where `max_tokens` cut it off."""
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    """As the endpoint names the model that replied."""
    request_id: str | None = None
    refusal: str = ""
    """Why the model declines to reply, where the endpoint tells that apart from the text."""
    cached: bool = False
    """Came from the cache of replies: nothing was sent, `usage` is what it took then."""
    discard: Callable[[], None] = field(default=_nothing, compare=False, repr=False)
    """Let it not be given again: it was of no use, and another try may do better."""

    @property
    def truncated(self) -> bool:
        return self.finish_reason == "length"


class StreamedReply(Closing):
    """A reply as it comes: iterate once, then read `reply`. Closing it early hangs up."""

    def __init__(self, deltas: Generator[Delta, None, Reply]) -> None:
        self._deltas = deltas
        self._whole = self._run()
        self._reply: Reply | None = None

    def _run(self) -> Generator[Delta, None, None]:
        self._reply = yield from self._deltas

    def __iter__(self) -> Iterator[Delta]:
        """Raises EndpointError, BackendUnreachable; BrokenStream if it ends before its end."""
        return self._whole

    @property
    def reply(self) -> Reply:
        """The whole; reads what has not been read of it yet."""
        for _ in self._whole:
            pass
        if self._reply is None:
            raise ValueError("The stream was closed, or failed, before its reply was whole.")
        return self._reply

    def close(self) -> None:
        self._whole.close()


class ChatModel(Protocol):
    """A model that is asked with text and pictures. For several threads."""

    @property
    def profile(self) -> EndpointProfile: ...

    def complete(self, request: Request, *, budget: Budget | None = None) -> Reply:
        """Several calls may share a budget (`Limits.start`); None: this call has one of its own.

        Raises EndpointError, BackendUnreachable.
        """
        ...

    def stream(self, request: Request, *, budget: Budget | None = None) -> StreamedReply:
        """Nothing is sent before the first step of the iteration."""
        ...

    def close(self) -> None: ...
