"""A model that makes pictures, behind the protocol of OpenAI's images (`images.generate`).

Some endpoints send a picture, some an address of it, and some do only one of them whatever is
asked for. A picture is asked for first. An address is followed only where it is the endpoint's own:
one of another host could be anybody's, and would be visited in the user's name.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Protocol, cast
from urllib.parse import urlsplit

from recto.engine.closing import Closing
from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.connection import Connection
from recto.engine.endpoint.failures import of_body, scrubbed, translated
from recto.engine.endpoint.limits import Budget, Limits, Usage
from recto.engine.endpoint.reading import Json, text_of
from recto.engine.endpoint.retrying import Retrying
from recto.engine.errors import (
    BrokenReply,
    EndpointError,
    EndpointSettingError,
    NotAnEndpoint,
    RequestRefused,
)

MOST_PIXELS = 50_000_000
_BYTES_AS_TOKENS = 4_096
"""A reply may have 33 MB: a picture of 25, in base64."""
_KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_DATA = "data:"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePicture:
    """A picture that a model made."""

    data: bytes
    """Of a PNG, JPEG or WebP file, which has been opened and is no larger than it should be."""
    media_type: str
    revised_prompt: str = ""
    """What the endpoint made of the prompt, where it tells."""
    usage: Usage | None = None
    """None: the endpoint does not count, and no price was given."""


class ImageModel(Protocol):
    """A model that makes pictures. For several threads."""

    @property
    def name(self) -> str: ...

    def make(
        self, prompt: str, *, size: str | None = None, budget: Budget | None = None
    ) -> MadePicture:
        """`size` is as the endpoint names it, such as "1024x1024"; None: as it likes.

        Raises EndpointError, BackendUnreachable.
        """
        ...

    def close(self) -> None: ...


class OpenAIImages(Closing):
    """One model of one endpoint."""

    def __init__(
        self,
        address: EndpointAddress,
        limits: Limits | None = None,
        *,
        retrying: Retrying | None = None,
    ) -> None:
        """Raises EndpointSettingError."""
        self._limits = limits or Limits()
        if self._limits.max_cost is not None and _price(self._limits) is None:
            raise EndpointSettingError(
                f"A cost limit of ${self._limits.max_cost:g} was given, but not what a picture"
                " costs at most, which no endpoint tells before it is made: say it"
                " (--price-picture 0.04, or picture in the model's entry of the file that"
                " RECTO_PRICES names)."
            )
        self._address = address
        self._retrying = retrying or Retrying()
        self._connection = Connection(address)

    @property
    def name(self) -> str:
        return self._address.model

    def make(
        self, prompt: str, *, size: str | None = None, budget: Budget | None = None
    ) -> MadePicture:
        """Raises EndpointError, BackendUnreachable."""
        budget = budget or self._limits.start()
        with budget.claim_dollars(_price(budget.limits) or 0.0):
            told = self._ask(prompt, size, budget)
            usage = _spent(told, budget)
        entry = _first(told)
        if entry is None:
            raise BrokenReply(f"{self._address.url} answered 200 without a picture. Ask again.")
        data = self._data(entry, budget)
        return MadePicture(
            data=data,
            media_type=_kind(data),
            revised_prompt=text_of(entry.get("revised_prompt")),
            usage=usage,
        )

    def close(self) -> None:
        self._connection.close()

    def _ask(self, prompt: str, size: str | None, budget: Budget) -> Json:
        body: dict[str, object] = {"model": self._address.model, "prompt": prompt, "n": 1}
        body |= {"size": size} if size else {}
        try:
            return self._send(body | {"response_format": "b64_json"}, budget)
        except RequestRefused as refused:
            if "response_format" not in str(refused):
                raise
        return self._send(body, budget)  # models that only send pictures refuse the field

    def _send(self, body: dict[str, object], budget: Budget) -> Json:
        def once() -> bytes:
            with self._connection.calling(budget, _BYTES_AS_TOKENS) as client:
                create = cast(Callable[..., _Raw], client.images.with_raw_response.generate)
                return create(**body).http_response.content

        content = self._call(once, budget)
        try:
            told = json.loads(content)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, Mapping):
            said = scrubbed(content[:80].decode("utf-8", "replace"), self._address)
            raise NotAnEndpoint(
                f"{self._address.url} answered 200 with no JSON object, but {said!r}. {_EXPECTED}"
            )
        if failure := of_body(told, self._address):
            raise failure
        return told

    def _call(self, once: Callable[[], bytes], budget: Budget) -> bytes:
        import openai

        def translating() -> bytes:
            try:
                return once()
            except openai.OpenAIError as error:
                raise translated(error, self._address) from None

        try:
            return self._retrying.call(translating, budget)
        except NotAnEndpoint as error:
            raise NotAnEndpoint(f"{error} {_EXPECTED}") from None

    def _data(self, entry: Json, budget: Budget) -> bytes:
        url = text_of(entry.get("url"))
        encoded = text_of(entry.get("b64_json"))
        if not encoded and url.startswith(_DATA):
            encoded = url.partition(",")[2]
        if encoded:
            try:
                return base64.b64decode(encoded, validate=True)
            except binascii.Error as error:
                raise BrokenReply(f"The picture of {self._address.url} is no base64.") from error
        if not url:
            raise BrokenReply(f"{self._address.url} answered 200 without a picture. Ask again.")
        return self._fetch(url, budget)

    def _fetch(self, url: str, budget: Budget) -> bytes:
        import httpx2

        origin = _origin(url)
        if origin != _origin(self._address.url):
            raise EndpointError(
                f"{self._address.url} made a picture and left it at another address, on"
                f" {(origin and origin[1]) or 'no host'}, which is not visited. Choose a model that"
                " sends its pictures (b64_json)."
            )

        def once() -> bytes:
            with self._connection.calling(budget, _BYTES_AS_TOKENS) as client:
                return client.get(url, cast_to=httpx2.Response).content

        return self._call(once, budget)


class _Raw(Protocol):
    @property
    def http_response(self) -> _Body: ...


class _Body(Protocol):
    @property
    def content(self) -> bytes: ...


_EXPECTED = "Expected an endpoint that makes pictures (images/generations)."


def _first(told: Json) -> Json | None:
    made = told.get("data")
    entry = made[0] if isinstance(made, list) and made else None
    return entry if isinstance(entry, Mapping) else None


def _kind(data: bytes) -> str:
    """Raises BrokenReply for what is no picture, or too large a one to be opened."""
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=tuple(_KINDS)) as picture:
            width, height = picture.size
            if width * height <= MOST_PIXELS:
                picture.load()
                return _KINDS[str(picture.format)]
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenReply(
            f"The endpoint sent {len(data):,} bytes that are no picture ({error}); expected a PNG,"
            " JPEG or WebP file."
        ) from None
    raise BrokenReply(
        f"The endpoint sent a picture of {width} by {height} pixels; expected at most"
        f" {MOST_PIXELS:,} of them."
    )


def _price(limits: Limits) -> float | None:
    """Of a picture, at most."""
    return limits.prices.picture if limits.prices else None


def _spent(told: Json, budget: Budget) -> Usage | None:
    """As the endpoint counts, where it does and tokens have a price; else a picture's price."""
    prices, price = budget.limits.prices, _price(budget.limits)
    counted = _tokens(told)
    if counted is not None and prices is not None and (prices.input or prices.output):
        return budget.spend(counted)
    if price is not None:
        bare = counted or Usage(estimated=True)
        return budget.spend(replace(bare, cost=price))
    return budget.spend(counted) if counted else None


def _tokens(told: Json) -> Usage | None:
    given = told.get("usage")
    if not isinstance(given, Mapping):
        return None
    read, written = given.get("input_tokens"), given.get("output_tokens")
    if not (isinstance(read, int) and isinstance(written, int) and min(read, written) >= 0):
        return None
    return Usage(read, written)


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """None for what is no address, and equal to nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, (parts.hostname or "").rstrip("."), port
