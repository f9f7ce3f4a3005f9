"""A chat model behind the chat-completions protocol, through the openai package.

Knows how the protocol fails silently: a stream that is cut ends like a whole one, and an HTML page
with the status 200 is no exception.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, cast

from recto.engine.closing import Closing
from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.body import body_of
from recto.engine.endpoint.chat import Delta, Reply, StreamedReply
from recto.engine.endpoint.connection import Connection
from recto.engine.endpoint.context import context_tokens
from recto.engine.endpoint.failures import EXPECTED, of_body, scrubbed, too_slow, translated
from recto.engine.endpoint.limits import Budget, Limits, Usage
from recto.engine.endpoint.messages import Request
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.endpoint.reading import Gathered, Json, Piece
from recto.engine.endpoint.retrying import Retrying
from recto.engine.errors import (
    BrokenReply,
    BrokenStream,
    ContentFiltered,
    EndpointError,
    NotAnEndpoint,
)

if TYPE_CHECKING:
    import httpx2

_EVENTS = re.compile(r"^(text/event-stream|text/plain|)\s*(;|$)")
"""What the type of a stream's body is; some name none."""


class _Raw(Protocol):
    """A response of the openai package, of which only the head has been read if it streams."""

    @property
    def http_response(self) -> httpx2.Response: ...
    def parse(self) -> Iterable[object]: ...


_Create = Callable[..., _Raw]


class OpenAIChat(Closing):
    """One model of one endpoint. For several threads."""

    def __init__(
        self,
        address: EndpointAddress,
        profile: EndpointProfile,
        limits: Limits | None = None,
        *,
        retrying: Retrying | None = None,
        connection: Connection | None = None,
        spent: Usage | None = None,
    ) -> None:
        """`spent` is what it took to measure the profile, which the first call counts."""
        self._address = address
        self._profile = profile
        self._limits = limits or Limits()
        self._retrying = retrying or Retrying()
        self._connection = connection or Connection(address)
        self._spent = [spent] if spent else []

    @property
    def address(self) -> EndpointAddress:
        return self._address

    @property
    def profile(self) -> EndpointProfile:
        return self._profile

    def with_profile(self, profile: EndpointProfile) -> OpenAIChat:
        """The same model over the same connection, taken for able to do other things."""
        other = OpenAIChat(
            self._address,
            profile,
            self._limits,
            retrying=self._retrying,
            connection=self._connection,
        )
        other._spent = self._spent
        return other

    def context_tokens(self) -> int | None:
        """Of request and reply together, where the endpoint tells."""
        return context_tokens(self._connection, self._limits.start())

    def complete(self, request: Request, *, budget: Budget | None = None) -> Reply:
        """Raises EndpointError, BackendUnreachable."""
        budget = self._counted(budget)
        gathered = Gathered()
        with budget.claim(request):
            response = self._send(request, budget, stream=False).http_response
            gathered.add(self._json(response), "message")
            gathered.end()
            usage = budget.spend(gathered.used(request))
        if not gathered.any:
            raise BrokenReply(
                f"{self._address.url} answered 200 without choices. Look at the server's log, or"
                " ask again."
            )
        return self._reply(gathered, usage, response)

    def stream(self, request: Request, *, budget: Budget | None = None) -> StreamedReply:
        """Falls back to a whole reply in one piece where the endpoint does not stream."""
        if not self._profile.stream:
            return StreamedReply(self._in_one_piece(request, budget))
        return StreamedReply(self._streamed(request, budget))

    def close(self) -> None:
        self._connection.close()

    def _counted(self, budget: Budget | None) -> Budget:
        """With what has been spent that nothing has counted yet."""
        budget = budget or self._limits.start()
        with suppress(IndexError):  # of two threads one finds it
            budget.carry(self._spent.pop())
        return budget

    def _in_one_piece(
        self, request: Request, budget: Budget | None
    ) -> Generator[Delta, None, Reply]:
        reply = self.complete(request, budget=budget)
        yield Delta(reply.text)
        return reply

    def _streamed(self, request: Request, budget: Budget | None) -> Generator[Delta, None, Reply]:
        budget = self._counted(budget)
        gathered = Gathered()
        with budget.claim(request):
            raw = self._send(request, budget, stream=True)
            try:
                for piece in self._pieces(raw, gathered):
                    if piece.text or piece.reasoning:
                        yield Delta(piece.text, piece.reasoning)
            finally:  # also when the stream breaks, or the reader has read enough
                raw.http_response.close()
                usage = budget.spend(gathered.used(request))
        if gathered.finish_reason is None:
            raise BrokenStream(
                f"{self._address.url} ended its stream after {len(gathered.text):,} characters"
                " without saying that the reply is whole. Ask again; look at the server's log."
            )
        return self._reply(gathered, usage, raw.http_response)

    def _send(self, request: Request, budget: Budget, *, stream: bool) -> _Raw:
        import openai

        body = body_of(request, self._address.model, self._profile, stream=stream)

        def once() -> _Raw:
            try:
                calling = self._connection.calling(budget, request.max_tokens, stream=stream)
                with calling as client:
                    create = cast(_Create, client.chat.completions.with_raw_response.create)
                    return create(**body)
            except openai.OpenAIError as error:
                raise translated(error, self._address) from None

        return self._retrying.call(once, budget)

    def _pieces(self, raw: _Raw, gathered: Gathered) -> Iterator[Piece]:
        for body, part in self._bodies(raw):
            yield gathered.add(body, part)
        yield gathered.end()

    def _bodies(self, raw: _Raw) -> Iterator[tuple[Json, str]]:
        """The chunks of a stream; or one whole reply, from an endpoint that does not stream."""
        import httpx2
        import openai

        response = raw.http_response
        try:
            if not _EVENTS.search(response.headers.get("content-type", "")):
                response.read()
                yield self._json(response), "message"
                return
            for chunk in raw.parse():
                if not isinstance(chunk, openai.BaseModel):
                    raise ValueError(f"a chunk is no object, but {type(chunk).__name__}")
                yield chunk.to_dict(), "delta"
        except (
            openai.APIConnectionError,
            httpx2.RequestError,
            ValueError,
            RecursionError,
        ) as error:
            raise self._broken(error) from None
        except openai.OpenAIError as error:
            raise translated(error, self._address) from None

    def _broken(self, error: Exception) -> EndpointError:
        """Of a stream that had begun: what came was already shown, so that none tries again."""
        import httpx2
        import openai

        if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
            return too_slow(self._address)
        reason = scrubbed(str(error.__cause__ or error), self._address)
        return BrokenStream(
            f"The stream of {self._address.url} broke: {reason}. Ask again; look at the server's"
            " log."
        )

    def _json(self, response: httpx2.Response) -> Json:
        """Raises NotAnEndpoint."""
        try:
            value = json.loads(response.content)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, Mapping):
            if failure := of_body(value, self._address):
                raise failure
            return value
        raise NotAnEndpoint(
            f"{self._address.url} answered 200 with no JSON object, but"
            f" {scrubbed(response.text, self._address)[:80]!r}. {EXPECTED}"
        )

    def _reply(self, gathered: Gathered, usage: Usage, response: httpx2.Response) -> Reply:
        if gathered.finish_reason == "content_filter":
            raise ContentFiltered(
                f"The filter of {self._address.url} stopped the reply. Ask in other words, or leave"
                " out the page that it is about."
            )
        return Reply(
            text=gathered.text,
            finish_reason=gathered.finish_reason or "stop",
            usage=usage,
            model=gathered.model,
            request_id=response.headers.get("x-request-id") or gathered.id,
            refusal=gathered.refusal,
        )
