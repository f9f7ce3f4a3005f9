"""The cross-modal encoders that there are, by name. Imports no model before one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recto.engine.crossmodal.known import KNOWN
from recto.engine.crossmodal.protocol import CrossModalEncoder
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import EncoderError

IMAGEBIND = "imagebind"


def names() -> tuple[str, ...]:
    """Every short name that `make` takes."""
    return tuple(model.name for model in KNOWN)


def make(
    name: str, *, settings: Mapping[str, str] | None = None, device: str | None = None
) -> CrossModalEncoder:
    """The encoder of that name.

    `name` is one of `names()`; the path of imagebind_huge.pth, or of a folder with it or with what
    it was converted to; a PE-AV, or a CLAP and a SigLIP with a + between them, as folders or ids on
    the hub. `settings` are what a user chose or a library recorded. `device` is as torch names it;
    None is the best there is.

    Raises EncoderError, LicenceNotAccepted, MissingExtra, OutOfMemory.
    """
    from recto.engine.crossmodal.extra import require_extra

    place = canonical(name)
    require_extra()
    if _is_imagebind(place):
        from recto.engine.crossmodal.imagebind.encoder import open_encoder as open_imagebind

        return open_imagebind(place, settings=settings, device=device)
    if "+" in place and not Path(place).expanduser().exists():
        from recto.engine.crossmodal.clap_siglip.encoder import open_encoder as open_pair

        return open_pair(place, settings=settings, device=device)
    from recto.engine.crossmodal.pe_av.encoder import open_encoder as open_pe_av

    return open_pe_av(place, settings=settings, device=device)


def indexing_settings(name: str) -> Mapping[str, str]:
    """Those by which clips of a library are encoded unless others are chosen: clips are short, and
    one look at the middle of each costs a fifteenth of the published recipe. Whole films that are
    asked with or classified are looked at as published."""
    return {"clips": "1", "crops": "1"} if _is_imagebind(name) else {}


def is_recorded(name: str, recorded: EncoderId) -> bool:
    """Whether a user's name for an encoder means the one that a library recorded."""
    if name in (recorded.name, recorded.source):
        return True
    path = Path(name).expanduser()
    return path.exists() and str(path.absolute()) == recorded.source


def remake(recorded: EncoderId, *, device: str | None = None) -> CrossModalEncoder:
    """The encoder that a library recorded, from where it was loaded then."""
    return make(recorded.source, settings=recorded.settings, device=device)


def canonical(name: str) -> str:
    """The path or id that a short name stands for. Raises EncoderError for imagebind, of which the
    weights must be given."""
    if name.casefold() == IMAGEBIND and not Path(name).exists():
        raise EncoderError(
            "ImageBind's weights are not fetched: give the path of imagebind_huge.pth, or of the"
            " folder that it was converted to, in place of the name."
        )
    for model in KNOWN:
        if name.casefold() == model.name and model.id:
            return model.id
    return name


def _is_imagebind(place: str) -> bool:
    """By what is there: a file, or towers in a folder, which has no config.json then."""
    path = Path(place).expanduser()
    if path.suffix == ".pth":
        return True
    return path.is_dir() and any(path.glob("imagebind[-_]*"))
