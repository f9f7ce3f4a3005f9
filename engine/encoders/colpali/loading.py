"""A checkpoint becomes a model and a processor, or an error; never a model with random weights.

Imports torch. Adapters are applied by peft to the base and merged: opened by `from_pretrained`,
many versions of transformers leave them out, without an error. They are merged before a model is
moved: into weights that accelerate has taken away peft merges nothing, without an error either.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import torch
import transformers
from safetensors import safe_open

from recto.engine.encoders.colpali.checkpoint import Checkpoint, base_of
from recto.engine.encoders.colpali.extra import INSTALL
from recto.engine.encoders.colpali.families import FAMILIES, REMOTE, Family
from recto.engine.encoders.colpali.merging import merged
from recto.engine.encoders.colpali.placement import Machine, Placement, choose
from recto.engine.encoders.colpali.quantizing import quantized
from recto.engine.encoders.colpali.settings import Settings
from recto.engine.encoders.colpali.spreading import spread
from recto.engine.errors import EncoderError, OutOfMemory, RectoError, RectoWarning

_UNUSED = re.compile(r"(^|\.)(lm_head|mtp|talker|token2wav)(\.|$)|rotary_emb\.inv_freq$")
"""Weights that no vector depends on: of generation, and constants that older versions saved."""

_KERNELS = {"flash-linear-attention": "fla", "causal-conv1d": "causal_conv1d"}
"""Packages and the names under which they are imported."""
_PROCESSOR = ("processor_config.json", "preprocessor_config.json")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Loaded:
    """A model, ready to run, and what makes its input."""

    checkpoint: Checkpoint
    base: Checkpoint | None
    """Of an adapter."""
    family: Family
    model: torch.nn.Module
    processor: transformers.ProcessorMixin
    placement: Placement


def load(
    checkpoint: Checkpoint, *, machine: Machine, settings: Settings, trusted: bool = False
) -> Loaded:
    """`trusted`: Python that the checkpoint brings along may be run.

    Raises EncoderError when weights are missing, left over or of another shape, when no class is
    known, or when the installed packages cannot read it; OutOfMemory.
    """
    base = base_of(checkpoint, revision=settings.base_revision) if checkpoint.adapter else None
    weights = base or checkpoint
    family = family_of(weights, trusted=trusted)
    with quiet(), translated(weights, family):
        placement = choose(
            machine,
            _parameters(weights.folder),
            settings.dtype,
            flash_attention=family.flash_attention,
        )
        model = _load_weights(
            weights,
            family,
            placement,
            brought=_brought_by(checkpoint),
            at_once=placement.device == "auto" and base is None,
        )
    with quiet(), translated(checkpoint, family):
        if base is not None:
            model = merged(model, checkpoint)
        if placement.dtype == "int8":
            model = quantized(model)
        model = _placed(model, placement)
        # Adapters trained elsewhere leave the processor to their base.
        own = any((checkpoint.folder / name).is_file() for name in _PROCESSOR)
        processor = class_of(family, family.processor).from_pretrained(
            checkpoint.folder if own else weights.folder, **_permission(family)
        )
    warn_of_slow_layers(checkpoint.name, family, placement)
    return Loaded(
        checkpoint=checkpoint,
        base=base,
        family=family,
        model=model.eval(),
        processor=processor,
        placement=placement,
    )


def family_of(checkpoint: Checkpoint, *, trusted: bool = False) -> Family:
    """How its config.json says that it is read."""
    family = FAMILIES.get(checkpoint.model_type)
    if family is not None:
        return family
    if checkpoint.brings_code and trusted:
        return REMOTE
    if checkpoint.brings_code:
        raise EncoderError(
            f"{checkpoint.name} is of the kind {checkpoint.model_type!r}, which is read only by"
            " Python code that it brings along. Read the code; if you trust it, allow it with"
            " --trust-remote-code (in Python trust_remote_code=True), or choose another"
            " checkpoint."
        )
    raise EncoderError(
        f"{checkpoint.name} is of the kind {checkpoint.model_type!r}, which is no retriever that we"
        f" read; expected one of {', '.join(FAMILIES)} as model_type in config.json."
    )


def class_of(family: Family, name: str) -> type[torch.nn.Module]:
    """A class of the package that reads this family. Raises EncoderError where it has none."""
    try:
        found: type[torch.nn.Module] = getattr(import_module(family.package), name)
        return found
    except (ImportError, AttributeError) as error:
        package = family.package.partition(".")[0]
        raise EncoderError(
            f"The installed {package} {version(package)} has no {name} ({error}). Install a version"
            f" that has: {INSTALL}"
        ) from error


def _load_weights(
    checkpoint: Checkpoint,
    family: Family,
    placement: Placement,
    *,
    brought: Sequence[str],
    at_once: bool,
) -> torch.nn.Module:
    """In main memory, or spread `at_once`. `brought`: parts of names of the weights that an
    adapter holds whole."""
    if not list(checkpoint.folder.glob("*.safetensors")):
        raise EncoderError(
            f"{checkpoint.folder} holds no *.safetensors; weights in other files are not read, for"
            " they can run code."
        )
    model, info = class_of(family, family.model).from_pretrained(
        checkpoint.folder,
        dtype=torch.float32 if placement.dtype == "int8" else getattr(torch, placement.dtype),
        attn_implementation=placement.attention,
        device_map="auto" if at_once else None,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # they are listed, and refused below
        local_files_only=True,
        **_permission(family),
    )
    missing = [key for key in info["missing_keys"] if not _names(key, brought)]
    _check_weights(checkpoint, family, "are missing", missing)
    _check_weights(checkpoint, family, "are left over", info["unexpected_keys"])
    shapes = [str(key[0] if isinstance(key, tuple) else key) for key in info["mismatched_keys"]]
    _check_weights(checkpoint, family, "have another shape", shapes)
    if family.model == "ColPali":
        # Not used, yet it would cost logits over 257,000 words a token; and it is left without
        # storage, so that the model could not be moved.
        model.model.lm_head = torch.nn.Identity()
    return model


def _placed(model: torch.nn.Module, placement: Placement) -> torch.nn.Module:
    if placement.device != "auto":
        return model.to(placement.device)
    # Where there is no adapter, transformers has done it while it was reading.
    return model if hasattr(model, "hf_device_map") else spread(model)


def _permission(family: Family) -> dict[str, bool]:
    """Said only where it is meant."""
    return {"trust_remote_code": True} if family.remote else {}


def _names(key: str, parts: Iterable[str]) -> bool:
    return any(part in key for part in parts)


def _check_weights(
    checkpoint: Checkpoint, family: Family, trouble: str, keys: Iterable[str]
) -> None:
    wrong = sorted(key for key in keys if not _UNUSED.search(key))
    if wrong:
        raise EncoderError(
            f"{checkpoint.folder} does not fit {family.model}: {len(wrong)} weights {trouble}, for"
            f" example {', '.join(wrong[:3])}. Its vectors would be wrong, so it is not used; check"
            " that its config.json belongs to its weights, and that they are complete."
        )


def _brought_by(checkpoint: Checkpoint) -> tuple[str, ...]:
    return tuple(checkpoint.adapter.get("modules_to_save") or ())


def warn_of_slow_layers(name: str, family: Family, placement: Placement) -> None:
    """A RectoWarning where a GPU would compute linear attention step by step; transformers says so
    in its log alone."""
    if not family.linear_attention or placement.device in ("cpu", "mps"):
        return
    missing = [package for package, module in _KERNELS.items() if find_spec(module) is None]
    if missing:
        warnings.warn(
            f"{name} has layers of linear attention, which a GPU computes step by step, and slowly,"
            f" where {' and '.join(missing)} cannot be imported. Its vectors are the same. Install:"
            f" pip install {' '.join(missing)}",
            RectoWarning,
            stacklevel=2,
        )


def _parameters(folder: Path) -> int:
    """How many numbers the weights are, by their headers."""
    total = 0
    for path in folder.glob("*.safetensors"):
        with safe_open(path, "np") as file:
            for key in file.keys():  # noqa: SIM118
                size = 1
                for length in file.get_slice(key).get_shape():
                    size *= length
                total += size
    return total


@contextmanager
def translated(checkpoint: Checkpoint, family: Family) -> Iterator[None]:
    """What other packages raise for a checkpoint that they cannot use is of many kinds."""
    try:
        yield
    except (RectoError, MemoryError):
        raise
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(
            f"{checkpoint.name} does not fit the memory of the device: {error}"
        ) from error
    except Exception as error:
        raise EncoderError(
            f"{checkpoint.folder} cannot be used as {family.model} with transformers"
            f" {transformers.__version__}: {type(error).__name__}: {error}. Check that its files"
            " are complete and belong together; if they are, another version of transformers may"
            f" read them. Install those that are known to: {INSTALL}"
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Without the reports of transformers, which we check ourselves, and its progress bars."""
    logging = transformers.logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
