from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.endpoint.limits import (
    Limits,
    Prices,
    Usage,
    input_tokens,
    part_tokens,
    text_tokens,
)
from recto.engine.endpoint.messages import Message, Request, TextPart
from recto.engine.errors import CostLimitReached, EndpointSettingError, EndpointTimeout
from tests.engine.endpoint.asking import HELLO, SCHEMA, picture

TOKENS = st.integers(0, 10**7)
USAGES = st.builds(Usage, TOKENS, TOKENS, st.integers(0, 50), st.none(), st.booleans())


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_budget_ends_when_its_time_is_over() -> None:
    clock = Clock()
    budget = Limits(timeout=10).start(clock)
    clock.now += 7.5
    assert budget.seconds_left() == 2.5
    clock.now += 2.5
    with pytest.raises(EndpointTimeout, match="10 s"):
        budget.seconds_left()


def test_what_calls_took_is_counted_with_its_cost() -> None:
    budget = Limits(prices=Prices(2.0, 10.0)).start()
    assert budget.spend(Usage(1_000_000, 0)).cost == 2.0
    assert budget.spend(Usage(0, 500_000, images=3)).cost == 5.0
    assert budget.used == Usage(1_000_000, 500_000, 3, 7.0, False, 2)


def test_without_prices_a_cost_is_not_known() -> None:
    budget = Limits().start()
    budget.spend(Usage(10, 10))
    assert budget.used.cost is None


@given(USAGES, USAGES, USAGES)
def test_usage_adds_up_in_any_order(a: Usage, b: Usage, c: Usage) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Usage() == a


def test_calls_at_once_do_not_spend_the_same_dollar() -> None:
    """Ten calls of 0.1 dollars at most each; there is room for three."""
    request = Request((), max_tokens=100_000)
    budget = Limits(max_cost=0.35, prices=Prices(0.0, 1.0)).start()

    def call(_: int) -> bool:
        try:
            stack.enter_context(budget.claim(request))
        except CostLimitReached:
            return False
        return True

    with ExitStack() as stack, ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(call, range(10))) == 3
    with budget.claim(request):
        pass


@pytest.mark.parametrize("name", ["timeout", "read_timeout", "attempts", "max_cost"])
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_limits_that_are_none_are_refused(name: str, value: float) -> None:
    with pytest.raises(EndpointSettingError, match=str(value)):
        Limits(prices=Prices(1, 1), **{name: value})  # type: ignore[arg-type]


def test_a_cost_limit_needs_prices() -> None:
    with pytest.raises(EndpointSettingError, match="--price-in") as caught:
        Limits(max_cost=1.0)
    assert "RECTO_PRICES" in str(caught.value)


@pytest.mark.parametrize("price", [-1.0, math.nan, math.inf])
def test_prices_that_are_none_are_refused(price: float) -> None:
    with pytest.raises(EndpointSettingError, match="output"):
        Prices(1.0, price)


def test_free_tokens_never_reach_a_limit() -> None:
    budget = Limits(max_cost=0.01, prices=Prices(0, 0)).start()
    with budget.claim(Request(HELLO.messages, max_tokens=10**9)):
        pass


@given(st.text())
def test_a_text_has_no_more_tokens_than_bytes(text: str) -> None:
    assert len(text) / 3 <= text_tokens(text) <= max(1, len(text.encode()))


def test_a_larger_picture_has_more_tokens() -> None:
    sizes = [part_tokens(picture(side=side)) for side in (32, 512, 1024, 1414)]
    assert sizes == sorted(sizes)
    assert sizes[2] >= 1024 * 1024 / 750


def test_all_of_a_request_is_counted() -> None:
    text = Request((Message.user("word " * 100),))
    with_picture = Request((Message("user", (*text.messages[0].parts, picture(side=512))),))
    with_schema = Request(text.messages, SCHEMA)
    assert input_tokens(text) >= part_tokens(TextPart("word " * 100))
    assert input_tokens(with_picture) > input_tokens(text)
    assert input_tokens(with_schema) > input_tokens(text)
