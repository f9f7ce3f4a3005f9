"""The towers against a naive oracle, and their names against the published ones."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from recto.engine.crossmodal.imagebind.config import (  # noqa: E402
    HUGE,
    TOWERS,
    ImageBindConfig,
    TowerName,
)
from recto.engine.crossmodal.imagebind.network import ImageBind  # noqa: E402
from tests.engine.crossmodal.imagebind import oracle  # noqa: E402
from tests.engine.crossmodal.imagebind.making import SMALL, small_state  # noqa: E402

_SHARED = Path(os.environ.get("RECTO_SHARED", Path(__file__).parents[5] / "shared"))
_KEYS = _SHARED / "notes" / "imagebind_keys.json"
_PATCHES = {"vision": 256, "text": 77, "audio": 228, "depth": 196, "thermal": 196, "imu": 250}
_STEMS: Mapping[TowerName, dict[str, tuple[int, ...]]] = {
    "vision": {"rgbt_stem.proj.1.weight": (1280, 3, 2, 14, 14)},
    "text": {"token_embedding.weight": (49408, 1024), "mask": (77, 77)},
    "audio": {"rgbt_stem.proj.weight": (768, 1, 16, 16)},
    "depth": {"depth_stem.proj.weight": (384, 1, 16, 16)},
    "thermal": {"rgbt_stem.proj.weight": (768, 1, 16, 16)},
    "imu": {"imu_stem.proj.weight": (512, 48)},
}
_SHAPES: Mapping[TowerName, tuple[int, ...]] = {
    "vision": (3, 224, 224),
    "text": (77,),
    "audio": (1, 128, 204),
    "depth": (1, 224, 224),
    "thermal": (1, 224, 224),
    "imu": (6, 2000),
}


def _published() -> dict[str, tuple[int, ...]]:
    """Names and shapes by the rules of the specification."""
    names: dict[str, tuple[int, ...]] = {}
    for tower in TOWERS:
        names |= _stem(tower) | _trunk(tower) | _head(tower)
    return names


def _stem(tower: TowerName) -> dict[str, tuple[int, ...]]:
    width, first = HUGE.tower(tower).width, tower != "text"
    names = dict(_STEMS[tower])
    plain = tower in ("text", "imu")
    position = "pos_embed" if plain else "pos_embedding_helper.pos_embed"
    names[position] = (1, _PATCHES[tower] + first, width)
    if first:
        names["cls_token"] = (1, 1, width)
    if tower not in ("vision", "text"):
        stem = {"depth": "depth_stem", "imu": "imu_stem"}.get(tower, "rgbt_stem")
        names |= {f"{stem}.norm_layer.{kind}": (width,) for kind in ("weight", "bias")}
    return {f"modality_preprocessors.{tower}.{name}": shape for name, shape in names.items()}


def _trunk(tower: TowerName) -> dict[str, tuple[int, ...]]:
    d, blocks = HUGE.tower(tower).width, HUGE.tower(tower).blocks
    names: dict[str, tuple[int, ...]] = {}
    if tower == "vision":
        names |= {f"pre_transformer_layer.0.{kind}": (d,) for kind in ("weight", "bias")}
    block: dict[str, tuple[int, ...]] = {
        "attn.in_proj_weight": (3 * d, d),
        "attn.in_proj_bias": (3 * d,),
        "attn.out_proj.weight": (d, d),
        "attn.out_proj.bias": (d,),
        "mlp.fc1.weight": (4 * d, d),
        "mlp.fc1.bias": (4 * d,),
        "mlp.fc2.weight": (d, 4 * d),
        "mlp.fc2.bias": (d,),
    }
    block |= {f"norm_{n}.{kind}": (d,) for n in (1, 2) for kind in ("weight", "bias")}
    if tower not in ("vision", "text"):
        block |= {"attn.bias_k": (1, 1, d), "attn.bias_v": (1, 1, d)}
    names |= {f"blocks.{n}.{name}": shape for n in range(blocks) for name, shape in block.items()}
    return {f"modality_trunks.{tower}.{name}": shape for name, shape in names.items()}


def _head(tower: TowerName) -> dict[str, tuple[int, ...]]:
    width = HUGE.tower(tower).width
    norm, last = {"text": ("proj.0", "proj.1"), "imu": ("0", "3")}.get(tower, ("0", "2"))
    head = f"modality_heads.{tower}"
    names = {f"{head}.{norm}.{kind}": (width,) for kind in ("weight", "bias")}
    scale = {f"modality_postprocessors.{tower}.1.log_logit_scale": ()} if tower != "vision" else {}
    return {**names, f"{head}.{last}.weight": (1024, width), **scale}


def _shapes(config: ImageBindConfig) -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        return {key: tuple(value.shape) for key, value in ImageBind(config).state_dict().items()}


@pytest.fixture(scope="module")
def model() -> ImageBind:
    made = ImageBind(SMALL)
    made.load_state_dict(small_state())
    made.eval()
    return made


@pytest.fixture(scope="module")
def state() -> oracle.State:
    return {key: value.double().numpy() for key, value in small_state().items()}


def _item(tower: TowerName, seed: int = 0) -> oracle.Doubles:
    rng = np.random.default_rng(seed)
    if tower == "text":
        ids = np.zeros(77)
        ids[:9] = [49406, *rng.integers(1, 49000, 7), 49407]
        return ids
    return rng.standard_normal(_SHAPES[tower]).astype(np.float32).astype(np.float64)


def _run(model: ImageBind, tower: TowerName, batch: oracle.Doubles) -> oracle.Doubles:
    kind = torch.int64 if tower == "text" else torch.float32
    with torch.inference_mode():
        vectors = model(tower, torch.from_numpy(batch).to(kind))
    return np.asarray(vectors.double().numpy())


_TOLERANCE = 1e-5
"""Separates a right model from one with a wrong detail, as `test_wrong_detail_is_seen` shows."""
_WRONG: Mapping[str, oracle.Details] = {
    "eps before the blocks": oracle.Details(first_eps=1e-5),
    "eps of the first norm": oracle.Details(norm_1_eps=1e-5),
    "eps of the second norm": oracle.Details(norm_2_eps=1e-5),
    "eps of the head": oracle.Details(head_eps=1e-5),
    "eps of the stem": oracle.Details(stem_eps=1e-6),
    "quick GELU": oracle.Details(gelu="quick"),
    "tanh GELU": oracle.Details(gelu="tanh"),
    "one head": oracle.Details(heads=1),
    "no position of its own": oracle.Details(extra_position="none"),
    "position of its own projected": oracle.Details(extra_position="before"),
    "no mask": oracle.Details(causal=False),
    "last end": oracle.Details(end="last"),
    "patches by columns": oracle.Details(inner="rows"),
    "motion by moments": oracle.Details(pieces="moments"),
    "scale without cap": oracle.Details(largest_scale=1e9),
}
_EVERYWHERE = {name for name in _WRONG if name.split()[0] in ("quick", "tanh", "one")} | {
    f"eps of the {part}" for part in ("first norm", "second norm", "head")
}
_EXTRA = {"no position of its own", "position of its own projected"}
_ONLY: Mapping[TowerName, set[str]] = {
    "vision": {"eps before the blocks", "patches by columns"},
    "text": {"no mask", "last end", "scale without cap"},
    "audio": {"eps of the stem", "patches by columns", *_EXTRA},
    "depth": {"eps of the stem", "patches by columns", *_EXTRA},
    "thermal": {"eps of the stem", "patches by columns", *_EXTRA},
    "imu": {"eps of the stem", "motion by moments", *_EXTRA},
}


def _apart(got: oracle.Doubles, wanted: oracle.Doubles) -> float:
    """How far, in parts of the greatest number."""
    return float(np.abs(got - wanted).max() / np.abs(wanted).max())


def _close(got: oracle.Doubles, wanted: oracle.Doubles) -> None:
    assert _apart(got, wanted) <= _TOLERANCE


def test_names_and_shapes_are_the_published_ones() -> None:
    assert _shapes(HUGE) == _published()
    assert len(_published()) == 1311


@pytest.mark.skipif(not _KEYS.is_file(), reason="the list of the published file's names is absent")
def test_names_and_shapes_are_those_of_the_list() -> None:
    listed = {key: tuple(shape) for key, (_, shape) in json.loads(_KEYS.read_bytes()).items()}
    assert _shapes(HUGE) == listed


def test_towers_are_as_large_as_published() -> None:
    """How many heads there are no name and no shape tells."""
    sizes = {
        name: (HUGE.tower(name).width, HUGE.tower(name).blocks, HUGE.tower(name).heads)
        for name in TOWERS
    }
    assert sizes == {
        "vision": (1280, 32, 16),
        "text": (1024, 24, 16),
        "audio": (768, 12, 12),
        "depth": (384, 12, 8),
        "thermal": (768, 12, 12),
        "imu": (512, 6, 8),
    }
    assert HUGE.dim == 1024


def test_size_is_the_published_one() -> None:
    with torch.device("meta"):
        model = ImageBind(HUGE)
    assert sum(value.numel() for value in model.parameters()) == 1_200_781_057
    assert sum(value.numel() for value in model.buffers()) == 5_933


@pytest.mark.parametrize("tower", TOWERS)
def test_tower_equals_oracle(model: ImageBind, state: oracle.State, tower: TowerName) -> None:
    item = _item(tower)
    wanted = oracle.vector(state, SMALL, tower, item)
    _close(_run(model, tower, item[None])[0], wanted)


@pytest.mark.parametrize("tower", TOWERS)
def test_wrong_detail_is_seen(model: ImageBind, state: oracle.State, tower: TowerName) -> None:
    item = _item(tower)
    if tower == "text":
        item[40] = 49407
    got = _run(model, tower, item[None])[0]
    _close(got, oracle.vector(state, SMALL, tower, item))
    for name in sorted(_EVERYWHERE | _ONLY[tower]):
        wrong = oracle.vector(state, SMALL, tower, item, _WRONG[name])
        assert _apart(got, wrong) > _TOLERANCE, name


def test_film_equals_oracle(model: ImageBind, state: oracle.State) -> None:
    clips = np.random.default_rng(1).standard_normal((1, 2, 3, 2, 224, 224))
    wanted = np.mean([oracle.vector(state, SMALL, "vision", clip) for clip in clips[0]], axis=0)
    _close(_run(model, "vision", clips)[0], wanted)


def test_clips_are_averaged_after_scaling(model: ImageBind) -> None:
    clips = np.stack([_item("audio", 1), _item("audio", 2)])
    alone = _run(model, "audio", clips)
    together = _run(model, "audio", clips[None])
    np.testing.assert_allclose(np.linalg.norm(alone, axis=1), 20, rtol=1e-5)
    np.testing.assert_allclose(together[0], alone.mean(axis=0), atol=1e-5)
    assert np.linalg.norm(together) < 19.999


@pytest.mark.parametrize(
    ("tower", "length"),
    [("vision", 1), ("text", 100), ("audio", 20), ("depth", 5), ("thermal", 10), ("imu", 5)],
)
def test_length_by_tower(model: ImageBind, tower: TowerName, length: float) -> None:
    """Text's scale is 250 in the small weights, and capped."""
    vector = _run(model, tower, _item(tower)[None])
    np.testing.assert_allclose(np.linalg.norm(vector), length, rtol=1e-5)


def test_text_after_its_end_does_not_count(model: ImageBind) -> None:
    ids = _item("text")
    other = ids.copy()
    other[20:30] = 1234
    other[40] = 49407
    got = _run(model, "text", np.stack([ids, other]))
    np.testing.assert_allclose(got[0], got[1], atol=1e-5)


@pytest.mark.parametrize("tower", TOWERS)
def test_batch_does_not_matter(model: ImageBind, tower: TowerName) -> None:
    items = np.stack([_item(tower, seed) for seed in range(3)])
    together = _run(model, tower, items)
    alone = np.concatenate([_run(model, tower, item[None]) for item in items])
    np.testing.assert_allclose(together, alone, atol=1e-5 * np.abs(alone).max())


def test_motion_is_cut_by_axis(model: ImageBind) -> None:
    """A piece holds eight moments of the first axis, then eight of the second."""
    motion = np.zeros((1, 6, 2000), np.float32)
    motion[0, 1, 3] = 1.0
    stem = model.modality_preprocessors["imu"].imu_stem
    seen = []
    with stem.proj.register_forward_pre_hook(lambda _, given: seen.append(given[0])):
        _run(model, "imu", motion.astype(np.float64))
    assert torch.nonzero(seen[0]).tolist() == [[0, 0, 11]]
