"""Limits are checked when they are set."""

from __future__ import annotations

import pytest

from recto.indexing.limits import Limits


def test_limits_default_to_something() -> None:
    assert Limits() == Limits()


@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_limit_that_lets_nothing_through(value: float) -> None:
    with pytest.raises(ValueError, match=r"Limits\.page_seconds"):
        Limits(page_seconds=value)
