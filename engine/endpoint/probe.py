"""What an endpoint can do with a model, measured by about fifteen small requests.

Nothing is guessed from a name. A feature counts where it was seen to work, not where a field was
merely let pass: that is what "ignored" is for. What an endpoint refuses, it does not do; what fails
in another way is tried again, and the profile says that it is unsure of it. The most bytes of a
picture are not measured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import product

from recto.engine.endpoint import swatches
from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.chat import Reply
from recto.engine.endpoint.limits import Budget, Limits, Usage
from recto.engine.endpoint.messages import ImagePart, Message, Request, Schema
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.profile import (
    EndpointProfile,
    ImageFormat,
    SchemaSupport,
    TokenLimitField,
)
from recto.engine.endpoint.retrying import Retrying
from recto.engine.errors import (
    BrokenReply,
    BrokenStream,
    ContextTooLong,
    EndpointTimeout,
    ModelNotFound,
    NotAnEndpoint,
    RateLimited,
    RequestRefused,
    ServerFailed,
)

TAKES = Usage(input_tokens=15_000, output_tokens=3_000)
"""About what it takes: 13,800 and 3,400 at most of an endpoint that can do everything, 18,800 and
5,200 of one that needs every step of every ladder, as we estimate tokens."""
_REFUSED = (RequestRefused, ContextTooLong, ModelNotFound, NotAnEndpoint)
"""How endpoints say that they do not take something; a router that knows the model answers 404
where none of those that run it does."""
_BROKEN = (BrokenReply, BrokenStream)
"""How they show that they cannot do it, if it happens again."""
_FAILED = (ServerFailed, EndpointTimeout)
"""What may be a moment's trouble, though some always fail over what they do not take."""

_FEW = 32
"""Tokens that must cut off a long reply."""
_SOME = 300
_MANY = 4000
"""For a model that thinks before it replies."""
_COUNT = Message.user("Write the numbers from 1 to 200, with spaces between them.")
_PEAR = "Reply with the single word pear, without quotes, without JSON."
_LITERAL = "maple-7"
_SCHEMA: Schema = {
    "type": "object",
    "properties": {"word": {"type": "string", "enum": [_LITERAL]}},
    "required": ["word"],
    "additionalProperties": False,
}
_KINDS: tuple[ImageFormat, ...] = ("png", "jpeg")
_NUMBERS = (20, 12, 8, 4, 2)
_PIXELS = (2_000_000, 1_000_000, 500_000)
"""More of a page than a model reads; a machine without a GPU takes minutes for them."""
_PICTURE_TOKENS = 8
"""Fewer are the label's."""
_WORDS = 6000
"""A token each. Servers that cut off a question silently are set to 2,048 or 4,096 as a rule."""
_LENGTH = re.compile(r"context (?:length|size|window)\D{0,20}(\d{3,7})")


def measure(
    address: EndpointAddress,
    *,
    budget: Budget | None = None,
    retrying: Retrying | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> EndpointProfile:
    """`budget` counts what it takes; None: one with no limit but of time. Raises EndpointError,
    BackendUnreachable where not even a plain question is replied to."""
    blank = EndpointProfile(max_images=max(_NUMBERS), max_image_pixels=max(_PIXELS))
    with OpenAIChat(address, blank, retrying=retrying) as model:
        probe = _Probe(model, budget or Limits().for_measuring().start())
        probe.dialect()
        for step in (probe.schema, probe.streaming, probe.context, probe.pictures):
            step()
        return replace(
            probe.profile, unsure=probe.unsure, probed=now().isoformat(timespec="seconds")
        )


class _Probe:
    """Each step finds out some fields of the profile, with which the next step asks."""

    def __init__(self, model: OpenAIChat, budget: Budget) -> None:
        self._model = model
        self._budget = budget
        self._failures: dict[str, str] = {}

    @property
    def unsure(self) -> str:
        """See `EndpointProfile`."""
        return "; ".join(f"{what}: {why}" for what, why in self._failures.items())

    @property
    def profile(self) -> EndpointProfile:
        return self._model.profile

    def dialect(self) -> None:
        """The first way to ask that is taken, and in which the limit of a reply is kept."""
        taken: EndpointProfile | None = None
        failure: RequestRefused | None = None
        fields: tuple[TokenLimitField, ...] = ("max_completion_tokens", "max_tokens")
        for system, temperature, field in product((True, False), (True, False), fields):
            self._assume(
                replace(
                    self.profile,
                    system_role=system,
                    temperature=temperature,
                    token_limit_field=field,
                )
            )
            try:
                kept = self._keeps_limit()
            except RequestRefused as error:
                failure = error
                continue
            taken = taken or self.profile
            if kept:
                return
        if taken is None:
            assert failure is not None
            raise failure
        self._assume(taken)

    def schema(self) -> None:
        """Asks for one word, by a schema that allows another."""
        # As if it was enforced, so that the prompt does not tell of the schema.
        self._assume(replace(self.profile, json_schema="enforced"))
        request = Request((Message.user(_PEAR),), _SCHEMA, max_tokens=_SOME)
        support = _support(self._patient("JSON schemas", request))
        wanted = {"response_format": {"type": "json_object"}}
        plain = Request(request.messages, max_tokens=_SOME, extra=wanted)
        reply = self._patient("JSON mode", plain)
        # A weak model may go on for ever within its object.
        works = reply is not None and reply.text.lstrip().startswith("{")
        self._assume(replace(self.profile, json_schema=support, json_object=works))

    def streaming(self) -> None:
        """With the usage at the end, or at least without."""
        request = Request((Message.user(_PEAR),), max_tokens=_SOME)
        for usage in (True, False):
            self._assume(replace(self.profile, stream=True, stream_usage=usage))
            reply = self._tried("streaming", lambda: self._streamed(request))
            if reply is not None:
                counted = usage and not reply.usage.estimated
                return self._assume(replace(self.profile, stream_usage=counted))
        return self._assume(replace(self.profile, stream=False, stream_usage=False))

    def _streamed(self, request: Request) -> Reply:
        with self._model.stream(request, budget=self._budget) as stream:
            return stream.reply

    def context(self) -> None:
        """As the endpoint tells; else as it shows by what it does with a long question."""
        told = self._model.context_tokens()
        self._assume(replace(self.profile, context_tokens=told or self._reads()))

    def _reads(self) -> int | None:
        """How much of a long question is read, if not all of it."""
        long = Request((Message.user("the " * _WORDS),), max_tokens=_FEW)
        try:
            used = self._model.complete(long, budget=self._budget).usage
        except ContextTooLong as error:
            length = _LENGTH.search(str(error))
            return int(length[1]) if length else None
        except (RequestRefused, ServerFailed, RateLimited, EndpointTimeout):
            self._budget.seconds_left()
            return None
        cut_off = not used.estimated and used.input_tokens < _WORDS * 0.8
        return used.input_tokens if cut_off else None

    def pictures(self) -> None:
        """Whether they are taken, as which files, how many and how large."""
        blind = self._tried("pictures", lambda: self._look(()))
        takes = [kind for kind in _KINDS if self._takes(kind, blind)]
        if not takes:
            return self._assume(replace(self.profile, images=False, max_images=0))
        kind = takes[0]
        small = swatches.swatch("red", 64, kind)
        many = next((n for n in _NUMBERS if self._bears((small,) * n)), 1)
        large = next((n for n in _PIXELS if self._fits(n, kind)), _PIXELS[-1] // 2)
        self._assume(
            replace(
                self.profile,
                images=True,
                image_format="any" if len(takes) > 1 else kind,
                max_images=many,
                max_image_pixels=large,
            )
        )

    def _takes(self, kind: ImageFormat, blind: Reply | None) -> bool:
        """A picture that is dropped on the way adds no tokens, and its colour is not named."""
        replies = []
        for colour in swatches.COLOURS:
            swatch = swatches.swatch(colour, 256, kind)
            reply = self._tried(f"{kind.upper()} pictures", partial(self._look, (swatch,)))
            if reply is None:
                return False
            replies.append(reply)
        named = zip(swatches.COLOURS, replies, strict=True)
        if all(colour in reply.text.lower() for colour, reply in named):
            return True
        if blind is None or any(reply.usage.estimated for reply in (blind, *replies)):
            return False
        least = blind.usage.input_tokens + _PICTURE_TOKENS
        return min(reply.usage.input_tokens for reply in replies) >= least

    def _fits(self, pixels: int, kind: ImageFormat) -> bool:
        return self._bears((swatches.swatch("red", int(pixels**0.5), kind),))

    def _bears(self, images: tuple[ImagePart, ...]) -> bool:
        """Whether so many, or such large ones, are replied to in time; a machine that is too slow
        for them will be the next time, too."""
        try:
            self._look(images)
        except (*_REFUSED, *_BROKEN, *_FAILED):
            self._budget.seconds_left()  # unless the time for all is over
            return False
        return True

    def _look(self, images: tuple[ImagePart, ...]) -> Reply:
        question = Message.user(*images, "Which colour is it? Reply with one word.")
        return self._asked(Request((question,), max_tokens=_SOME))

    def _keeps_limit(self) -> bool:
        request = Request((Message.system("Be brief."), _COUNT), max_tokens=_FEW)
        try:
            reply = self._asked(request)
        except RequestRefused as error:
            if "output limit was reached" in str(error):  # in thought, before the first word
                return True
            raise
        # Our own estimate may be twice too high.
        return reply.usage.output_tokens <= _FEW * (4 if reply.usage.estimated else 2)

    def _patient(self, what: str, request: Request) -> Reply | None:
        reply = self._tried(what, lambda: self._asked(request))
        if reply is not None and reply.truncated and not reply.text.strip():
            longer = replace(request, max_tokens=_MANY)
            return self._tried(what, lambda: self._asked(longer)) or reply
        return reply

    def _asked(self, request: Request) -> Reply:
        return self._model.complete(request, budget=self._budget)

    def _tried(self, what: str, ask: Callable[[], Reply]) -> Reply | None:
        """None: refused; or it failed, twice."""
        failure: Exception | None = None
        for _ in range(2):
            try:
                return ask()
            except _REFUSED:
                return None
            except (*_BROKEN, *_FAILED) as error:
                self._budget.seconds_left()  # unless the time for all is over
                failure = error
        if isinstance(failure, _FAILED):
            self._failures.setdefault(what, str(failure))
        return None

    def _assume(self, profile: EndpointProfile) -> None:
        self._model = self._model.with_profile(profile)


def _support(reply: Reply | None) -> SchemaSupport:
    if reply is None:
        return "refused"
    try:
        value = json.loads(reply.text)
    except ValueError:
        return "ignored"
    if value == {"word": _LITERAL}:
        return "enforced"
    return "accepted" if isinstance(value, Mapping) else "ignored"
