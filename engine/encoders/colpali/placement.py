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
    reason: str
    """For a person."""


def choose(machine: Machine, parameters: int, dtype: str | None = None) -> Placement:
    """The fastest arithmetic that this machine does natively, unless a `dtype` is wanted.

    int8 is for processors, and computed there whatever else there is.
    """
    gpu = dtype != "int8"
    if machine.cards and gpu:
        return _on_cards(machine, parameters, dtype)
    if machine.mps and gpu:
        return Placement(
            device="mps",
            dtype=dtype or "float32",
            attention="sdpa",
            reason="on Apple's GPU" + _because(dtype, "in float32: half precision gives NaN there"),
        )
    native = machine.fast_bfloat16
    return Placement(
        device="cpu",
        dtype=dtype or ("bfloat16" if native else "float32"),
        attention="sdpa",
        reason="on the processor"
        + (", as there is no GPU" if gpu else "")
        + _because(
            dtype,
            "in bfloat16, which this one multiplies natively, about twice as fast as float32"
            if native
            else "in float32, as this one does not multiply bfloat16 natively; int8 is faster",
        ),
    )


def _on_cards(machine: Machine, parameters: int, dtype: str | None) -> Placement:
    card = max(machine.cards, key=lambda card: card.free)
    native = card.capability >= (8, 0)
    chosen = dtype or ("bfloat16" if native else "float16")
    size = parameters * BYTES[chosen]
    fits = size <= _WEIGHTS_OF_MEMORY * card.free
    spread = not fits
    where = (
        f"spread over {len(machine.cards)} GPUs and main memory, as its {size / 2**30:.1f} GiB do"
        f" not fit the {card.free / 2**30:.1f} GiB that {card.name} has free"
        if spread
        else f"on {card.name}"
    )
    return Placement(
        device="auto" if spread else f"cuda:{machine.cards.index(card)}",
        dtype=chosen,
        attention="flash_attention_2"
        if machine.flash_attention and native and chosen != "float32"
        else "sdpa",
        reason=where
        + _because(
            dtype,
            "in bfloat16, which it multiplies natively"
            if native
            else "in float16, as it does not multiply bfloat16 natively",
        ),
    )


def _because(wanted: str | None, reason: str) -> str:
    return f", in {wanted}, as it was asked to" if wanted else f", {reason}"


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
