"""Archives that were damaged, or made by somebody who means harm, are refused and leave nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recto.engine.errors import DamagedLibrary, NewerLibrary, NotFound
from recto.engine.store.plan import PageFilter
from recto.engine.wire import read_frame, write_frame
from recto.moving.libraries import export_library, import_archive
from tests.moving.conftest import MemoryPlace

Entries = dict[str, bytes]
Change = Callable[[Entries], None]


@pytest.fixture
def exported(memory: MemoryPlace, tmp_path: Path) -> Path:
    export_library(memory, tmp_path / "library.zip")
    return tmp_path / "library.zip"


@pytest.fixture
def target(tmp_path: Path) -> MemoryPlace:
    return MemoryPlace(tmp_path / "to")


def _changed(path: Path, change: Change, *, compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def _name(entries: Entries, part: str) -> str:
    return next(name for name in entries if part in name)


def _json(part: str, **fields: Any) -> Change:  # noqa: ANN401
    def change(entries: Entries) -> None:
        name = _name(entries, part)
        entries[name] = json.dumps({**json.loads(entries[name]), **fields}).encode()

    return change


def _record(**fields: Any) -> Change:  # noqa: ANN401
    def change(entries: Entries) -> None:
        name = _name(entries, "/documents/")
        plain = json.loads(entries[name])
        plain["record"] = json.dumps({**json.loads(plain["record"]), **fields})
        entries[name] = json.dumps(plain).encode()

    return change


def _page(**fields: Any) -> Change:  # noqa: ANN401
    """Of the first page, with the right sum."""

    def change(entries: Entries) -> None:
        from hashlib import sha256

        name = _name(entries, "/pages/")
        value = read_frame(io.BytesIO(entries[name]))
        stream = io.BytesIO()
        write_frame(stream, {**value, **fields})
        entries[name] = stream.getvalue()
        id = name.rpartition("/")[2]
        record = f"0/documents/{id}.json"
        plain = json.loads(entries[record])
        plain["pages_sha256"] = sha256(entries[name]).hexdigest()
        entries[record] = json.dumps(plain).encode()

    return change


def _flip(part: str) -> Change:
    def change(entries: Entries) -> None:
        name = _name(entries, part)
        data = bytearray(entries[name])
        data[-1] ^= 1
        entries[name] = bytes(data)

    return change


def _without(part: str) -> Change:
    def change(entries: Entries) -> None:
        del entries[_name(entries, part)]

    return change


NAN = [np.full((1, 2), np.nan, np.float16), np.zeros((1, 4), np.float32)]
HUGE = {"$array": ["float32", [1 << 40]]}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_flip("/pages/"), id="pages changed"),
        pytest.param(_flip("/sources/"), id="source changed"),
        pytest.param(_without("/pages/"), id="pages missing"),
        pytest.param(_without("/documents/"), id="document missing"),
        pytest.param(_without("end.json"), id="end missing"),
        pytest.param(_without("recto.json"), id="head missing"),
        pytest.param(_json("end.json", documents=3), id="documents missing"),
        pytest.param(_json("recto.json", archive=99), id="other archive"),
        pytest.param(_json("recto.json", tenants=["", 7]), id="tenant that is no text"),
        pytest.param(_record(kind="../../../etc/passwd"), id="kind that is a path"),
        pytest.param(_record(id="../../x"), id="id that is a path"),
        pytest.param(_record(id="0" * 64), id="other id"),
        pytest.param(_record(state="adding"), id="not ready"),
        pytest.param(_record(paths=[]), id="no path"),
        pytest.param(_record(name=7), id="name that is no text"),
        pytest.param(_record(pages=-1), id="pages below nothing"),
        pytest.param(_record(surprise=1), id="unknown field"),
        pytest.param(_page(rows=NAN), id="no numbers"),
        pytest.param(_page(patches=7), id="no vectors"),
        pytest.param(_page(words=["a b"]), id="word with a space"),
        pytest.param(_page(source="magic"), id="words from elsewhere"),
        pytest.param(_page(headings=[["x"]]), id="heading that is no text"),
    ],
)
def test_changed_archive_is_refused(exported: Path, target: MemoryPlace, change: Change) -> None:
    _changed(exported, change)
    with pytest.raises(DamagedLibrary) as raised:
        import_archive(exported, target)
    assert str(raised.value)
    outside = {path.name for path in exported.parent.iterdir()}
    assert outside <= {"library.zip", "memory", "to"}


def test_array_that_would_fill_the_memory_is_refused(exported: Path, target: MemoryPlace) -> None:
    def change(entries: Entries) -> None:
        name = _name(entries, "/pages/")
        header = json.dumps({"number": HUGE}).encode()
        entries[name] = len(header).to_bytes(8, "little") + header + bytes(100)

    _changed(exported, change)
    with pytest.raises(DamagedLibrary, match="expected at most"):
        import_archive(exported, target)


def test_bomb_is_not_unpacked(exported: Path, target: MemoryPlace) -> None:
    _changed(exported, lambda entries: None, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(DamagedLibrary, match="compressed"):
        import_archive(exported, target)


def test_names_that_lead_elsewhere_are_not_used(exported: Path, target: MemoryPlace) -> None:
    def change(entries: Entries) -> None:
        entries["../../outside.pdf"] = b"x"
        entries["/tmp/outside.pdf"] = b"x"

    _changed(exported, change)
    import_archive(exported, target)
    assert not [*exported.parent.parent.rglob("outside.pdf")]


def test_truncated_file_is_refused(exported: Path, target: MemoryPlace) -> None:
    data = exported.read_bytes()
    for size in (0, 10, len(data) // 2, len(data) - 1):
        exported.write_bytes(data[:size])
        with pytest.raises(DamagedLibrary, match="no whole archive"):
            import_archive(exported, target)
    assert not target.folder.exists()


def test_newer_archive_is_refused(exported: Path, target: MemoryPlace) -> None:
    def change(entries: Entries) -> None:
        head = json.loads(entries["recto.json"])
        head["manifest"]["format"] = 99
        entries["recto.json"] = json.dumps(head).encode()

    _changed(exported, change)
    with pytest.raises(NewerLibrary):
        import_archive(exported, target)


@pytest.mark.parametrize("kept", ['{"version": 1, "pages": 7}', '{"version": 9}', "[]"])
def test_summaries_that_make_no_sense_are_refused(
    exported: Path, target: MemoryPlace, kept: str
) -> None:
    def change(entries: Entries) -> None:
        id = _name(entries, "/documents/").rpartition("/")[2].removesuffix(".json")
        entries[f"0/summaries/{id}.json"] = kept.encode()

    _changed(exported, change)
    with pytest.raises(DamagedLibrary, match="no whole archive"):
        import_archive(exported, target)


def test_no_file(tmp_path: Path, target: MemoryPlace) -> None:
    with pytest.raises(NotFound):
        import_archive(tmp_path / "nothing.zip", target)


def test_interrupted_export_leaves_no_file(memory: MemoryPlace, tmp_path: Path) -> None:
    with memory.open(None, create=False) as store:
        record = store.documents()[1]

    def stop(progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_library(memory, tmp_path / "library.zip", on_progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["memory"]
    with memory.open(None, create=False) as store:
        assert store.count(PageFilter(documents=(record.id,))) == record.pages
