"""Opening and creating embedded libraries, whole, unfinished, damaged or in use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recto.engine.errors import (
    BackendUnreachable,
    DamagedLibrary,
    EncoderMismatch,
    LibraryBusy,
    LibraryError,
    NewerLibrary,
    NotFound,
)
from recto.engine.store.lock import lock_file
from recto.engine.store.manifest import Datatype, new_manifest, read_manifest, write_manifest
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import PageFilter
from tests.engine.store.samples import ENCODER, document, page


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A closed library of three pages and one document."""
    folder = tmp_path / "some" / "library"
    with open_edge(folder, ENCODER, create=True) as store:
        store.put_pages([page("a", n, [[1, n]]) for n in (1, 2, 3)])
        store.put_documents([document("a")])
    return folder


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A library of which only the manifest exists, which is what opening looks at first."""
    write_manifest(tmp_path, new_manifest(ENCODER))
    return tmp_path


def test_closed_library_keeps_everything(library: Path) -> None:
    with open_edge(library, None, create=False) as store:
        assert store.encoder == ENCODER
        assert sorted(p.content.number for p in store.scroll(PageFilter())) == [1, 2, 3]
        assert store.documents() == [document("a")]
        assert store.info().bytes_on_disk > 1000


def test_no_library(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=f"no library in {tmp_path}"):
        open_edge(tmp_path, ENCODER, create=False)
    with pytest.raises(ValueError, match="without an encoder"):
        open_edge(tmp_path, None, create=True)
    assert list(tmp_path.iterdir()) == []


def test_library_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError, match="cannot be opened for writing"):
        open_edge(tmp_path / "file", ENCODER, create=True)
    with pytest.raises(NotFound):
        open_edge(tmp_path / "file", ENCODER, create=False)


def test_lock_that_cannot_be_written(recorded: Path) -> None:
    (recorded / "lock").mkdir()
    with pytest.raises(LibraryError, match=r"cannot be written: .*directory"):
        open_edge(recorded, ENCODER, create=False)


@pytest.mark.parametrize("change", [{"name": "other"}, {"revision": "2"}, {"dim": 3}])
def test_other_encoder(recorded: Path, change: dict[str, str | int]) -> None:
    with pytest.raises(EncoderMismatch, match=r"test \(revision 1, 2 dimensions\)") as raised:
        open_edge(recorded, replace(ENCODER, **change), create=True)  # type: ignore[arg-type]
    assert str(*change.values()) in str(raised.value)


def test_newer_library(recorded: Path) -> None:
    manifest = json.loads((recorded / "library.json").read_text())
    newer = manifest | {"format": 2, "created_by": "9.9", "encoder": "unknown to us"}
    (recorded / "library.json").write_text(json.dumps(newer))
    with pytest.raises(NewerLibrary, match=r"format 2 by recto 9\.9.*up to 1\. Update"):
        open_edge(recorded, ENCODER, create=True)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "x"}', '{"format": 1}', "\xff"])
def test_broken_manifest(recorded: Path, text: str) -> None:
    (recorded / "library.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(DamagedLibrary, match=r"library\.json cannot be understood"):
        open_edge(recorded, ENCODER, create=True)


def test_lost_manifest_does_not_overwrite_the_shards(library: Path) -> None:
    manifest = (library / "library.json").read_bytes()
    (library / "library.json").unlink()
    with pytest.raises(DamagedLibrary, match=r"no library\.json"):
        open_edge(library, ENCODER, create=True)
    (library / "library.json").write_bytes(manifest)
    with open_edge(library, ENCODER, create=False) as store:
        assert store.info().pages == 3


def _remove_a_shard(shards: Path) -> None:
    shutil.rmtree(shards / "documents")


def _empty_files(shards: Path) -> None:
    for path in (shards / "pages" / "segments").rglob("*"):
        if path.is_file():
            path.write_bytes(b"")


def _garble_files(shards: Path) -> None:
    for path in (shards / "pages" / "segments").rglob("*.json"):
        path.write_bytes(b"garbage")


@pytest.mark.parametrize("damage", [_remove_a_shard, _empty_files, _garble_files])
def test_damaged_shards(library: Path, damage: Callable[[Path], None]) -> None:
    damage(library / "store")
    with pytest.raises(DamagedLibrary, match="backup"):
        open_edge(library, ENCODER, create=True)


def test_creation_killed_before_its_manifest(tmp_path: Path) -> None:
    (tmp_path / "store.new" / "pages" / "segments" / "half").mkdir(parents=True)
    (tmp_path / "store.new" / "pages" / "edge_config.json").write_text("{")
    with open_edge(tmp_path, ENCODER, create=True) as store:
        store.put_pages([page("a", 1)])
        assert store.count(PageFilter()) == 1


def test_creation_killed_after_its_manifest(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True):
        pass
    (tmp_path / "store").rename(tmp_path / "store.new")
    write_manifest(tmp_path, new_manifest(ENCODER))
    with open_edge(tmp_path, ENCODER, create=False) as store:
        assert store.info().pages == 0
    assert not (tmp_path / "store.new").exists()


def test_library_open_in_this_process_until_closed(library: Path) -> None:
    store = open_edge(library, ENCODER, create=False)
    with store, pytest.raises(LibraryBusy, match=f"open in process {os.getpid()} on"):
        open_edge(library, ENCODER, create=False)
    store.close()
    with pytest.raises(BackendUnreachable, match="has been closed; open it again"):
        store.info()


_OPENS_AND_WAITS = """
import pathlib, sys
from recto.engine.store.opening import open_edge
open_edge(pathlib.Path(sys.argv[1]), None, create=False)
print("open", flush=True)
input()
"""


def test_library_open_in_another_process(library: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", _OPENS_AND_WAITS, str(library)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(LibraryBusy, match=f"open in process {other.pid} on"):
            open_edge(library, ENCODER, create=False)
        other.kill()
        other.wait()  # until then its number is taken, as if it lived
        with open_edge(library, ENCODER, create=False) as store:
            assert store.info().pages == 3


def test_stale_lock_file_does_not_block(recorded: Path) -> None:
    for text in ("", f"1 {os.uname().nodename}\n", "not a lock", "99999999 elsewhere\n"):
        (recorded / "lock").write_text(text)
        os.close(lock_file(recorded / "lock", owner=os.getpid()))


@pytest.mark.parametrize("datatype", ["float16", "turbo8", "turbo4"])
def test_datatype_of_patches_is_recorded_and_kept_when_encoded_again(
    tmp_path: Path, datatype: Datatype
) -> None:
    with open_edge(tmp_path, ENCODER, create=True, patches_datatype=datatype) as store:
        with store.beside(replace(ENCODER, revision="2")) as other:
            store.become(other)
        wide = np.random.default_rng(0).standard_normal((3, 2), dtype=np.float32)
        store.put_pages([page("a", 1, wide, rows=wide)])
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert manifest.patches_datatype == datatype
    with open_edge(tmp_path, None, create=False) as store:
        [stored] = store.scroll(PageFilter(), with_vectors=True)
    assert stored.vectors is not None
    assert stored.vectors.rows is not None
    assert stored.vectors.patches is not None
    np.testing.assert_allclose(stored.vectors.rows.vectors, wide, atol=1e-3)
    off = np.abs(stored.vectors.patches.vectors - wide).max()
    least, most = {"float16": (0, 1e-3), "turbo8": (1e-4, 0.05), "turbo4": (1e-3, 0.5)}[datatype]
    assert least <= off <= most


def test_manifest_without_a_datatype_is_of_float16(recorded: Path) -> None:
    fields = json.loads((recorded / "library.json").read_text())
    del fields["patches_datatype"]
    (recorded / "library.json").write_text(json.dumps(fields))
    manifest = read_manifest(recorded)
    assert manifest is not None
    assert manifest.patches_datatype == "float16"


def test_unknown_datatype_is_damage(recorded: Path) -> None:
    fields = json.loads((recorded / "library.json").read_text())
    (recorded / "library.json").write_text(json.dumps(fields | {"patches_datatype": "float1"}))
    with pytest.raises(DamagedLibrary, match="patches_datatype is 'float1', expected one of"):
        read_manifest(recorded)
