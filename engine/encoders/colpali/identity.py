"""What a library records of an encoder of this family."""

from __future__ import annotations

import hashlib
import json
from importlib import metadata

from recto.engine.encoders.colpali.inputs import Inputs
from recto.engine.encoders.colpali.loading import Loaded
from recto.engine.encoders.colpali.pooling import POOLER
from recto.engine.encoders.colpali.settings import Settings
from recto.engine.encoders.protocol import EncoderId

PACKAGES = ("transformers", "colpali-engine")
"""Of which another version may make other vectors, and mostly makes the same."""
_LAYOUT = "2"
"""Counts the changes of our code that change vectors: here, and in how wide pages are drawn."""


def identity(loaded: Loaded, inputs: Inputs, wanted: Settings, dim: int) -> EncoderId:
    """Of an encoder of vectors of `dim` numbers."""
    checkpoint, base, family = loaded.checkpoint, loaded.base, loaded.family
    settings = {
        "weights": checkpoint.revision,
        "model": family.model,
        "dtype": loaded.placement.dtype,
        "prefix": inputs.prefix,
        "pool_factor": str(wanted.pool_factor),
        "layout": _LAYOUT,
        **{package: _minor(package) for package in PACKAGES},
    }
    if base is not None:
        settings["base"] = f"{base.name}@{base.revision}"
    if wanted.pool_factor > 1:
        settings["pooler"] = POOLER
    if wanted.page_text:
        settings["page_text"] = "yes"
    if inputs.visual_tokens is not None:
        settings["visual_tokens"] = str(inputs.visual_tokens)
    revision = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]
    source = "" if checkpoint.source == checkpoint.name else checkpoint.source
    return EncoderId(
        name=checkpoint.name, revision=revision, dim=dim, settings=settings, source=source
    )


def _minor(package: str) -> str:
    """Its version without the last number, which is for repairs."""
    return ".".join(metadata.version(package).split(".")[:2])
