"""Finding checkpoints: folders, the hub's cache, and what identifies them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from recto.engine.encoders.colpali.checkpoint import find
from recto.engine.encoders.colpali.fingerprint import fingerprint
from recto.engine.encoders.protocol import EncoderId
from recto.engine.encoders.registry import is_recorded, make, remake
from recto.engine.errors import EncoderError
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import FLOAT32

pytestmark = needs_colpali

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's cache, empty."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def fetched(cache: Path, id: str, source: Path, *, commit: str = COMMIT) -> Path:
    """Put a checkpoint where the hub's client would."""
    repository = cache / f"models--{id.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True, exist_ok=True)
    (repository / "refs" / "main").write_text(commit)
    return copytree(source, repository / "snapshots" / commit)


def test_folder_is_called_by_its_last_part(checkpoint: MakeCheckpoint) -> None:
    found = find(str(checkpoint("colqwen2")))
    assert (found.name, found.source) == ("colqwen2", str(checkpoint("colqwen2")))
    assert found.model_type == "qwen2_vl"


def test_hub_id_is_found_in_the_cache_with_its_commit(
    cache: Path, checkpoint: MakeCheckpoint
) -> None:
    folder = fetched(cache, "owner/tiny-model", checkpoint("colqwen2"))
    found = find("owner/tiny-model")
    assert (found.name, found.source, found.revision) == ("owner/tiny-model",) * 2 + (COMMIT,)
    assert found.folder == folder
    assert is_recorded(str(folder), EncoderId(name="owner/tiny-model", revision="1", dim=128))
    by_path = find(str(folder))
    assert (by_path.name, by_path.source, by_path.revision) == (found.name, found.source, COMMIT)


def test_recorded_commit_is_opened_again(cache: Path, checkpoint: MakeCheckpoint) -> None:
    fetched(cache, "owner/tiny", checkpoint("colqwen2"))
    first = make("owner/tiny", settings=FLOAT32).id
    fetched(cache, "owner/tiny", checkpoint("colqwen2_5"), commit=OTHER)
    assert make("owner/tiny", settings=FLOAT32).id.settings["weights"] == OTHER
    assert remake(first).id == first


def test_adapter_in_the_cache_finds_its_base_there(
    cache: Path, checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    from tests.checkpoints.adapters import adapted

    made = adapted("colqwen2", checkpoint("colqwen2"), tmp_path)
    description = json.loads((made.adapter / "adapter_config.json").read_text())
    description["base_model_name_or_path"] = "owner/base"
    (made.adapter / "adapter_config.json").write_text(json.dumps(description))
    for name in ("processor_config.json", "tokenizer.json", "tokenizer_config.json"):
        (made.adapter / name).unlink()
    fetched(cache, "owner/base", made.base)
    fetched(cache, "owner/adapter", made.adapter, commit=OTHER)
    id = make("owner/adapter", settings=FLOAT32).id
    assert id.settings["base"] == f"owner/base@{COMMIT}"
    assert id.settings["weights"] == OTHER
    assert id.source == ""


def test_weights_that_are_not_all_in_the_cache_are_fetched(
    cache: Path, checkpoint: MakeCheckpoint
) -> None:
    folder = fetched(cache, "owner/parts", checkpoint("colqwen2"))
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(EncoderError, match=f"owner/parts at {COMMIT}.*can"):
        find("owner/parts")
    shutil.copy(folder / "model.safetensors", folder / "model-2.safetensors")
    assert find("owner/parts").folder == folder


@pytest.mark.usefixtures("cache")
def test_what_is_neither_in_the_cache_nor_to_be_fetched() -> None:
    with pytest.raises(EncoderError, match=r"owner/absent is not in the hub's cache .*/hub"):
        find("owner/absent")


def test_what_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"neither a config\.json nor an adapter_config\.json"):
        find(str(tmp_path))
    with pytest.raises(EncoderError, match="there is no such folder"):
        find(str(tmp_path / "absent"))
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(EncoderError, match="holds list; expected an object"):
        find(str(tmp_path))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "processor_config.json"])
def test_fingerprint_changes_with_what_is_read(
    name: str, checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    folder = copytree(checkpoint("colqwen2"), tmp_path / "copy")
    before = fingerprint(folder)
    assert before == fingerprint(checkpoint("colqwen2"))
    (folder / name).write_text((folder / name).read_text() + " ")
    assert fingerprint(folder) != before


def test_fingerprint_changes_with_the_weights(checkpoint: MakeCheckpoint, tmp_path: Path) -> None:
    from tests.checkpoints.making import change_weights

    folder = copytree(checkpoint("colqwen2"), tmp_path / "copy")
    change_weights(folder, {"custom_text_proj.bias": lambda bias: bias + 1e-3})
    assert fingerprint(folder) != fingerprint(checkpoint("colqwen2"))


def test_fingerprint_ignores_the_readme(checkpoint: MakeCheckpoint, tmp_path: Path) -> None:
    folder = copytree(checkpoint("colqwen2"), tmp_path / "copy")
    (folder / "README.md").write_text("About this model")
    assert fingerprint(folder) == fingerprint(checkpoint("colqwen2"))


def test_moved_folder_is_the_same_encoder(checkpoint: MakeCheckpoint, tmp_path: Path) -> None:
    first = copytree(checkpoint("colqwen2"), tmp_path / "here" / "model")
    before = make(str(first), settings=FLOAT32).id
    shutil.move(first, tmp_path / "there" / "model")
    after = make(str(tmp_path / "there" / "model"), settings=FLOAT32).id
    assert after == before
    assert after.source != before.source


@pytest.fixture
def with_code(checkpoint: MakeCheckpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint of a kind of its own, which is read by Python in its folder."""
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    from tests.checkpoints.making import with_code

    return with_code(checkpoint("colqwen2"), tmp_path / "custom")


def test_code_of_a_checkpoint_is_not_run_unasked(with_code: Path) -> None:
    with pytest.raises(EncoderError, match=r"'tiny_custom'.*--trust-remote-code "):
        make(str(with_code), settings=FLOAT32)
    assert not (with_code / "was_run").exists()


def test_code_of_a_checkpoint_is_run_when_trusted(
    with_code: Path, checkpoint: MakeCheckpoint
) -> None:
    """In a process of its own: what was imported stays."""
    program = """if True:
        import sys
        import numpy as np
        from recto.engine.encoders.registry import make
        from tests.engine.encoders.colpali.conftest import FLOAT32, TALL, noise
        pages = [noise(TALL, 1)]
        ours = make(sys.argv[1], settings=FLOAT32, trust_remote_code=True).encode_pages(pages)
        wanted = make(sys.argv[2], settings=FLOAT32).encode_pages(pages)
        kept = len(wanted[0].patches.vectors)
        np.testing.assert_allclose(
            ours[0].patches.vectors[-kept:], wanted[0].patches.vectors, atol=1e-6
        )
        print(ours[0].rows.vectors.shape == wanted[0].rows.vectors.shape)
    """
    command = [sys.executable, "-c", program, str(with_code), str(checkpoint("colqwen2"))]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.stdout.strip() == "True", ran.stderr
    assert (with_code / "was_run").exists()
