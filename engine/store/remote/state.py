"""What a library on a server was made with, and which collections are its: points of its own.

A library is there as soon as its point `CURRENT` is, and becomes another by one write of that.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from qdrant_client import QdrantClient, models

from recto.engine.store.manifest import Manifest, manifest_of
from recto.engine.store.remote.address import ServerAddress
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.collections import Collections, state_collection
from recto.engine.store.remote.settings import ServerSettings

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "recto/server")
CURRENT = str(uuid.uuid5(_NAMESPACE, "current"))
BESIDE = str(uuid.uuid5(_NAMESPACE, "beside"))
"""What is being filled, to take the place of the current one."""
LEASE = str(uuid.uuid5(_NAMESPACE, "lease"))
CLIPS_MADE = str(uuid.uuid5(_NAMESPACE, "clips"))
"""What the clips were made with."""


def proposals_point(tenant: str) -> str:
    """The id of what was measured of a tenant's pages."""
    return str(uuid.uuid5(_NAMESPACE, f"proposals/{tenant}"))


class StatePoints:
    """Payloads by id, in the smallest of a library's collections."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._name = state_collection(client.address.library)

    @property
    def address(self) -> ServerAddress:
        return self._client.address

    def get(self, id: str) -> dict[str, Any] | None:
        """None where there is no such point, or no such library."""
        majority = models.ReadConsistencyType.MAJORITY
        found = self._client.find(
            lambda qdrant: qdrant.retrieve(
                self._name, [id], with_payload=True, consistency=majority
            )
        )
        return found[0].payload if found else None

    def put(self, id: str, payload: dict[str, Any], *, only_if: Mapping[str, Any] | None) -> None:
        """Where there is a point already, `only_if` its fields are these; None is always."""
        unless = None
        if only_if is not None:
            unless = models.Filter(
                must=[
                    models.FieldCondition(key=key, match=models.MatchValue(value=value))
                    for key, value in only_if.items()
                ]
            )
        point = models.PointStruct(id=id, vector={}, payload=payload)

        def write(qdrant: QdrantClient) -> object:
            strong = models.WriteOrdering.STRONG
            return qdrant.upsert(self._name, [point], ordering=strong, update_filter=unless)

        self._client.call(write)

    def delete(self, id: str) -> None:
        strong = models.WriteOrdering.STRONG
        self._client.call(lambda qdrant: qdrant.delete(self._name, [id], ordering=strong))


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a library: what it was made with, and where it is."""

    manifest: Manifest
    collections: Collections
    settings: ServerSettings


def read_version(points: StatePoints, id: str, connection: ServerSettings) -> Version | None:
    """What `CURRENT` or `BESIDE` says. Raises NewerLibrary, DamagedLibrary."""
    payload = points.get(id)
    if payload is None:
        return None
    place = f"the record of {points.address}"
    manifest = manifest_of(payload["manifest"], place, library=str(points.address))
    return Version(
        manifest=manifest,
        collections=Collections(points.address.library, int(payload["version"])),
        settings=connection.of(payload["settings"]),
    )


def write_version(points: StatePoints, id: str, version: Version) -> None:
    payload = {
        "manifest": asdict(version.manifest),
        "version": version.collections.version,
        "settings": version.settings.recorded(),
    }
    points.put(id, payload, only_if=None)
