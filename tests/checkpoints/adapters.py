"""LoRA adapters as they lie on the hub, with weights under the names of older versions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

import torch
from safetensors.torch import load_file, save_file

from tests.checkpoints.making import classes

_RANK, _ALPHA = 4, 8
_LINEAR = "(down_proj|gate_proj|up_proj|k_proj|q_proj|v_proj|o_proj)"
_TEXT = rf"(.*(model).*{_LINEAR}.*$|.*(custom_text_proj).*$)"
_LANGUAGE = rf"(.*(language_model).*{_LINEAR}.*$|.*(custom_text_proj).*$)"
TARGETS = {
    "colpali": _LANGUAGE,
    "colqwen2": _TEXT,
    "colqwen2_5": _TEXT,
    "colqwen3": _TEXT,
    "colqwen3_5": _LANGUAGE,
    "colgemma3": _LANGUAGE,
    "colqwen_omni": _TEXT,
    "colidefics3": rf"(.*(model.text_model).*{_LINEAR}.*$|.*(linear).*$)",
    "colmodernvbert": r"(.*(model.text_model).*(Wqkv|Wo|Wi).*$|.*(custom_text_proj).*$)",
}
"""The modules that published adapters of the family change."""
_OLD_NAMES: dict[str, Sequence[tuple[str, str]]] = {
    "colpali": [
        (r"^model\.model\.language_model\.", "model.language_model.model."),
        (r"^model\.model\.vision_tower\.(?!vision_model)", "model.vision_tower.vision_model."),
        (r"^model\.model\.", "model."),
        (r"^model\.lm_head", "model.language_model.lm_head"),
    ],
    "colqwen2": [(r"^language_model\.", "model.")],
    "colqwen2_5": [(r"^language_model\.", "model.")],
    "colqwen3": [
        (r"^language_model\.", "model.language_model."),
        (r"^visual\.", "model.visual."),
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    base: Path
    adapter: Path
    merged: Path
    """All weights, with the adapter added by hand."""


def adapted(family: str, source: Path, folder: Path) -> Adapted:
    """An adapter of a tiny checkpoint, with random weights."""
    made = Adapted(base=folder / "base", adapter=folder / "adapter", merged=folder / "merged")
    copytree(source, made.base, ignore=ignore_patterns("model.safetensors"))
    copytree(source, made.adapter, ignore=ignore_patterns("model.safetensors", "config.json"))
    copytree(source, made.merged, ignore=ignore_patterns("model.safetensors"))
    model = classes(family)[0].from_pretrained(source, dtype=torch.float32)
    _save_under_old_names(family, model, made.base)
    generator = torch.Generator().manual_seed(1)
    tensors = {}
    with torch.no_grad():
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.Linear) and re.fullmatch(TARGETS[family], name):
                down = torch.randn(_RANK, module.in_features, generator=generator) * 0.05
                up = torch.randn(module.out_features, _RANK, generator=generator) * 0.05
                old = _old_name(family, f"{name}.weight").removesuffix(".weight")
                tensors[f"base_model.model.{old}.lora_A.weight"] = down
                tensors[f"base_model.model.{old}.lora_B.weight"] = up
                module.weight += up @ down * (_ALPHA / _RANK)
    weights = {name: w for name, w in model.state_dict().items() if not w.is_meta}
    model.save_pretrained(made.merged, state_dict=weights)
    write_adapter(made.adapter, tensors, base=str(made.base), targets=TARGETS[family])
    return made


def with_whole_head(made: Adapted, *, in_base: bool) -> Adapted:
    """The same, but that the adapter of a ColQwen2 holds the head as a whole, and another one; with
    `in_base` there is one in the base as well."""
    weight = torch.randn(128, 64, generator=torch.Generator().manual_seed(2)) * 0.1
    head = {"custom_text_proj.weight": weight, "custom_text_proj.bias": weight[:, 0].clone()}
    path = made.merged / "model.safetensors"
    merged = load_file(path)
    assert merged.keys() >= head.keys()
    save_file(merged | head, path, metadata={"format": "pt"})
    if not in_base:
        path = made.base / "model.safetensors"
        base = {name: tensor for name, tensor in load_file(path).items() if name not in head}
        save_file(base, path, metadata={"format": "pt"})
    lora = load_file(made.adapter / "adapter_model.safetensors")
    lora = {name: tensor for name, tensor in lora.items() if "custom_text_proj" not in name}
    write_adapter(
        made.adapter,
        lora | {f"base_model.model.{name}": tensor for name, tensor in head.items()},
        base=str(made.base),
        targets=rf".*(model).*{_LINEAR}.*$",
        whole=["custom_text_proj"],
    )
    return made


def change_adapter(
    folder: Path, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]
) -> None:
    """Replace the tensors of an adapter by what `change` makes of them."""
    path = folder / "adapter_model.safetensors"
    save_file(change(load_file(path)), path, metadata={"format": "pt"})


def write_adapter(
    folder: Path,
    tensors: dict[str, torch.Tensor],
    *,
    base: str,
    targets: str,
    whole: Sequence[str] | None = None,
) -> None:
    """`whole`: modules that it does not change, but replace."""
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    description = {
        "peft_type": "LORA",
        "task_type": "FEATURE_EXTRACTION",
        "base_model_name_or_path": base,
        "r": _RANK,
        "lora_alpha": _ALPHA,
        "lora_dropout": 0.1,
        "bias": "none",
        "target_modules": targets,
        "modules_to_save": whole,
        "init_lora_weights": "gaussian",
        "fan_in_fan_out": False,
        "inference_mode": True,
    }
    (folder / "adapter_config.json").write_text(json.dumps(description))


def _save_under_old_names(family: str, model: torch.nn.Module, folder: Path) -> None:
    tensors: dict[str, torch.Tensor] = {}
    seen = set()
    for name, weight in model.state_dict().items():
        if not weight.is_meta and weight.data_ptr() not in seen:  # tied weights once
            seen.add(weight.data_ptr())
            tensors[_old_name(family, name)] = weight.contiguous().clone()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _old_name(family: str, name: str) -> str:
    for pattern, replacement in _OLD_NAMES.get(family, []):
        renamed = re.sub(pattern, replacement, name)
        if renamed != name:
            return renamed
    return name
