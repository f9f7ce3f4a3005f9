"""What `library.json` says of an encoder, and how two are told apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import DamagedLibrary, EncoderMismatch
from recto.engine.store.manifest import (
    check_encoder,
    new_manifest,
    read_manifest,
    write_manifest,
)

ENCODER = EncoderId(
    name="owner/model",
    revision="1",
    dim=128,
    settings={"dtype": "float32", "visual_tokens": "768"},
    source="/models/model",
)


def test_settings_and_source_are_read_back(tmp_path: Path) -> None:
    write_manifest(tmp_path, new_manifest(ENCODER))
    read = read_manifest(tmp_path)
    assert read is not None
    assert read.encoder == ENCODER
    assert read.encoder.source == ENCODER.source


def test_library_without_settings_is_read(tmp_path: Path) -> None:
    encoder = {"name": "words", "revision": "1", "dim": 2}
    written = {"encoder": encoder, "created_by": "0.1", "format": 1}
    (tmp_path / "library.json").write_text(json.dumps(written))
    read = read_manifest(tmp_path)
    assert read is not None
    assert read.encoder == EncoderId(name="words", revision="1", dim=2)


def test_place_of_an_encoder_does_not_count(tmp_path: Path) -> None:
    check_encoder(tmp_path, ENCODER, replace(ENCODER, source="/elsewhere"))
    check_encoder(tmp_path, ENCODER, None)


def test_message_names_what_differs_and_the_command_that_cures_it() -> None:
    settings = {"dtype": "bfloat16", "visual_tokens": "768", "prefix": "Query: "}
    other = replace(ENCODER, revision="2", settings=settings)
    with pytest.raises(EncoderMismatch) as raised:
        check_encoder(Path("my library"), ENCODER, other)
    message = str(raised.value)
    assert "dtype was 'float32', is 'bfloat16'; prefix was 'not set', is 'Query: '." in message
    assert "visual_tokens" not in message
    assert message.endswith("recto reencode --library 'my library'")
    with pytest.raises(EncoderMismatch, match=r"'my library' --encoder /elsewhere/model$"):
        check_encoder(Path("my library"), ENCODER, replace(other, source="/elsewhere/model"))


def test_manifest_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "library.json").mkdir()
    with pytest.raises(DamagedLibrary, match="cannot be read: Is a directory"):
        read_manifest(tmp_path)
