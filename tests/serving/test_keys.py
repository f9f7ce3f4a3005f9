"""The key ring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recto.engine.errors import InputError, NotFound
from recto.serving.auditing import FILE
from recto.serving.keys import KeyRing


def test_a_key_is_found_by_its_secret_alone(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    secret, key = ring.create("reports", "read", "a")

    assert KeyRing(tmp_path).find(secret) == key
    assert ring.find(secret[:-1]) is None
    assert ring.find(key.id) is None


def test_a_secret_is_not_kept(tmp_path: Path) -> None:
    secret, _ = KeyRing(tmp_path).create("reports", "read")

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert secret.encode() not in kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_a_revoked_key_opens_nothing_and_reopens_nothing(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    secret, key = ring.create("reports", "admin")

    assert ring.revoke(key.id) == key

    assert ring.find(secret) is None
    assert ring.all() == []
    assert not ring.is_empty()
    with pytest.raises(NotFound):
        ring.revoke(key.id)


def test_rights_include_those_before(tmp_path: Path) -> None:
    _, key = KeyRing(tmp_path).create("reports", "write")

    assert key.allows("read")
    assert key.allows("write")
    assert not key.allows("admin")


def test_a_key_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        KeyRing(tmp_path).create(" ", "read")


def test_who_makes_and_revokes_keys_is_noted(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    secret, key = ring.create("web", "write", "north")
    ring.revoke(key.id)
    with pytest.raises(NotFound):
        ring.revoke(key.id)

    written = (tmp_path / FILE).read_text()
    made, revoked = (json.loads(line) for line in written.splitlines())

    assert [made["did"], revoked["did"]] == ["keys create", "keys revoke"]
    assert (made["key"], made["tenant"], made["right"]) == (key.id, "north", "write")
    assert revoked["key"] == key.id
    assert secret not in written
