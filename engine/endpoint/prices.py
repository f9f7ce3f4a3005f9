"""What a model's tokens and pictures cost, as its user says: by option, or in a file.

["gpt-5-mini"]      # the file that RECTO_PRICES names: TOML, dollars for a million tokens
input = 0.25
output = 2.0
["gpt-image-1"]
picture = 0.19      # dollars for a picture that it makes, at most
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recto.engine.endpoint.limits import Prices
from recto.engine.errors import EndpointSettingError

FILE = "RECTO_PRICES"
"""The environment variable with the file's path."""


def find_prices(
    model: str,
    price_in: float | None = None,
    price_out: float | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
) -> Prices | None:
    """None where the user said nothing. Raises EndpointSettingError."""
    if price_in is not None and price_out is not None:
        return Prices(price_in, price_out)
    if price_in is not None or price_out is not None:
        raise EndpointSettingError(
            "One of two prices was given; expected --price-in and --price-out, in dollars for a"
            " million tokens."
        )
    entry = _of_file(model, environment)
    if entry is None:
        return None
    return Prices(entry.price("input"), entry.price("output"))


def find_picture_prices(
    model: str, price: float | None = None, *, environment: Mapping[str, str] = os.environ
) -> Prices | None:
    """The same of a model that makes pictures; `price` is that of one of them."""
    if price is not None:
        return Prices(0.0, 0.0, price)
    entry = _of_file(model, environment)
    if entry is None:
        return None
    return Prices(
        entry.price("input") if "input" in entry.given else 0.0,
        entry.price("output") if "output" in entry.given else 0.0,
        entry.price("picture") if "picture" in entry.given else None,
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """That of one model in the file."""

    given: Mapping[str, object]
    where: str

    def price(self, name: str) -> float:
        price = self.given.get(name)
        if not isinstance(price, int | float) or isinstance(price, bool):
            raise EndpointSettingError(
                f"{self.where} are {dict(self.given)!r}; expected {name}, in dollars: input and"
                " output for a million tokens, picture for one that is made."
            )
        return float(price)


def _of_file(model: str, environment: Mapping[str, str]) -> _Entry | None:
    file = environment.get(FILE)
    if not file:
        return None
    path = Path(file).expanduser()
    try:
        entry = tomllib.loads(path.read_text("utf-8")).get(model)
    except (OSError, ValueError) as error:
        raise EndpointSettingError(
            f"The prices in {path} ({FILE}) cannot be read: {error}."
        ) from error
    if entry is None:
        return None
    where = f"The prices of {model!r} in {path} ({FILE})"
    return _Entry(entry if isinstance(entry, dict) else {}, where)
