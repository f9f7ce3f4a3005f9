"""`recto encoders`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import typer

from .console import write, write_json
from .crossmodal_encoders import crossmodal_as_json, crossmodal_notes, crossmodal_table
from .environment import memory
from .settings import JsonOption, QuietOption, chosen

if TYPE_CHECKING:
    from rich.table import Table

    from recto.engine.encoders.choices import Choices
    from recto.engine.encoders.colpali.placement import Machine
    from recto.engine.encoders.known import KnownModel

_GIB = 2**30
_SYSTEM = 0.5
"""GiB of main memory that a computer keeps for itself."""
_QUICK = 1.0
"""Billions of parameters up to which a processor reads a page in seconds."""
_EXTRA = "colpali"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An encoder that a library can be made with."""

    encoder: str
    """What --encoder takes."""
    id: str
    """On the hub."""
    licence: str
    dim: int
    patches: int | None
    """Vectors of an A4 page; None: one a word."""
    vidore_v1: float | None
    """nDCG@5 in percent; None where it was not published."""
    vidore_v2: float | None
    """nDCG@5."""
    vidore_v3: float | None
    """nDCG@10."""
    memory_gib: float
    """For a page at a time, in the arithmetic that this machine would use; in 16 bits where that
    is not known, as the extra is not installed."""
    fits: bool
    """Whether this machine has the memory."""
    installed: bool
    """Whether what it needs of Python packages is there."""
    here: str
    """How it runs on this machine, or why it does not."""


BUILT_IN = Offer(
    encoder="words",
    id="words",
    licence="Apache-2.0",
    dim=128,
    patches=None,
    vidore_v1=None,
    vidore_v2=None,
    vidore_v3=None,
    memory_gib=0.2,
    fits=True,
    installed=True,
    here="yes, built in",
)


def encoders(
    context: typer.Context, as_json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """List the encoders that a library can be made with.

    words is built in and reads the words of a page. The others look at its picture and are fetched
    from the hub when they are first used. --encoder of `recto add` takes a name of this list, the
    folder of a checkpoint, any other id on the hub, or the address of a vLLM server with one of
    them: vllm+http://HOST:PORT/MODEL, its key in $RECTO_ENCODER_KEY. Below the list stand the
    settings that --encoder-setting takes.

    \b
    Example:
      recto encoders --json
    """
    from recto.engine.encoders.colpali.extra import INSTALL, is_installed
    from recto.engine.encoders.known import SOURCE

    settings = chosen(context, as_json=as_json, quiet=quiet)
    offers = _offers()
    if settings.json:
        listed = [asdict(offer) for offer in offers]
        write_json(
            {
                "encoders": listed,
                "settings": {kind: dict(takes) for kind, takes in _settings().items()},
                "source": SOURCE,
                "install": INSTALL,
                **crossmodal_as_json(),
            }
        )
        return
    write(_table(offers))
    write("", "For --crossmodal-encoder, by which sound and film are found:", crossmodal_table())
    if not settings.quiet:
        write(
            "", f"v1, v2, v3: nDCG in percent on ViDoRe version 1 and 2 (@5) and 3 (@10). {SOURCE}"
        )
        write("GiB: memory for a page at a time, in the arithmetic that this machine would use.")
        for kind, takes in _settings().items():
            write("", f"--encoder-setting NAME=VALUE of {kind} encoders:")
            write(*(f"  {name}: {what}" for name, what in takes.items()))
        if is_installed():
            write("", f"A model of a billion parameters runs here {_placed()}.")
        else:
            write("", f"Encoders that look at pages need more packages: {INSTALL}")
        write("", *crossmodal_notes())


def _settings() -> dict[str, Choices]:
    """What can be chosen of encoders on this machine, and of those on a server."""
    from recto.engine.encoders.colpali.settings import CHOICES as LOCAL
    from recto.engine.encoders.remote.settings import CHOICES as REMOTE

    return {"local": LOCAL, "remote": REMOTE}


def _offers() -> list[Offer]:
    from recto.engine.encoders.colpali.extra import is_installed
    from recto.engine.encoders.known import KNOWN

    machine = _machine() if is_installed() else None
    return [BUILT_IN, *(offer(model, machine, memory()) for model in KNOWN)]


def _placed() -> str:
    """Where a model runs on this machine, in which arithmetic, and why."""
    from recto.engine.encoders.colpali.placement import choose

    return str(choose(_machine(), 10**9))


def _machine() -> Machine:
    from recto.engine.encoders.colpali.placement import this_machine

    return this_machine()


def offer(model: KnownModel, machine: Machine | None, main_memory: int | None) -> Offer:
    """The `model` on a machine; None for `machine` where the extra is not installed, so that
    nobody knows its GPUs. `main_memory` in bytes, None where the system does not tell."""
    from recto.engine.encoders.colpali.placement import BYTES, choose

    size = BYTES[choose(machine, _count(model)).dtype] if machine else 2
    fits, here = _fit(model, machine, main_memory)
    first, second, third = model.vidore
    return Offer(
        encoder=model.name,
        id=model.id,
        licence=model.licence,
        dim=model.dim,
        patches=model.patches,
        vidore_v1=first,
        vidore_v2=second,
        vidore_v3=third,
        memory_gib=model.memory_in(size),
        fits=fits,
        installed=machine is not None,
        here=here,
    )


def _fit(model: KnownModel, machine: Machine | None, main_memory: int | None) -> tuple[bool, str]:
    from recto.engine.encoders.colpali.placement import BYTES, choose

    main = float("inf") if main_memory is None else main_memory / _GIB - _SYSTEM
    if machine is None:
        fits = model.memory <= main
        return fits, f"needs recto[{_EXTRA}]" + ("" if fits else f" and {model.memory} GiB")
    placement = choose(machine, _count(model))
    if placement.device.startswith("cuda"):
        return True, f"yes, on {max(machine.cards, key=lambda card: card.free).name}"
    room = main + sum(card.free / _GIB for card in machine.cards)
    needed = model.memory_in(BYTES[placement.dtype])
    if needed > room:
        return False, f"no, {needed} GiB in {placement.dtype} of {max(room, 0):.1f}"
    if placement.device == "mps":
        return True, "yes, on Apple's GPU"
    where = "on GPU and processor" if machine.cards else "on the processor"
    return True, f"yes, {where}" + (", slowly" if model.parameters > _QUICK else "")


def _count(model: KnownModel) -> int:
    """Of its parameters."""
    return round(model.parameters * 1e9)


def _table(offers: list[Offer]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("encoder", no_wrap=True)
    for name in ("v1", "v2", "v3", "dim", "patches", "GiB"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("here", overflow="fold")
    table.add_column("licence", overflow="fold")
    for offer in offers:
        scores = (offer.vidore_v1, offer.vidore_v2, offer.vidore_v3)
        table.add_row(
            Text(offer.encoder, "bold"),
            *("" if score is None else f"{score:.1f}" for score in scores),
            f"{offer.dim}",
            "a word" if offer.patches is None else f"{offer.patches:,}",
            f"{offer.memory_gib:.1f}",
            Text(offer.here, "" if offer.fits and offer.installed else "yellow"),
            Text(offer.licence, "dim"),
        )
    return table
