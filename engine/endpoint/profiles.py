"""Measured profiles, kept between runs: one small file a model of an endpoint, and no key in it."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args, get_type_hints

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.files import read_json, write_private
from recto.engine.endpoint.profile import EndpointProfile

FRESH = timedelta(days=30)
"""An endpoint may have been updated since."""
FRESH_UNSURE = timedelta(hours=1)
"""What failed without being refused may have been a moment's trouble."""
_VERSION = 2
"""Of what is measured; counts the changes that make older profiles wrong."""


def user_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where this user's caches are."""
    if platform == "darwin":
        return Path("~/Library/Caches/recto").expanduser()
    return Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "recto"


class ProfileCache:
    """A folder, which is made when it is needed."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder or user_folder() / "endpoints"
        self._now = now

    def get(self, address: EndpointAddress) -> EndpointProfile | None:
        """None: not measured, too long ago, or not readable."""
        kept = read_json(self._path(address))
        if not isinstance(kept, dict) or kept.pop("version", None) != _VERSION:
            return None
        profile = _parsed(kept.get("profile"))
        if profile is None or kept.get("url") != address.url or kept.get("model") != address.model:
            return None
        return profile if self._fresh(profile) else None

    def put(self, address: EndpointAddress, profile: EndpointProfile) -> None:
        about = {"version": _VERSION, "url": address.url, "model": address.model}
        text = json.dumps(about | {"profile": asdict(profile)}, indent=1)
        write_private(self._path(address), text.encode())

    def _fresh(self, profile: EndpointProfile) -> bool:
        try:
            age = self._now() - datetime.fromisoformat(profile.probed)
        except (ValueError, TypeError):  # of a time without a zone
            return False
        return timedelta(0) <= age <= (FRESH_UNSURE if profile.unsure else FRESH)

    def _path(self, address: EndpointAddress) -> Path:
        name = hashlib.sha256(f"{address.url}\n{address.model}".encode()).hexdigest()
        return self._folder / f"{name}.json"


def _parsed(kept: object) -> EndpointProfile | None:
    hints = get_type_hints(EndpointProfile)
    if not isinstance(kept, dict) or kept.keys() != {
        field.name for field in fields(EndpointProfile)
    }:
        return None
    if not all(_is(value, hints[name]) for name, value in kept.items()):
        return None
    return EndpointProfile(**kept)


def _is(value: object, hint: object) -> bool:
    """Whether a value is of a type, one of several, or one of some literals."""
    if isinstance(hint, type):
        return type(value) is hint
    return any(value == part or _is(value, part) for part in get_args(hint))
