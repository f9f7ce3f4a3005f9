"""Where a model runs and in which arithmetic, with the reason.

`choose` knows machines as data only; `this_machine` imports torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

_WEIGHTS_OF_MEMORY = 0.7
"""The part of a card that weights may take; the rest is for what a batch needs."""
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A CUDA device."""

    name: str
    capability: tuple[int, int]
    free: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    cards: tuple[Card, ...] = ()
    mps: bool = False
    fast_bfloat16: bool = False
    """Whether the processor multiplies bfloat16 natively."""
    flash_attention: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    device: str
    """As torch names it; "auto": accelerate spreads the model over all cards."""
    dtype: str
    attention: str
    """The kernel, as transformers names it."""
    reason: str
    """For a person."""

    def __str__(self) -> str:
        where = "spread by accelerate" if self.device == "auto" else f"on {self.device}"
        return f"{where} in {self.dtype} with {self.attention} attention: {self.reason}"


def choose(
    machine: Machine, parameters: int, dtype: str | None = None, *, flash_attention: bool = False
) -> Placement:
    """The fastest arithmetic that this machine does natively, unless a `dtype` is wanted.

    `flash_attention`: whether it keeps the vectors of the model; else it is not chosen.
    int8 is for processors, and computed there whatever else there is. It is never chosen unasked:
    it changes what is found in a way that only trained weights can show.
    """
    if dtype != "int8":
        if machine.cards:
            return _on_cards(machine, parameters, dtype, flash_attention)
        if machine.mps:
            return Placement(
                device="mps",
                dtype=dtype or "float32",
                attention="sdpa",
                reason="Apple's GPU, where half precision gives NaN" + _wanted(dtype),
            )
    return _on_processor(machine, dtype)


def _on_processor(machine: Machine, dtype: str | None) -> Placement:
    native = machine.fast_bfloat16
    if dtype == "int8":
        reason = "int8 is for processors"
    elif native:
        reason = (
            "no GPU was found; this processor multiplies bfloat16 natively, about twice as fast as"
            " float32"
        )
    else:
        reason = (
            "no GPU was found; this processor does not multiply bfloat16 natively, and int8, which"
            " is faster than float32 but less exact, is not chosen unasked (dtype=int8)"
        )
    return Placement(
        device="cpu",
        dtype=dtype or ("bfloat16" if native else "float32"),
        attention="sdpa",
        reason=reason + _wanted(dtype),
    )


def _on_cards(
    machine: Machine, parameters: int, dtype: str | None, flash_attention: bool
) -> Placement:
    card = max(machine.cards, key=lambda card: card.free)
    native = card.capability >= (8, 0)
    chosen = dtype or ("bfloat16" if native else "float16")
    size = parameters * BYTES[chosen]
    fits = size <= _WEIGHTS_OF_MEMORY * card.free
    room = f"{size / 2**30:.1f} GiB of weights, {card.free / 2**30:.1f} GiB free on {card.name}"
    if not fits:
        room += f": over {len(machine.cards)} GPUs and main memory"
    multiplies = "multiplies" if native else "does not multiply"
    flash = flash_attention and machine.flash_attention and native and chosen != "float32"
    return Placement(
        device=f"cuda:{machine.cards.index(card)}" if fits else "auto",
        dtype=chosen,
        attention="flash_attention_2" if flash else "sdpa",
        reason=f"{room}; it {multiplies} bfloat16 natively" + _wanted(dtype),
    )


def _wanted(dtype: str | None) -> str:
    """A dtype that was asked for, or that a library was made with, is not ours to explain."""
    return f"; {dtype} was chosen, or recorded by the library" if dtype else ""


@cache
def _fast_bfloat16() -> bool:
    import torch

    if not hasattr(torch.cpu, "get_capabilities"):  # torch before 2.11
        return False
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def this_machine() -> Machine:
    """Imports torch and asks it."""
    import torch
    from transformers.utils import is_flash_attn_2_available

    return Machine(
        cards=tuple(
            Card(
                name=torch.cuda.get_device_name(index),
                capability=torch.cuda.get_device_capability(index),
                free=torch.cuda.mem_get_info(index)[0],
            )
            for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
        ),
        mps=torch.backends.mps.is_available(),
        fast_bfloat16=_fast_bfloat16(),
        flash_attention=bool(is_flash_attn_2_available()),
    )
