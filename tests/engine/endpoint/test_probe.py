from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.probe import measure
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.errors import BackendUnreachable, KeyRefused, ModelNotFound
from tests.endpoints.scripted import Asked, Dialect, Reply, scripted
from tests.engine.endpoint.asking import Waits

DAY = date(2026, 11, 21)
FULL = EndpointProfile(
    max_images=20, max_image_pixels=2_000_000, unknown_fields=False, probed="2026-11-21"
)


def measured(dialect: Dialect) -> EndpointProfile:
    with scripted(dialect=dialect) as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        return measure(address, retrying=Waits().retrying(), today=lambda: DAY)


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
        (Dialect(unknown=None), {"unknown_fields": True}),
        (Dialect(unknown_status=422), {"unknown_fields": False}),
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


def test_an_endpoint_that_fails_over_a_picture_takes_none() -> None:
    def over_pictures(asked: Asked) -> Reply:
        return Reply.status(500) if asked.images else Dialect().mind(asked)

    with scripted([over_pictures] * 100) as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        assert not measure(address, retrying=Waits().retrying()).images


def test_a_model_that_thinks_first_is_given_room() -> None:
    def thinking(asked: Asked) -> Reply:
        if asked.limit < 1000:
            return replace(Reply.thinking("hmm", ""), finish="length")
        return Dialect().mind(asked)

    with scripted([thinking] * 100) as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        assert measure(address).json_schema == "enforced"
