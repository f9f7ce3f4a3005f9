"""Other vectors in the place of a library's: all at once, or, after a crash, not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from recto.engine.bm25 import TERMS
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import BackendUnreachable, DiskFull, EncoderMismatch
from recto.engine.store.manifest import new_manifest, read_manifest, write_manifest
from recto.engine.store.opening import open_edge
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.switching import current_manifest
from tests.engine.store.samples import ENCODER, document, page
from tests.engine.store.switcher import OTHER, change, make_old

LEFT = {"library.json", "lock", "store"}


def _stored(store: Store) -> tuple[EncoderId, list[int], list[int]]:
    """Its encoder, the numbers of its pages, and how many dimensions their vectors have."""
    pages = sorted(
        store.scroll(PageFilter(), with_vectors=True), key=lambda page: page.content.number
    )
    arrays = [p.vectors.patches.vectors for p in pages if p.vectors and p.vectors.patches]
    return store.encoder, [p.content.number for p in pages], [array.shape[1] for array in arrays]


OLD = (ENCODER, [1], [2])
NEW = (OTHER, [1, 2], [3, 3])


@pytest.mark.parametrize("kind", ["oracle", "edge"])
def test_become_holds_what_the_other_held(kind: str, tmp_path: Path) -> None:
    made: Store = OracleStore(ENCODER)
    if kind == "edge":
        made = open_edge(tmp_path, ENCODER, create=True)
    with made as store:
        store.put_pages([page("a", 1, [[1, 1]])])
        store.put_documents([document("a"), document("b")])
        with store.beside(OTHER) as other:
            other.put_pages([page("a", n, [[1, 1, n]]) for n in (1, 2)])
            other.put_documents([document("a")])
            assert _stored(store) == OLD
            store.become(other)
        assert _stored(store) == NEW
        assert store.documents() == [document("a")]
        store.put_pages([page("a", 3, [[1, 1, 3]])])
        assert store.count(PageFilter()) == 3


def test_changed_library_is_opened_by_its_new_encoder(tmp_path: Path) -> None:
    make_old(tmp_path)
    change(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == LEFT
    with pytest.raises(EncoderMismatch):
        open_edge(tmp_path, ENCODER, create=False)
    with open_edge(tmp_path, OTHER, create=False) as store:
        assert _stored(store) == NEW


@pytest.mark.parametrize(
    ("event", "name", "left"),
    [
        ("os.rename", "reencode.done", {"store", "reencode"}),
        ("os.rename", "store.old", {"store", "reencode.done"}),
        ("os.rename", "store", {"store.old", "reencode.done"}),
        ("os.rename", "library.json", {"store", "store.old", "reencode.done"}),
        ("shutil.rmtree", "store.old", {"store", "store.old", "reencode.done"}),
        ("os.rmdir", "segments", {"store", "store.old", "reencode.done"}),
        ("shutil.rmtree", "reencode.done", {"store", "reencode.done"}),
    ],
)
def test_killed_on_the_way(event: str, name: str, left: set[str], tmp_path: Path) -> None:
    """Before each step of the table in switching.py, and while it removes the old."""
    path = name if name == "segments" else str(tmp_path / name)  # removed by a relative path
    command = [sys.executable, "-m", "tests.engine.store.switcher", str(tmp_path), event, path]
    search_path = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run(command, check=False, env=search_path)
    assert killed.returncode == -9
    assert {p.name for p in tmp_path.iterdir()} == {"library.json", "lock"} | left

    encoder, pages, dims = OLD if "reencode" in left else NEW
    manifest = current_manifest(tmp_path)
    assert manifest is not None
    assert manifest.encoder == encoder
    with open_edge(tmp_path, encoder, create=False) as store:
        assert _stored(store) == (encoder, pages, dims)
        assert store.documents() == [document("a")]
    assert {p.name for p in tmp_path.iterdir()} == LEFT | (left & {"reencode"})


def test_what_was_begun_is_kept_for_the_same_encoder_alone(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        with store.beside(OTHER) as other:
            other.put_pages([page("a", 1, [[1, 1, 1]])])
        with store.beside(OTHER) as other:
            assert _stored(other) == (OTHER, [1], [3])
        with store.beside(replace(OTHER, revision="2")) as other:
            assert _stored(other)[1] == []
        store.forget_beside()
        store.forget_beside()
    assert {path.name for path in tmp_path.iterdir()} == LEFT


@pytest.mark.parametrize("text", ["{", '{"format": 2}'])
def test_what_was_begun_is_forgotten_when_it_cannot_be_understood(
    tmp_path: Path, text: str
) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        with store.beside(OTHER) as other:
            other.put_pages([page("a", 1, [[1, 1, 1]])])
        (tmp_path / "reencode" / "library.json").write_text(text)
        with store.beside(OTHER) as other:
            assert _stored(other)[1] == []


def test_store_that_could_not_be_changed_is_closed(tmp_path: Path) -> None:
    make_old(tmp_path)
    with open_edge(tmp_path, ENCODER, create=False) as store:
        other = store.beside(OTHER)
        other.put_pages([page("a", n, [[1, 1, n]]) for n in (1, 2)])
        (tmp_path / "store.old").write_text("in the way")
        with pytest.raises(OSError, match=r"store\.old"):
            store.become(other)
        with pytest.raises(BackendUnreachable, match="closed"):
            store.count(PageFilter())
    (tmp_path / "store.old").unlink()
    with open_edge(tmp_path, OTHER, create=False) as changed:
        assert _stored(changed) == NEW


def test_expect_compares_the_pages_to_come_with_the_disk(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        store.expect(10**15)  # nothing is known of their size
        store.put_pages([page("a", 1, [[1, 1]])])
        store.expect(1)
        with pytest.raises(DiskFull, match="are free"):
            store.expect(10**15)


def test_other_revision_of_terms_is_refused_with_the_command(tmp_path: Path) -> None:
    make_old(tmp_path)
    write_manifest(tmp_path, replace(new_manifest(ENCODER), terms=TERMS + 1))
    command = f"Update recto, or .* recto reencode --library {tmp_path}"
    with pytest.raises(EncoderMismatch, match=rf"revision {TERMS + 1}.*{TERMS}\. {command}"):
        open_edge(tmp_path, ENCODER, create=False)
    with open_edge(tmp_path, None, create=False) as store:
        assert store.terms == TERMS + 1


def test_manifest_without_terms_is_of_the_first_revision(tmp_path: Path) -> None:
    write_manifest(tmp_path, new_manifest(ENCODER))
    path = tmp_path / "library.json"
    fields = json.loads(path.read_text())
    assert fields.pop("terms") == TERMS
    path.write_text(json.dumps(fields))
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert manifest.terms == 1
