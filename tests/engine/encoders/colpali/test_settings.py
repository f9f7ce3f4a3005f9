"""Settings as texts."""

from __future__ import annotations

import pytest

from recto.engine.encoders.colpali.settings import Settings
from recto.engine.errors import EncoderError


def test_settings_and_recorded_facts_are_read() -> None:
    parsed = Settings.parse(
        {"dtype": "float16", "visual_tokens": "768", "prefix": "", "transformers": "5.20"}
    )
    assert parsed == Settings(dtype="float16", visual_tokens=768, prefix="")


def test_base_is_pinned() -> None:
    assert Settings.parse({"base": "a/b@12"}).base_revision == "12"
    assert Settings().base_revision is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tokens": "3"}, r"no encoder setting 'tokens'; there are: .*visual_tokens"),
        ({"dtype": "int4"}, r"dtype 'int4'; expected one of float32"),
        ({"visual_tokens": "many"}, r"visual_tokens 'many'; expected a whole number"),
        ({"visual_tokens": "3"}, r"visual_tokens 3; expected 16 or more"),
        ({"pool_factor": "0"}, r"pool_factor 0; expected 1 \(none\) to 64"),
    ],
)
def test_what_cannot_be_meant(given: dict[str, str], message: str) -> None:
    with pytest.raises(EncoderError, match=message):
        Settings.parse(given)
