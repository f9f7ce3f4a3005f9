"""Pictures that an endpoint makes: over real HTTP, from a scripted endpoint."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.images import MOST_PIXELS, MadePicture, OpenAIImages
from recto.engine.endpoint.limits import Limits, Prices, Usage
from recto.engine.endpoint.retrying import Retrying
from recto.engine.errors import (
    BrokenReply,
    CostLimitReached,
    EndpointError,
    EndpointSettingError,
    EndpointTimeout,
    KeyRefused,
    NotAnEndpoint,
    RateLimited,
    RectoError,
    RequestRefused,
)
from tests.endpoints.dialect import Dialect
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


def huge() -> bytes:
    """A PNG that says that it has more pixels than may be opened."""
    side = 8_000
    assert side * side > MOST_PIXELS

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted() as running:
        yield running


def make(
    endpoint: ScriptedEndpoint,
    *replies: Reply,
    limits: Limits | None = None,
    key: str | None = None,
    size: str | None = None,
) -> MadePicture:
    endpoint.script.extend(replies)
    address = EndpointAddress(endpoint.model, endpoint.url, key)
    with OpenAIImages(address, limits, retrying=Retrying(sleep=lambda _: None)) as model:
        return model.make("a pump", size=size)


@pytest.mark.parametrize(
    ("kind", "told"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_picture_is_asked_for_in_the_reply(
    endpoint: ScriptedEndpoint, kind: str, told: str
) -> None:
    made = make(endpoint, Reply.picture(picture(kind), revised_prompt="a teal pump"), size="8x6")
    assert made == MadePicture(
        data=picture(kind), media_type=told, revised_prompt="a teal pump", usage=None
    )
    (asked,) = endpoint.requests
    assert asked.body == {
        "model": "scripted-1",
        "prompt": "a pump",
        "n": 1,
        "size": "8x6",
        "response_format": "b64_json",
    }


def test_endpoint_that_does_not_know_the_field_is_asked_without_it() -> None:
    with scripted(dialect=Dialect(response_formats=False)) as endpoint:
        made = make(endpoint, Reply.picture(picture()))
        assert made.data == picture()
        assert len(endpoint.refused) == len(endpoint.requests) == 1
        assert "response_format" not in endpoint.requests[0].body


def test_other_refusals_are_not_asked_again(endpoint: ScriptedEndpoint) -> None:
    with pytest.raises(RequestRefused, match="no such size"):
        make(endpoint, Reply.status(400, "no such size"))
    assert len(endpoint.requests) == 1


def test_address_of_the_endpoint_itself_is_followed(endpoint: ScriptedEndpoint) -> None:
    endpoint.files["/made/1.png"] = picture()
    url = endpoint.url.replace("/v1", "/made/1.png")
    assert make(endpoint, Reply.picture_at(url)).data == picture()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/secret.png",
        "https://evil.example/x.png",
        "file:///etc/passwd",
        "//evil.example/x.png",
        "http://[",
        "made/1.png",
    ],
)
def test_other_addresses_are_not_visited(endpoint: ScriptedEndpoint, url: str) -> None:
    with pytest.raises(EndpointError, match="which is not visited"):
        make(endpoint, Reply.picture_at(url))


def test_address_of_the_same_host_on_another_port_is_not_visited(
    endpoint: ScriptedEndpoint,
) -> None:
    with scripted() as other:
        other.files["/x.png"] = picture()
        with pytest.raises(EndpointError, match="not visited"):
            make(endpoint, Reply.picture_at(other.url.replace("/v1", "/x.png")))


def test_data_url_is_a_picture_in_the_reply(endpoint: ScriptedEndpoint) -> None:
    import base64

    url = "data:image/png;base64," + base64.b64encode(picture()).decode()
    assert make(endpoint, Reply.picture_at(url)).data == picture()


@pytest.mark.parametrize(
    "reply",
    [
        Reply.picture(b"no picture"),
        Reply.picture(picture()[:40]),
        Reply.picture(picture("GIF")),
        Reply.picture(huge()),
        Reply.raw(b'{"data": []}'),
        Reply.raw(b'{"data": [{}]}'),
        Reply.raw(b'{"data": [{"b64_json": "?"}]}'),
        Reply.raw(b'{"created": 1}'),
    ],
)
def test_reply_without_a_picture_is_broken(endpoint: ScriptedEndpoint, reply: Reply) -> None:
    with pytest.raises(BrokenReply):
        make(endpoint, reply)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply.html(), NotAnEndpoint),
        (Reply.status(404), NotAnEndpoint),
        (Reply.raw(b'{"error": {"message": "out of memory"}}'), EndpointError),
        (Reply.status(429, error_code="insufficient_quota"), RateLimited),
    ],
)
def test_errors_are_those_of_chats(
    endpoint: ScriptedEndpoint, reply: Reply, error: type[RectoError]
) -> None:
    with pytest.raises(error):
        make(endpoint, reply)


def test_endpoint_without_pictures_is_told_so(endpoint: ScriptedEndpoint) -> None:
    with pytest.raises(NotAnEndpoint, match="images/generations"):
        make(endpoint, Reply.status(404))


def test_tired_endpoint_is_asked_again(endpoint: ScriptedEndpoint) -> None:
    made = make(endpoint, Reply.status(429, retry_after=1), Reply.picture(picture()))
    assert made.data == picture()


def test_slow_endpoint_is_given_up(endpoint: ScriptedEndpoint) -> None:
    with pytest.raises(EndpointTimeout):
        make(endpoint, Reply.hanging(), limits=Limits(timeout=0.5, read_timeout=0.2))


def test_key_is_checked_and_not_told() -> None:
    with scripted(key="right") as endpoint:
        with pytest.raises(KeyRefused) as refused:
            make(endpoint, key="sk-wrong")
        assert "sk-wrong" not in str(refused.value)
        assert make(endpoint, Reply.picture(picture()), key="right").data == picture()


def test_tokens_are_counted_where_the_endpoint_does(endpoint: ScriptedEndpoint) -> None:
    import json

    body = json.loads(Reply.picture(picture()).body)
    body["usage"] = {"input_tokens": 10, "output_tokens": 1000, "total_tokens": 1010}
    limits = Limits(prices=Prices(5, 40))
    usage = make(endpoint, Reply.raw(json.dumps(body).encode()), limits=limits).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens, usage.calls) == (10, 1000, 1)
    assert usage.cost == pytest.approx(0.04005)


def test_cost_limit_needs_the_price_of_a_picture() -> None:
    limits = Limits(max_cost=1, prices=Prices(1, 1))
    with pytest.raises(EndpointSettingError, match="--price-picture"):
        OpenAIImages(EndpointAddress("m", "http://localhost:1/v1"), limits)


def test_picture_that_may_cost_too_much_is_not_made(endpoint: ScriptedEndpoint) -> None:
    limits = Limits(max_cost=0.03, prices=Prices(0, 0, picture=0.04))
    with pytest.raises(CostLimitReached, match=r"0\.0400"):
        make(endpoint, limits=limits)
    assert not endpoint.requests


def test_pictures_cost_what_they_may_cost_where_nobody_counts(endpoint: ScriptedEndpoint) -> None:
    limits = Limits(max_cost=0.1, prices=Prices(0, 0, picture=0.04))
    usage = make(endpoint, Reply.picture(picture()), limits=limits).usage
    assert usage == Usage(cost=0.04, estimated=True, calls=1)


def test_pictures_of_one_budget_are_made_until_it_is_spent(endpoint: ScriptedEndpoint) -> None:
    limits = Limits(max_cost=0.1, prices=Prices(0, 0, picture=0.04))
    endpoint.script.extend([Reply.picture(picture())] * 3)
    budget = limits.start()
    with OpenAIImages(EndpointAddress(endpoint.model, endpoint.url), limits) as model:
        for _ in range(2):
            model.make("a pump", budget=budget)
        with pytest.raises(CostLimitReached):
            model.make("a pump", budget=budget)
    assert len(endpoint.requests) == 2
