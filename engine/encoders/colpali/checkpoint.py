"""What a folder or a hub id holds: which kind of model, an adapter or all weights, which revision.

Reads descriptions only. What is in the hub's cache is taken from there, without asking the hub.
Weights are taken from safetensors files alone, for other kinds can run code.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recto.engine.encoders.colpali.fingerprint import fingerprint
from recto.engine.errors import EncoderError

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_DESCRIPTIONS = ("*.json", "*.txt", "*.model", "*.jinja")
_WEIGHTS = "*.safetensors"
_CODE = "*.py"
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model on this disk."""

    name: str
    """What it is called: its id on the hub, or the last part of its folder's path."""
    source: str
    """Where it is found again: the id, or the whole path."""
    folder: Path
    revision: str
    """A commit of the hub, or a fingerprint of the folder."""
    config: Mapping[str, Any]
    """config.json; empty for an adapter."""
    adapter: Mapping[str, Any]
    """adapter_config.json; empty where all weights are in the folder."""

    @property
    def model_type(self) -> str:
        return str(self.config.get("model_type", ""))

    @property
    def brings_code(self) -> bool:
        """Whether it is meant to be read by Python code of its own."""
        return "auto_map" in self.config


def is_hub_id(name: str) -> bool:
    return _HUB_ID.fullmatch(name) is not None


def name_of(folder: Path) -> str:
    """What the checkpoint in a folder is called: its id, if the hub's client has put it there."""
    return _place_in_cache(folder)[0] or folder.name


def find(name: str, *, revision: str | None = None, code: bool = False) -> Checkpoint:
    """The checkpoint in a folder, or on the hub in this `revision`; with its Python if `code`.

    Raises EncoderError when it is not there or is none.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _described(folder.absolute(), name=None)
    if not is_hub_id(name):
        raise EncoderError(
            f"{name}: there is no such folder; expected one with a config.json or an"
            " adapter_config.json, or the id of a model on the hub, such as vidore/colqwen2-v1.0."
        )
    patterns = (*_DESCRIPTIONS, *((_CODE,) if code else ()))
    cached = _cached(name, revision)
    if cached is None or (code and not any(cached.glob(_CODE))):
        cached = _fetched(name, revision, patterns)
    described = _described(cached, name=name)
    if not _has_weights(described.folder):
        _fetched(name, described.revision, (*patterns, _WEIGHTS))
        if not _has_weights(described.folder):  # without a network, that is no error
            raise EncoderError(
                f"{name} at {described.revision}: not all of its *.safetensors can be fetched."
                " Check the network; weights in other files are not read, for they can run code."
            )
    return described


def base_of(adapter: Checkpoint, *, revision: str | None = None) -> Checkpoint:
    """The checkpoint that an adapter was trained on; its own word on the revision comes second."""
    name = str(adapter.adapter.get("base_model_name_or_path") or "")
    beside = adapter.folder / name
    revision = revision or adapter.adapter.get("revision")
    if not name:
        raise EncoderError(f"{adapter.folder}: adapter_config.json names no base model.")
    try:
        found = find(str(beside) if beside.is_dir() else name, revision=revision)
    except EncoderError as error:
        raise EncoderError(
            f"{adapter.name} is an adapter of {name}, which must be there as well. {error}"
        ) from error
    if found.adapter:
        raise EncoderError(f"{adapter.name} is an adapter of {name}, which is an adapter itself.")
    return found


def _described(folder: Path, *, name: str | None) -> Checkpoint:
    """`name` is the hub id, if it was fetched by one."""
    config = _read_json(folder / "config.json")
    adapter = _read_json(folder / "adapter_config.json")
    if not config and not adapter:
        raise EncoderError(
            f"{folder} holds no model: there is neither a config.json nor an adapter_config.json."
        )
    id, commit = _place_in_cache(folder)
    name = name or id
    return Checkpoint(
        name=name or folder.name,
        source=name or str(folder),
        folder=folder,
        revision=commit or fingerprint(folder),
        # Some adapters carry a copy of their base's config, which describes no file of theirs.
        config={} if adapter else config,
        adapter=adapter,
    )


def _read_json(path: Path) -> dict[str, Any]:
    """Empty if there is no such file."""
    try:
        read = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise EncoderError(f"{path} cannot be read: {error}.") from error
    if not isinstance(read, dict):
        raise EncoderError(f"{path} holds {type(read).__name__}; expected an object.")
    return read


def _place_in_cache(folder: Path) -> tuple[str | None, str | None]:
    """Id and commit, if this is models--OWNER--NAME/snapshots/COMMIT of the hub's cache."""
    repository = folder.parent.parent.name
    if folder.parent.name != "snapshots" or not _COMMIT.fullmatch(folder.name):
        return None, None
    if not repository.startswith("models--"):
        return None, None
    return repository.removeprefix("models--").replace("--", "/"), folder.name


def _cached(name: str, revision: str | None) -> Path | None:
    """The folder in the cache, if what describes a model is in it."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(
            snapshot_download(name, revision=revision, cache_dir=_cache(), local_files_only=True)
        )
    except (OSError, ValueError):  # not there, or known to be incomplete
        return None
    described = any((folder / file).is_file() for file in ("config.json", "adapter_config.json"))
    return folder if described else None


def _has_weights(folder: Path) -> bool:
    """Whether all files that the index lists are there; without an index, any."""
    index = _read_json(folder / "model.safetensors.index.json")
    files = set(index.get("weight_map", {}).values())
    if files:
        return all((folder / file).is_file() for file in files)
    return any(folder.glob(_WEIGHTS))


def _fetched(name: str, revision: str | None, patterns: tuple[str, ...]) -> Path:
    """The folder in the cache with these files, from the network if they are not all there."""
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                name, revision=revision, allow_patterns=list(patterns), cache_dir=_cache()
            )
        )
    except (OSError, ValueError) as error:  # of the hub, the network or the disk
        wanted = f"{name} at {revision}" if revision else name
        raise EncoderError(
            f"{wanted} is not in the hub's cache {_cache()} and cannot be fetched:"
            f" {type(error).__name__}: {error}. Check the name and the network, or give a folder."
        ) from error


def _cache() -> Path:
    """Where the hub's client keeps models, by the variables that it documents."""
    if "HF_HUB_CACHE" in os.environ:
        return Path(os.environ["HF_HUB_CACHE"]).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("HF_HOME", f"{cache}/huggingface")
    return Path(home).expanduser() / "hub"
