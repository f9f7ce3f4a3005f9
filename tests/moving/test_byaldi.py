"""An index in byaldi's format comes into a library: same vectors, in the right places."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import recto
from recto.engine.encoders.registry import make
from recto.engine.errors import DamagedLibrary, NotFound, RectoWarning
from recto.indexing.files import kind_of
from recto.indexing.reader import Reader
from recto.moving.byaldi import DOTS, Adopting, model_of
from recto.moving.libraries import import_byaldi
from recto.moving.receiving import MoveReport
from recto.places import FolderPlace
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.moving.conftest import MemoryPlace
from tests.pdfs import lines, pdf

if TYPE_CHECKING:
    from recto.engine.encoders.colpali.encoder import ColPaliEncoder

pytestmark = [
    needs_colpali,
    # Tiny checkpoints have random weights, and need not find anything.
    pytest.mark.filterwarnings(f"ignore::{RectoWarning.__module__}.{RectoWarning.__name__}"),
]
TEXTS = {"birds.pdf": ("the heron waits", "the swift flies"), "sea.pdf": ("the lamp",)}
Write = Callable[..., Path]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, texts in TEXTS.items():
        (folder / name).write_bytes(pdf([lines(text) for text in texts]))
    return folder


def _encoder(folder: Path) -> ColPaliEncoder:
    from recto.engine.encoders.colpali.encoder import ColPaliEncoder

    made = make(str(folder))
    assert isinstance(made, ColPaliEncoder)
    assert isinstance(made, Adopting)
    return made


def _write_json(path: Path, value: object) -> None:
    path.write_bytes(gzip.compress(json.dumps(value).encode()))


def _write_index(
    folder: Path, files: Path, encoder: ColPaliEncoder, *, model: str, a_file: int = 2
) -> Path:
    """As byaldi 0.0.7 writes it: all that the model gives for pictures of 200 dots to the inch."""
    import torch

    from recto.engine.encoders.colpali.picture import picture

    index = folder / ".byaldi" / "test"
    (index / "embeddings").mkdir(parents=True)
    tensors: list[torch.Tensor] = []
    places = {}
    with Reader() as reader:
        for key, name in enumerate(TEXTS):
            with reader.open(files / name, kind_of(files / name)) as opened:
                for number in range(1, opened.pages + 1):
                    width = int(opened.read(number).width * DOTS)
                    batch = encoder._inputs.pages([picture(opened.image(number, width))])
                    places[len(tensors)] = {"doc_id": key, "page_id": number}
                    output = torch.from_numpy(encoder._network.run(batch)[0])
                    tensors.append(output.to(torch.bfloat16))
    for start in range(0, len(tensors), a_file):
        path = index / "embeddings" / f"embeddings_{start}.pt"
        torch.save(tensors[start : start + a_file], path)
    _write_json(index / "index_config.json.gz", {"model_name": model})
    _write_json(index / "embed_id_to_doc_id.json.gz", places)
    names = {key: f"/elsewhere/files/{name}" for key, name in enumerate(TEXTS)}
    _write_json(index / "doc_ids_to_file_names.json.gz", names)
    _write_json(index / "metadata.json.gz", {"0": {"year": 2018, "by": ["a", "b"]}})
    return index


@pytest.mark.parametrize("family", ["colpali", "colqwen2"])
def test_index_becomes_a_library_as_if_it_had_been_added(
    family: str, checkpoint: MakeCheckpoint, files: Path, tmp_path: Path
) -> None:
    folder = checkpoint(family)
    encoder = _encoder(folder)
    index = _write_index(tmp_path, files, encoder, model=str(folder))
    assert model_of(index) == str(folder)
    report = import_byaldi(index, files, FolderPlace(tmp_path / "library"), encoder=encoder)
    assert (report.pages, report.complete) == (3, True)
    with (
        recto.open(tmp_path / "library", encoder=folder) as imported,
        recto.open(tmp_path / "added", encoder=folder) as added,
    ):
        added.add(files)
        assert [d.name for d in imported.documents()] == ["birds.pdf", "sea.pdf"]
        assert dict(imported.document("birds.pdf").metadata) == {"year": 2018, "by": "['a', 'b']"}
        for name, texts in TEXTS.items():
            for number, text in enumerate(texts, 1):
                page = imported.page(name, number)
                assert page.text == text
                assert page.image(width=100).width == 100
                _assert_alike(imported, added, name, number)
        assert imported.search("swift", limit=1)[0].page.number == 2
        assert imported.add(files).outcomes[0].kind == "unchanged"


def _assert_alike(one: recto.Library, other: recto.Library, name: str, number: int) -> None:
    """Vectors in the same places, and the same but for bfloat16 and the size of the picture."""
    vectors = []
    for library in (one, other):
        store = library._holdings.store
        document = library.document(name).id
        from recto.engine.store.records import page_id

        (page,) = store.pages([page_id(document, number, store.encoder)], with_vectors=True)
        assert page.vectors is not None
        assert page.vectors.patches is not None
        vectors.append(page.vectors.patches)
    np.testing.assert_allclose(vectors[0].boxes, vectors[1].boxes, atol=1e-4)
    alike = (vectors[0].vectors * vectors[1].vectors).sum(axis=1)
    assert np.median(alike) > 0.9


@pytest.fixture
def index(checkpoint: MakeCheckpoint, files: Path, tmp_path: Path) -> Path:
    folder = checkpoint("colpali")
    return _write_index(tmp_path, files, _encoder(folder), model=str(folder))


def _import(index: Path, files: Path, checkpoint: MakeCheckpoint) -> MoveReport:
    target = MemoryPlace(index.parents[1] / "library")
    return import_byaldi(index, files, target, encoder=_encoder(checkpoint("colpali")))


def test_missing_file_fails_alone(index: Path, files: Path, checkpoint: MakeCheckpoint) -> None:
    (files / "sea.pdf").unlink()
    report = _import(index, files, checkpoint)
    assert [outcome.kind for outcome in report.outcomes] == ["added", "failed"]
    assert "0 files" in str(report.outcomes[1].error)


def test_other_file_of_the_same_name_fails(
    index: Path, files: Path, checkpoint: MakeCheckpoint
) -> None:
    (files / "sea.pdf").write_bytes(pdf([lines("one"), lines("two")]))
    report = _import(index, files, checkpoint)
    assert not report.complete
    assert "has 2 pages, and 1 are in the index" in str(report.outcomes[1].error)


def test_vectors_of_another_model_are_refused(
    index: Path, files: Path, checkpoint: MakeCheckpoint
) -> None:
    import torch

    for path in (index / "embeddings").iterdir():
        torch.save([tensor[1:] for tensor in torch.load(path)], path)
    report = _import(index, files, checkpoint)
    assert [outcome.kind for outcome in report.outcomes] == ["failed", "failed"]
    assert "cannot be told where on the page" in str(report.outcomes[0].error)


class _Harmful:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("ran",)


def test_code_in_an_index_is_not_run(index: Path, files: Path, checkpoint: MakeCheckpoint) -> None:
    import torch

    for path in (index / "embeddings").iterdir():
        torch.save([_Harmful()], path)
    with pytest.raises(DamagedLibrary, match="embeddings_0"):
        _import(index, files, checkpoint)


@pytest.mark.parametrize("name", ["embed_id_to_doc_id.json.gz", "doc_ids_to_file_names.json.gz"])
def test_damaged_index_is_refused(
    index: Path, files: Path, checkpoint: MakeCheckpoint, name: str
) -> None:
    for data in (b"", b"no gzip", gzip.compress(b"[1, 2]"), gzip.compress(b"{}")[:-9]):
        (index / name).write_bytes(data)
        with pytest.raises(DamagedLibrary):
            _import(index, files, checkpoint)


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"\.byaldi/NAME"):
        model_of(tmp_path)
