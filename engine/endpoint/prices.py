"""What a model's tokens cost, as its user says: by option, or in a file.

["gpt-5-mini"]      # the file that RECTO_PRICES names: TOML, dollars for a million tokens
input = 0.25
output = 2.0
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
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
    file = environment.get(FILE)
    return _of_file(Path(file).expanduser(), model) if file else None


def _of_file(path: Path, model: str) -> Prices | None:
    try:
        entry = tomllib.loads(path.read_text("utf-8")).get(model)
    except (OSError, ValueError) as error:
        raise EndpointSettingError(
            f"The prices in {path} ({FILE}) cannot be read: {error}."
        ) from error
    if entry is None:
        return None
    prices = [entry.get(name) for name in ("input", "output")] if isinstance(entry, dict) else []
    if len(prices) != 2 or not all(type(price) in (int, float) for price in prices):
        raise EndpointSettingError(
            f"The prices of {model!r} in {path} ({FILE}) are {entry!r}; expected input and output,"
            " in dollars for a million tokens."
        )
    return Prices(*(float(str(price)) for price in prices))
