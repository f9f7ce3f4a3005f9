"""What the environment, a file and a command line say of a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from recto.engine.errors import InputError
from recto.engine.store.remote.settings import ServerSettings
from recto.server_settings import server_settings


def _file(folder: Path, text: str) -> dict[str, str]:
    path = folder / "recto.toml"
    path.write_text(text)
    return {"RECTO_QDRANT_SETTINGS": str(path)}


def test_nothing_said_is_the_defaults() -> None:
    assert server_settings({}) == ServerSettings()
    assert (
        server_settings({"RECTO_QDRANT_SHARDS": " ", "RECTO_QDRANT_GRPC": ""}) == ServerSettings()
    )


def test_environment_says_every_setting() -> None:
    said = ServerSettings(
        shards=6,
        replication=3,
        write_consistency=2,
        patches_datatype="turbo8",
        patches_memory="cached",
        rows_memory="cold",
        rows_graph=32,
        rows_quantization="turbo4",
        words_memory="cached",
        strict=False,
        timeout=7,
        attempts=9,
        prefer_grpc=False,
        grpc_port=99,
        allow_http=True,
        ca="ca.pem",
        certificate="me.pem",
        certificate_key="me.key",
    )
    written = {
        f"RECTO_QDRANT_{field.name.upper()}": str(getattr(said, field.name))
        for field in fields(ServerSettings)
    }
    assert server_settings(written) == said


def test_command_line_goes_before_environment_and_that_before_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path, "[qdrant]\nshards = 2\nreplication = 2\ntimeout = 2\nstrict = false")
    said = file | {"RECTO_QDRANT_REPLICATION": "3", "RECTO_QDRANT_TIMEOUT": "3"}
    found = server_settings(said, {"timeout": "4"})
    assert (found.shards, found.replication, found.timeout, found.strict) == (2, 3, 4, False)


def test_file_may_be_for_other_things_as_well(tmp_path: Path) -> None:
    assert server_settings(_file(tmp_path, "[serve]\nport = 1")) == ServerSettings()


@pytest.mark.parametrize(("said", "grpc"), [("no", (False, 6334)), ("7334", (True, 7334))])
def test_variable_of_grpc_is_a_port_or_no(said: str, grpc: tuple[bool, int]) -> None:
    found = server_settings({"RECTO_QDRANT_GRPC": said})
    assert (found.prefer_grpc, found.grpc_port) == grpc


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"RECTO_QDRANT_SHARDS": "two"}, "RECTO_QDRANT_SHARDS is 'two'; expected a whole number"),
        ({"RECTO_QDRANT_STRICT": "2"}, "RECTO_QDRANT_STRICT is '2'; expected yes or no"),
        ({"RECTO_QDRANT_GRPC": "maybe"}, "expected the number of gRPC's port, or no"),
        ({"RECTO_QDRANT_ROWS_MEMORY": "hot"}, "rows_memory is 'hot'; expected one of"),
        ({"RECTO_QDRANT_ROWS_GRAPH": "1"}, "rows_graph is 1; expected 2 to"),
        ({"RECTO_QDRANT_SETTINGS": "/nowhere.toml"}, "/nowhere.toml cannot be read"),
    ],
)
def test_what_makes_no_sense_is_told(environment: Mapping[str, str], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        server_settings(environment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[qdrant", "is no TOML"),
        ("qdrant = 3", "expected a table"),
        ("[qdrant]\nshard = 3", "'shard', which is no setting"),
        ("[qdrant]\nshards = true", "shards is True; expected int"),
        ("[qdrant]\napi_key = 'secret'", "taken from RECTO_QDRANT_KEY"),
    ],
)
def test_file_that_makes_no_sense_is_told(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as raised:
        server_settings(_file(tmp_path, text))
    assert "secret" not in str(raised.value)


def test_unknown_setting_on_the_command_line_is_told() -> None:
    with pytest.raises(InputError, match="'shard', which is no setting of a server"):
        server_settings({}, {"shard": "3"})
