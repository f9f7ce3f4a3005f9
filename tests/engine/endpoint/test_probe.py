from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.limits import Limits
from recto.engine.endpoint.probe import TAKES, measure
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.errors import BackendUnreachable, KeyRefused, ModelNotFound
from tests.endpoints.scripted import Asked, Dialect, Reply, scripted
from tests.engine.endpoint.asking import Waits

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FULL = EndpointProfile(
    max_images=20, max_image_pixels=2_000_000, probed="2026-11-21T12:00:00+00:00"
)


def measured(dialect: Dialect) -> EndpointProfile:
    with scripted(dialect=dialect) as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        return measure(address, retrying=Waits().retrying(), now=lambda: NOW)


def test_an_endpoint_like_openais_can_do_all() -> None:
    assert measured(Dialect()) == FULL


@pytest.mark.parametrize(
    ("dialect", "found"),
    [
        (Dialect(temperature=False), {"temperature": False}),
        (Dialect(system=False), {"system_role": False}),
        (Dialect(limits=frozenset({"max_tokens"})), {"token_limit_field": "max_tokens"}),
        (
            Dialect(limits=frozenset({"max_tokens"}), other_limits="ignored"),
            {"token_limit_field": "max_tokens"},
        ),
        (
            Dialect(temperature=False, system=False, limits=frozenset({"max_tokens"})),
            {"temperature": False, "system_role": False, "token_limit_field": "max_tokens"},
        ),
        (Dialect(json_schema="accepted"), {"json_schema": "accepted"}),
        (Dialect(json_schema="ignored"), {"json_schema": "ignored"}),
        (Dialect(json_schema="refused"), {"json_schema": "refused"}),
        (Dialect(json_object="ignored"), {"json_object": False}),
        (Dialect(json_object="refused"), {"json_object": False}),
        (Dialect(stream=False), {"stream": False, "stream_usage": False}),
        (Dialect(stream_usage=False), {"stream_usage": False}),
        (Dialect(stream_options=False), {"stream_usage": False}),
        (Dialect(images="refused"), {"images": False, "max_images": 0}),
        (Dialect(images="ignored"), {"images": False, "max_images": 0}),
        (Dialect(sees=False), {}),
        (Dialect(usage=False), {"stream_usage": False}),
        (Dialect(image_kinds=frozenset({"JPEG"})), {"image_format": "jpeg"}),
        (Dialect(image_kinds=frozenset({"PNG"})), {"image_format": "png"}),
        (Dialect(max_images=5), {"max_images": 4}),
        (Dialect(max_images=1), {"max_images": 1}),
        (Dialect(max_pixels=1_100_000), {"max_image_pixels": 1_000_000}),
        (Dialect(max_pixels=100_000), {"max_image_pixels": 250_000}),
        (Dialect(context=900), {"context_tokens": 900, "max_images": 8}),
        (Dialect(context=900, lists_context=False), {"context_tokens": 900, "max_images": 8}),
        (Dialect(reads=2048), {"context_tokens": 2048}),
        (Dialect(reads=6500), {}),
    ],
    ids=lambda value: "" if isinstance(value, Dialect) else str(value),
)
def test_what_an_endpoint_lacks_is_found(dialect: Dialect, found: dict[str, Any]) -> None:
    assert measured(dialect) == replace(FULL, **found)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply.status(401), KeyRefused),
        (Reply.status(404, "no such model"), ModelNotFound),
        (Reply.status(503), BackendUnreachable),
    ],
)
def test_an_endpoint_that_does_not_reply_has_no_profile(
    reply: Reply, error: type[Exception]
) -> None:
    with scripted([reply] * 3) as endpoint, pytest.raises(error):
        measure(EndpointAddress(endpoint.model, endpoint.url), retrying=Waits().retrying())


def failing(times: int, reply: Reply, over: Callable[[Asked], object]) -> Callable[[Asked], Reply]:
    """An endpoint that fails so often over what it could do."""
    left = [reply] * times

    def mind(asked: Asked) -> Reply:
        return left.pop() if left and over(asked) else Dialect().mind(asked)

    return mind


def measured_while(mind: Callable[[Asked], Reply], limits: Limits | None = None) -> EndpointProfile:
    budget = (limits or Limits()).for_measuring().start()
    with scripted([mind] * 200) as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        return measure(address, budget=budget, retrying=Waits().retrying(), now=lambda: NOW)


def has_png(asked: Asked) -> bool:
    return any(image.startswith(b"\x89PNG") for image in asked.images)


@pytest.mark.parametrize(
    "over",
    [has_png, lambda asked: asked.images, lambda asked: asked.schema, lambda asked: asked.stream],
)
def test_a_moments_trouble_is_no_inability(over: Callable[[Asked], object]) -> None:
    assert measured_while(failing(5, Reply.status(500), over)) == FULL


def test_one_slow_reply_is_no_inability() -> None:
    slow = failing(1, Reply.hanging(), has_png)
    profile = measured_while(slow, Limits(read_timeout=2.0))
    # How large pictures may be is not compared: a busy machine may be slow for those.
    assert (profile.images, profile.image_format, profile.unsure) == (True, "any", "")


@pytest.mark.parametrize(
    ("over", "what", "found"),
    [
        (lambda asked: asked.images, "PNG pictures", {"images": False, "max_images": 0}),
        (has_png, "PNG pictures", {"image_format": "jpeg"}),
        (lambda asked: asked.schema, "JSON schemas", {"json_schema": "refused"}),
        (lambda asked: asked.stream, "streaming", {"stream": False, "stream_usage": False}),
    ],
)
def test_what_always_fails_is_taken_for_inability_but_not_for_sure(
    over: Callable[[Asked], object], what: str, found: dict[str, Any]
) -> None:
    profile = measured_while(failing(1000, Reply.status(500, "no room"), over))
    assert f"{what}: " in profile.unsure
    assert "no room" in profile.unsure
    assert replace(profile, unsure="") == replace(FULL, **found)


def test_a_router_without_a_model_that_sees_takes_no_pictures() -> None:
    nobody = Reply.status(404, "No endpoints found that support image input")
    profile = measured_while(failing(1000, nobody, lambda asked: asked.images))
    assert profile == replace(FULL, images=False, max_images=0)


def test_what_it_takes_is_about_what_is_told_beforehand() -> None:
    budget = Limits().for_measuring().start()
    with scripted(dialect=Dialect(usage=False)) as endpoint:  # so that we estimate
        measure(EndpointAddress(endpoint.model, endpoint.url), budget=budget)
    assert budget.used.calls == len(endpoint.requests)
    assert TAKES.input_tokens == pytest.approx(budget.used.input_tokens, rel=0.25)
    most = sum(asked.limit for asked in endpoint.requests)
    assert TAKES.output_tokens == pytest.approx(most, rel=0.25)


def test_a_model_that_thinks_first_is_given_room() -> None:
    def thinking(asked: Asked) -> Reply:
        if asked.limit < 1000:
            return replace(Reply.thinking("hmm", ""), finish="length")
        return Dialect().mind(asked)

    with scripted([thinking] * 100) as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        assert measure(address).json_schema == "enforced"
