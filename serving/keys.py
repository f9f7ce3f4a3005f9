"""Who may do what: keys, kept as hashes in one SQLite file. Knows no HTTP.

A key is 256 random bits, so one SHA-256 is as safe at rest as a slow hash would be, and takes no
time to check. What identifies it to people is its name and the first letters.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from recto.engine.errors import InputError, NotFound

from .auditing import AuditLog

Right = Literal["read", "write", "admin"]
"""Each includes those before it: read searches and asks, write adds and removes documents, admin
sees the server's figures."""
RIGHTS: tuple[Right, ...] = get_args(Right)
_PREFIX = "rk_"
_SHOWN = 8
"""Letters of a key that are kept to recognise it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key."""

    id: str
    """Its first letters."""
    name: str
    right: Right
    tenant: str
    """Whose documents it opens; "" where there are no tenants."""
    created: str
    """ISO 8601, UTC."""

    def allows(self, right: Right) -> bool:
        return RIGHTS.index(self.right) >= RIGHTS.index(right)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "right": self.right,
            "tenant": self.tenant,
            "created": self.created,
        }


class KeyRing:
    """The keys of a server. For several threads and processes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "keys.sqlite"
        self._audit = AuditLog(folder)
        with closing(self._connect()) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS keys (hash TEXT PRIMARY KEY, id TEXT UNIQUE, "
                "name TEXT, right TEXT, tenant TEXT, created TEXT, revoked TEXT)"
            )
        self._path.chmod(0o600)

    def create(self, name: str, right: Right, tenant: str = "") -> tuple[str, Key]:
        """A new key, which cannot be shown again, and what is kept of it."""
        if right not in RIGHTS:
            raise InputError(f"The right is {right!r}; expected {', '.join(RIGHTS)}.")
        if not name.strip() or len(name) > 100:
            raise InputError(f"The key's name is {name[:40]!r}; expected 1 to 100 letters.")
        secret = _PREFIX + secrets.token_urlsafe(32)
        key = Key(
            id=secret[: len(_PREFIX) + _SHOWN],
            name=name.strip(),
            right=right,
            tenant=tenant,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with closing(self._connect()) as connection, connection:
            connection.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (_hash(secret), key.id, key.name, key.right, key.tenant, key.created),
            )
            self._audit.append({"did": "keys create", "by": _user(), **_told(key)})
        return secret, key

    def all(self) -> list[Key]:
        """Those that are not revoked, in the order in which they were made."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                f"SELECT {_FIELDS} FROM keys WHERE revoked IS NULL ORDER BY created, id"
            ).fetchall()
        return [_key(row) for row in rows]

    def revoke(self, id: str) -> Key:
        """From now on the key opens nothing. Raises NotFound."""
        with closing(self._connect()) as connection, connection:
            row = connection.execute(
                f"UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL RETURNING {_FIELDS}",
                (datetime.now(UTC).isoformat(timespec="seconds"), id),
            ).fetchone()
            if row is None:
                raise NotFound(f"There is no key {id!r}; `recto keys list` shows those there are.")
            key = _key(row)
            self._audit.append({"did": "keys revoke", "by": _user(), **_told(key)})
        return key

    def find(self, secret: str) -> Key | None:
        """The key of this secret, if it is one of ours."""
        with closing(self._connect()) as connection:
            row = connection.execute(
                f"SELECT {_FIELDS} FROM keys WHERE hash = ? AND revoked IS NULL",
                (_hash(secret),),
            ).fetchone()
        return None if row is None else _key(row)

    def get(self, id: str) -> Key | None:
        """The key that is known by these first letters, unless it is revoked."""
        with closing(self._connect()) as connection:
            row = connection.execute(
                f"SELECT {_FIELDS} FROM keys WHERE id = ? AND revoked IS NULL", (id,)
            ).fetchone()
        return None if row is None else _key(row)

    def is_empty(self) -> bool:
        """Whether there has never been a key: revoking the last one opens nothing."""
        with closing(self._connect()) as connection:
            return connection.execute("SELECT 1 FROM keys LIMIT 1").fetchone() is None

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=10)


_FIELDS = "id, name, right, tenant, created"


def _key(row: tuple[str, str, Right, str, str]) -> Key:
    id, name, right, tenant, created = row
    return Key(id=id, name=name, right=right, tenant=tenant, created=created)


def _told(key: Key) -> dict[str, object]:
    """What the audit log says of a key."""
    return {"key": key.id, "tenant": key.tenant, "name": key.name, "right": key.right}


def _user() -> str:
    """Who made or revoked it on this machine; his number where he has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
