"""The published file and what it is converted to: the same weights, or an error that says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")

from recto.engine.crossmodal.imagebind.config import TOWERS, TowerName  # noqa: E402
from recto.engine.crossmodal.imagebind.converting import convert  # noqa: E402
from recto.engine.crossmodal.imagebind.weights import (  # noqa: E402
    ConvertedFolder,
    PublishedFile,
    Tensors,
    open_weights,
    tower_path,
)
from recto.engine.errors import EncoderError  # noqa: E402
from tests.engine.crossmodal.imagebind.making import SMALL, small_state  # noqa: E402


@pytest.fixture(scope="module")
def converted(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("converted")
    convert(published, folder, config=SMALL)
    return folder


@pytest.mark.parametrize("tower", TOWERS)
def test_tower_is_the_file_s(published: Path, converted: Path, tower: TowerName) -> None:
    wanted = {key: value for key, value in small_state().items() if f".{tower}." in key}
    for weights in (open_weights(published, SMALL), open_weights(converted)):
        got = weights.tower(tower)
        assert got.keys() == wanted.keys()
        assert all(torch.equal(got[key], wanted[key]) for key in wanted)


def test_conversion_keeps_identity_and_sizes(published: Path, converted: Path) -> None:
    folder = ConvertedFolder(converted)
    assert folder.fingerprint == PublishedFile(published, SMALL).fingerprint
    assert folder.config == SMALL


def test_folder_with_the_published_file(published: Path) -> None:
    assert isinstance(open_weights(published.parent, SMALL), PublishedFile)


def test_bfloat16_halves_all_but_the_scale(published: Path, tmp_path: Path) -> None:
    convert(published, tmp_path, dtype="bfloat16", towers=["depth"], config=SMALL)
    tensors = ConvertedFolder(tmp_path).tower("depth")
    kinds = {key: value.dtype for key, value in tensors.items()}
    scale = kinds.pop("modality_postprocessors.depth.1.log_logit_scale")
    assert scale == torch.float32
    assert set(kinds.values()) == {torch.bfloat16}


def test_conversion_goes_on_where_it_stopped(published: Path, tmp_path: Path) -> None:
    convert(published, tmp_path, towers=["imu", "depth"], config=SMALL)
    (tmp_path / "imagebind-text.partial").write_bytes(b"half")
    written: list[TowerName] = []
    convert(published, tmp_path, config=SMALL, told=written.append)
    assert written == ["vision", "text", "audio", "thermal"]
    assert not list(tmp_path.glob("*.partial"))


def test_conversion_that_fails_leaves_nothing(published: Path, tmp_path: Path) -> None:
    def stop(tower: TowerName) -> None:
        raise KeyboardInterrupt(tower)

    with pytest.raises(KeyboardInterrupt):
        convert(published, tmp_path, config=SMALL, told=stop)
    assert list(tmp_path.iterdir()) == []


def test_conversion_of_another_file_replaces(published: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pth"
    torch.save({key: value + 1 for key, value in small_state().items()}, other)
    folder = tmp_path / "folder"
    convert(published, folder, towers=["imu"], config=SMALL)
    convert(other, folder, towers=["imu"], config=SMALL)
    assert ConvertedFolder(folder).fingerprint == PublishedFile(other, SMALL).fingerprint


def test_towers_of_two_files_are_refused(published: Path, tmp_path: Path) -> None:
    convert(published, tmp_path, towers=["imu"], config=SMALL)
    with pytest.raises(EncoderError, match="different"):
        convert(published, tmp_path, dtype="bfloat16", towers=["depth"], config=SMALL)


def test_tower_that_was_not_converted(published: Path, tmp_path: Path) -> None:
    convert(published, tmp_path, towers=["imu"], config=SMALL)
    with pytest.raises(EncoderError, match=r"imagebind-depth\.safetensors cannot be read"):
        ConvertedFolder(tmp_path).tower("depth")


def _without(state: Tensors) -> Tensors:
    del state["modality_heads.imu.3.weight"]
    return state


def _with(state: Tensors) -> Tensors:
    return state | {"modality_heads.smell.2.weight": torch.zeros(1)}


def _larger(state: Tensors) -> Tensors:
    return state | {"modality_heads.imu.3.weight": torch.zeros(20, 15)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without, r"1 weights are missing, for example modality_heads\.imu\.3\.weight"),
        (_with, r"1 weights are left over, for example modality_heads\.smell\.2\.weight"),
        (_larger, r"imu\.3\.weight \(20, 15\), expected \(20, 14\)"),
    ],
)
def test_other_weights_are_refused(
    tmp_path: Path, change: Callable[[Tensors], Tensors], message: str
) -> None:
    path = tmp_path / "imagebind_huge.pth"
    torch.save(change(small_state()), path)
    with pytest.raises(EncoderError, match=message):
        PublishedFile(path, SMALL).tower("vision")


def test_weights_of_another_size_are_refused(published: Path) -> None:
    with pytest.raises(EncoderError, match="1142 weights are missing"):
        PublishedFile(published).tower("imu")


def test_truncated_file(published: Path, tmp_path: Path) -> None:
    path = tmp_path / "imagebind_huge.pth"
    path.write_bytes(published.read_bytes()[:-1000])
    with pytest.raises(EncoderError, match="cannot be read as weights"):
        PublishedFile(path, SMALL).tower("imu")


def test_file_that_runs_code_is_refused(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
            return Path.touch, (tmp_path / "was_run",)

    path = tmp_path / "imagebind_huge.pth"
    torch.save({"trap": Trap()}, path)
    with pytest.raises(EncoderError, match="cannot be read as weights"):
        PublishedFile(path, SMALL).tower("imu")
    assert not (tmp_path / "was_run").exists()


def test_file_without_tensors(tmp_path: Path) -> None:
    path = tmp_path / "imagebind_huge.pth"
    torch.save([1, 2], path)
    with pytest.raises(EncoderError, match="holds list"):
        PublishedFile(path, SMALL).tower("imu")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="never fetched"):
        open_weights(tmp_path / "imagebind_huge.pth")


def test_folder_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="holds neither"):
        open_weights(tmp_path)


def test_safetensors_of_something_else(tmp_path: Path) -> None:
    safetensors_torch.save_file({"a": torch.zeros(1)}, tower_path(tmp_path, "imu"))
    with pytest.raises(EncoderError, match="does not say what it was converted from"):
        open_weights(tmp_path)
