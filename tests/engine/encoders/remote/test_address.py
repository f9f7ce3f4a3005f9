from __future__ import annotations

import pytest

from recto.engine.encoders.registry import canonical
from recto.engine.encoders.remote.address import Address, is_remote, parse_address
from recto.engine.errors import EncoderError


@pytest.mark.parametrize(
    ("name", "server", "model"),
    [
        (
            "vllm+http://host:8000/vidore/colpali-v1.3-hf",
            "http://host:8000",
            "vidore/colpali-v1.3-hf",
        ),
        ("vllm+https://host/colqwen/", "https://host", "colqwen"),
        ("vllm+http://[::1]:80/a%20b", "http://[::1]:80", "a b"),
    ],
)
def test_address_is_a_server_and_a_model(name: str, server: str, model: str) -> None:
    assert is_remote(name)
    assert parse_address(name) == Address(server, model)


@pytest.mark.parametrize(
    "name", ["vllm+http://host:8000", "vllm+http:///m", "vllm+ftp://host/m", "vllm+http://h/m?k=1"]
)
def test_what_is_no_address_is_refused(name: str) -> None:
    with pytest.raises(EncoderError, match="expected vllm"):
        canonical(name)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(EncoderError, match="RECTO_ENCODER_KEY") as caught:
        parse_address("vllm+http://me:hunter2@host/m")
    assert "hunter2" not in str(caught.value)
