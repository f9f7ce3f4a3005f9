"""`recto convert-imagebind`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import note, plain, write, write_json
from .crossmodal import AcceptLicenseOption
from .settings import JsonOption, QuietOption, argument, chosen

if TYPE_CHECKING:
    from recto.engine.crossmodal.imagebind.config import TowerName
    from recto.engine.crossmodal.imagebind.converting import Dtype


def convert_imagebind(
    context: typer.Context,
    weights: Annotated[Path, argument("WEIGHTS")],
    folder: Annotated[Path, argument("FOLDER")],
    bf16: Annotated[
        bool, typer.Option("--bf16", help="In bfloat16: half the size, nearly the same vectors.")
    ] = False,
    accept_license: AcceptLicenseOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Convert ImageBind's weights into one safetensors file for each tower.

    WEIGHTS is imagebind_huge.pth, which is never fetched; FOLDER is given to --crossmodal-encoder
    in its place. Of it only the towers that are used are loaded, and nothing in it could be code.
    Interrupted, the same command goes on from there. --bf16 goes with --crossmodal-setting
    dtype=bfloat16.

    \b
    Example:
      recto convert-imagebind imagebind_huge.pth imagebind/ --accept-license cc-by-nc-sa-4.0
    """
    settings = chosen(context, as_json=as_json, quiet=quiet)
    from recto.engine.crossmodal.extra import require_extra
    from recto.engine.crossmodal.imagebind.licence import require_licence

    require_licence(accept_license)
    require_extra("torch", "safetensors")
    from recto.engine.crossmodal.imagebind.converting import convert

    written: list[TowerName] = []

    def told(tower: TowerName) -> None:
        written.append(tower)
        if not settings.quiet:
            note(f"{tower} …")

    place = folder.expanduser()
    dtype: Dtype = "bfloat16" if bf16 else "float32"
    convert(weights.expanduser(), place, dtype=dtype, told=told)
    if settings.json:
        write_json({"folder": str(place), "dtype": dtype, "written": written})
    elif not settings.quiet:
        write(f"{plain(str(place))} holds all towers in {dtype}; {len(written)} were written now.")
