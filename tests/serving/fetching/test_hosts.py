"""Hosts that an operator lets documents come from."""

from __future__ import annotations

import pytest

from recto.engine.errors import InputError
from recto.serving.fetching.hosts import PORTS, parse_host


@pytest.mark.parametrize(
    ("entry", "name", "port", "lets"),
    [
        ("files.test", "files.test", 443, True),
        ("Files.Test", "files.test", 80, True),
        ("files.test", "files.test", 8443, False),
        ("files.test:8443", "files.test", 8443, True),
        ("files.test:8443", "files.test", 443, False),
        ("files.test", "a.files.test", 443, False),
        ("files.test", "notfiles.test", 443, False),
        ("*.files.test", "a.b.files.test", 443, True),
        ("*.files.test", "files.test", 443, False),
        ("*.files.test", "notfiles.test", 443, False),
        ("*.files.test:81", "a.files.test", 81, True),
    ],
)
def test_an_entry_lets_what_it_names(entry: str, name: str, port: int, lets: bool) -> None:
    assert parse_host(entry).lets(name, port, PORTS) is lets


@pytest.mark.parametrize(
    "entry", ["", "*", "*.", "https://files.test", "a/b", "a:b", "a:0", "a:70000", "a@b", "bücher"]
)
def test_what_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(InputError, match=r"expected HOST, \*\.HOST or HOST:PORT"):
        parse_host(entry)
