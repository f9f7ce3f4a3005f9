"""Settings as texts."""

from __future__ import annotations

from dataclasses import fields

import pytest

from recto.engine.encoders.colpali.settings import CHOICES, Settings
from recto.engine.errors import EncoderError


def test_settings_are_read() -> None:
    parsed = Settings.parse(
        {"dtype": "float16", "visual_tokens": "768", "prefix": "", "page_text": "yes"}
    )
    assert parsed == Settings(dtype="float16", visual_tokens=768, prefix="", page_text=True)
    assert Settings.parse({}) == Settings()


def test_every_setting_says_what_it_takes() -> None:
    assert CHOICES.keys() == {field.name for field in fields(Settings)}


def test_base_is_pinned() -> None:
    assert Settings.parse({"base": "a/b@12"}).base_revision == "12"
    assert Settings().base_revision is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"tokens": "3"},
            r"no setting 'tokens'; it has these.*visual_tokens: the most patches a page",
        ),
        ({"layout": "1"}, r"no setting 'layout'"),
        ({"page_text": "true"}, r"page_text 'true'; expected yes or no"),
        ({"dtype": "int4"}, r"dtype 'int4'; expected one of float32"),
        ({"visual_tokens": "many"}, r"visual_tokens 'many'; expected a whole number"),
        ({"visual_tokens": "3"}, r"visual_tokens 3; expected 16 or more"),
        ({"pool_factor": "0"}, r"pool_factor 0; expected 1 \(none\) to 64"),
    ],
)
def test_what_cannot_be_meant(given: dict[str, str], message: str) -> None:
    with pytest.raises(EncoderError, match=message):
        Settings.parse(given)
