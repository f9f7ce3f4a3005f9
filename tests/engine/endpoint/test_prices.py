from __future__ import annotations

from pathlib import Path

import pytest

from recto.engine.endpoint.limits import Prices
from recto.engine.endpoint.prices import find_picture_prices, find_prices
from recto.engine.errors import EndpointSettingError


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "prices.toml"
    file.write_text(
        '["gpt-5-mini"]\ninput = 0.25\noutput = 2\n["half"]\ninput = 1\n'
        '["words"]\ninput = "1"\noutput = true\n[negative]\ninput = -1\noutput = 1\n'
        "[brush]\npicture = 0.04\n[pen]\ninput = 5\noutput = 40\npicture = 0.2\n"
    )
    return {"RECTO_PRICES": str(file)}


def test_prices_come_from_options_first(environment: dict[str, str]) -> None:
    assert find_prices("gpt-5-mini", 1, 2, environment=environment) == Prices(1, 2)


def test_prices_come_from_the_users_file(environment: dict[str, str]) -> None:
    assert find_prices("gpt-5-mini", environment=environment) == Prices(0.25, 2.0)


def test_nothing_is_guessed(environment: dict[str, str]) -> None:
    assert find_prices("gpt-5", environment=environment) is None
    assert find_prices("gpt-5-mini", environment={}) is None


@pytest.mark.parametrize("given", [(1.0, None), (None, 1.0)])
def test_one_price_is_not_enough(given: tuple[float | None, float | None]) -> None:
    with pytest.raises(EndpointSettingError, match="--price-out"):
        find_prices("m", *given, environment={})


@pytest.mark.parametrize("model", ["half", "words", "negative"])
def test_prices_that_are_none_are_refused(model: str, environment: dict[str, str]) -> None:
    with pytest.raises(EndpointSettingError, match="expected"):
        find_prices(model, environment=environment)


@pytest.mark.parametrize("text", [None, b"= broken", b"\xff"])
def test_a_file_that_cannot_be_read_is_an_error(text: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(EndpointSettingError, match="RECTO_PRICES"):
        find_prices("m", environment={"RECTO_PRICES": str(file)})


def test_prices_of_pictures_come_from_the_same_places(environment: dict[str, str]) -> None:
    assert find_picture_prices("brush", 0.1, environment=environment) == Prices(0, 0, 0.1)
    assert find_picture_prices("brush", environment=environment) == Prices(0, 0, 0.04)
    assert find_picture_prices("pen", environment=environment) == Prices(5, 40, 0.2)
    assert find_picture_prices("gpt-5-mini", environment=environment) == Prices(0.25, 2)
    assert find_picture_prices("chalk", environment=environment) is None


@pytest.mark.parametrize("price", [-1.0, float("nan")])
def test_price_of_a_picture_that_is_none_is_refused(price: float) -> None:
    with pytest.raises(EndpointSettingError, match="picture"):
        find_picture_prices("m", price, environment={})


def test_model_that_makes_pictures_has_no_price_as_a_chat(environment: dict[str, str]) -> None:
    with pytest.raises(EndpointSettingError, match="expected input"):
        find_prices("brush", environment=environment)
