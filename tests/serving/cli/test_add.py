from __future__ import annotations

import pytest
import typer

from recto.serving.cli.add import parse_metadata


def test_metadata_takes_the_type_that_a_value_is_written_in() -> None:
    pairs = ["year=2018", "share=0.5", "final=true", "name=ACME Corp.", "code=007", "big=1e3"]
    assert parse_metadata(pairs) == {
        "year": 2018,
        "share": 0.5,
        "final": True,
        "name": "ACME Corp.",
        "code": "007",
        "big": "1e3",
    }


def test_metadata_value_may_hold_an_equals_sign() -> None:
    assert parse_metadata(["formula=a=b", "empty="]) == {"formula": "a=b", "empty": ""}


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_metadata_has_no_numbers_that_json_lacks(value: str) -> None:
    assert parse_metadata([f"x={value}"]) == {"x": value}


@pytest.mark.parametrize("pair", ["year", "=2018", " =x"])
def test_metadata_without_key_or_value_is_refused(pair: str) -> None:
    with pytest.raises(typer.BadParameter, match="KEY=VALUE"):
        parse_metadata([pair])
