"""What the clips of a library were made with. Knows nothing of where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import DamagedLibrary, EncoderMismatch, NewerLibrary
from recto.engine.store.clips.records import CLIP_MODALITIES, ClipModality

FORMAT = 1
"""Grows when an older recto could no longer read what we write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipsManifest:
    encoder: EncoderId
    dims: Mapping[ClipModality, int]
    format: int = FORMAT

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def clips_manifest_of(fields: Mapping[str, Any], place: str) -> ClipsManifest:
    """What `to_json` has made these fields of. Raises NewerLibrary, DamagedLibrary."""
    try:
        format = int(fields["format"])
        if format > FORMAT:
            raise NewerLibrary(
                f"The clips of {place} were written in format {format}; this recto knows formats"
                f" up to {FORMAT}. Update recto."
            )
        dims = {
            modality: int(fields["dims"][modality])
            for modality in CLIP_MODALITIES
            if modality in fields["dims"]
        }
        return ClipsManifest(encoder=EncoderId(**fields["encoder"]), dims=dims, format=format)
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedLibrary(
            f"What {place} says of its clips cannot be understood ({error!r}); expected what recto"
            " wrote. Restore it from a backup."
        ) from error


def check_clips_encoder(place: str, recorded: EncoderId, given: EncoderId) -> None:
    """EncoderMismatch unless they are the same."""
    if recorded == given:
        return
    names = sorted(recorded.settings.keys() | given.settings.keys())
    differing = [
        f"{name} was {recorded.settings.get(name)!r}, is {given.settings.get(name)!r}"
        for name in names
        if recorded.settings.get(name) != given.settings.get(name)
    ]
    raise EncoderMismatch(
        f"The sound, film and pictures of {place} were encoded by {recorded.name} (revision"
        f" {recorded.revision}), and {given.name} (revision {given.revision}) was chosen now; their"
        f" vectors cannot be compared. What differs: {'; '.join(differing) or 'the model'}. Choose"
        " the same encoder, or none, which takes the library's own; for another one make another"
        " library, or remove the media of this one first."
    )
