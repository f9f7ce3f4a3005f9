"""The part of `recto encoders` that lists those of sound and film."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

_INSTALL = 'pip install "recto[crossmodal]"'


def crossmodal_as_json() -> dict[str, Any]:
    from recto.engine.crossmodal.known import KNOWN

    return {"crossmodal": [asdict(model) for model in KNOWN]}


def crossmodal_table() -> Table:
    from rich.table import Table
    from rich.text import Text

    from recto.engine.crossmodal.known import KNOWN

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("encoder", no_wrap=True)
    for name in ("t>s", "f>s", "t>f", "B"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("besides text", overflow="fold")
    table.add_column("licence", overflow="fold")
    for model in KNOWN:
        figures = (model.text_to_sound, model.film_to_sound, model.text_to_film)
        table.add_row(
            Text(model.name, "bold"),
            *("" if figure is None else f"{figure:.1f}" for figure in figures),
            f"{model.parameters:.2f}",
            model.modalities,
            Text(model.licence, "dim"),
        )
    return table


def crossmodal_notes() -> list[str]:
    from recto.engine.crossmodal.extra import is_installed
    from recto.engine.crossmodal.known import SOURCE

    notes = [
        "t>s, f>s, t>f: recall at 1 in percent, of sound by text (AudioCaps), sound by film"
        f" (VGGSound), film by text (MSR-VTT). {SOURCE} Of imagebind give the path of"
        " imagebind_huge.pth in place of the name, and --accept-license cc-by-nc-sa-4.0."
    ]
    return notes if is_installed() else [*notes, f"They need more packages: {_INSTALL}"]
