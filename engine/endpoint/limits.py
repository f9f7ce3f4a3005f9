"""How long, how often and for how much money an endpoint may be asked. Knows no protocol.

Prices are the user's: they change, and a wrong one would break the promise of `max_cost`.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from recto.engine.endpoint.messages import ImagePart, Request, TextPart
from recto.engine.errors import CostLimitReached, EndpointSettingError, EndpointTimeout

_BYTES_A_TOKEN = 3
"""English has about 4.5, dense tables of numbers 2 to 3."""
_PIXELS_A_TOKEN = 600
"""Endpoints count 750 to 1,000; a picture is never counted too low by much."""
_MESSAGE_TOKENS = 8
"""What stands around each message."""
_USUAL = 300.0
_MEASURING = 900.0
_SILENCE = 120.0
_SILENCE_SHARE = 0.4
"""Of the time for all calls: a model that is given longer for its whole reply may also be silent
for longer before the first word of it."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for a million tokens."""

    input: float
    output: float
    picture: float | None = None
    """Dollars for a picture that is made, at most; None: not known."""

    def __post_init__(self) -> None:
        for name, price in (("input", self.input), ("output", self.output)):
            if not (math.isfinite(price) and price >= 0):
                raise EndpointSettingError(
                    f"The price of {name} tokens is {price}; expected dollars for a million tokens,"
                    " 0 or more."
                )
        if self.picture is not None and not (math.isfinite(self.picture) and self.picture >= 0):
            raise EndpointSettingError(
                f"The price of a picture is {self.picture}; expected dollars, 0 or more."
            )

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input + output_tokens * self.output) / 1e6


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls took. Adding two is taking both."""

    input_tokens: int = 0
    output_tokens: int = 0
    images: int = 0
    cost: float | None = None
    """Dollars; None where no prices were given."""
    estimated: bool = False
    """Whether the endpoint did not count some of the tokens, so that we did."""
    calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            images=self.images + other.images,
            cost=sum(costs) if costs else None,
            estimated=self.estimated or other.estimated,
            calls=self.calls + other.calls,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What all calls for one question may take together; `start` begins to count.

    What it takes to measure an endpoint that is new counts against the cost of the first question.
    """

    timeout: float | None = None
    """Seconds for all calls, retries included. None: 300, and 900 to measure a new endpoint."""
    read_timeout: float | None = None
    """Seconds without a byte. None: of a stream 120, or two fifths of `timeout` where that is more;
    of a reply that comes whole, with no byte before its end, all of the time that is left."""
    attempts: int = 5
    """Of one call: the first, and those after it failed in a way that another need not."""
    max_cost: float | None = None
    """Dollars; needs `prices`."""
    prices: Prices | None = None

    def __post_init__(self) -> None:
        for name in ("timeout", "read_timeout", "attempts"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise EndpointSettingError(f"{name} is {value}; expected more than 0.")
        if self.max_cost is None:
            return
        if not (math.isfinite(self.max_cost) and self.max_cost > 0):
            raise EndpointSettingError(
                f"The cost limit is {self.max_cost}; expected dollars, more than 0."
            )
        if self.prices is None:
            raise EndpointSettingError(
                f"A cost limit of ${self.max_cost:g} was given, but no prices to count with. Give"
                " dollars for a million tokens: --price-in 1.25 --price-out 10 (or for a picture"
                " that is made: --price-picture 0.04), or the model's entry in the file that"
                " RECTO_PRICES names. A local model costs 0."
            )

    @property
    def seconds(self) -> float:
        """For all calls."""
        return _USUAL if self.timeout is None else self.timeout

    def silence(self, *, stream: bool) -> float:
        """Seconds without a byte after which a reply is given up."""
        if self.read_timeout is not None:
            return self.read_timeout
        return max(_SILENCE, _SILENCE_SHARE * self.seconds) if stream else self.seconds

    def for_measuring(self) -> Limits:
        """The same for the small requests that find out what an endpoint can do, one of which may
        fail without the others."""
        return replace(
            self,
            timeout=_MEASURING if self.timeout is None else self.timeout,
            read_timeout=self.silence(stream=True),
            attempts=min(self.attempts, 3),
        )

    def start(self, clock: Callable[[], float] = time.monotonic) -> Budget:
        return Budget(self, clock)


class Budget:
    """What is left of some limits. Shared by the calls of one question, in several threads."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._end = clock() + limits.seconds
        self._lock = threading.Lock()
        self._used = Usage()
        self._claimed = 0.0

    @property
    def used(self) -> Usage:
        with self._lock:
            return self._used

    def seconds_left(self) -> float:
        """Raises EndpointTimeout when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise EndpointTimeout(
                f"The {self.limits.seconds:g} s for all calls to the model are over. Allow more"
                " time (--timeout), or give the model less to read."
            )
        return left

    def claim(self, request: Request) -> AbstractContextManager[None]:
        """Keeps back what a call may cost at most, while it runs. Raises CostLimitReached."""
        return self.claim_dollars(self._most(request))

    @contextmanager
    def claim_dollars(self, most: float) -> Iterator[None]:
        """The same of a call that may cost so much."""
        with self._lock:
            self._check(most)
            self._claimed += most
        try:
            yield
        finally:
            with self._lock:
                self._claimed -= most

    def spend(self, usage: Usage) -> Usage:
        """Counts what a call took; gives it back with its cost, where it had none."""
        prices, cost = self.limits.prices, usage.cost
        if cost is None and prices:
            cost = prices.cost(usage.input_tokens, usage.output_tokens)
        counted = Usage(
            usage.input_tokens, usage.output_tokens, usage.images, cost, usage.estimated, 1
        )
        with self._lock:
            self._used += counted
        return counted

    def carry(self, spent: Usage) -> None:
        """Counts what was spent before it began."""
        with self._lock:
            self._used += spent

    def _most(self, request: Request) -> float:
        prices = self.limits.prices
        return prices.cost(input_tokens(request), request.max_tokens) if prices else 0.0

    def _check(self, most: float) -> None:
        limit, spent = self.limits.max_cost, (self._used.cost or 0.0) + self._claimed
        if limit is not None and spent + most > limit:
            raise CostLimitReached(
                f"The next call may cost ${most:.4f} after ${spent:.4f}, which is more than the"
                f" limit of ${limit:g}. Raise the limit, or give the model fewer or smaller pages."
            )


def input_tokens(request: Request) -> int:
    """About how many tokens a request has; rather too many than too few."""
    schema = len(str(request.schema)) // _BYTES_A_TOKEN if request.schema else 0
    parts = [part for message in request.messages for part in message.parts]
    return schema + _MESSAGE_TOKENS * len(request.messages) + sum(map(part_tokens, parts))


def part_tokens(part: TextPart | ImagePart) -> int:
    """About how many tokens a text, or a picture with its label, has."""
    if isinstance(part, TextPart):
        return text_tokens(part.text)
    from recto.engine.endpoint.pictures import size_of

    width, height = size_of(part)
    return text_tokens(part.label) + max(85, math.ceil(width * height / _PIXELS_A_TOKEN))


def text_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return math.ceil(len(text.encode("utf-8", "replace")) / _BYTES_A_TOKEN)
