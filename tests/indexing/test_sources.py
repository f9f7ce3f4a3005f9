"""Originals kept by hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from recto.engine.errors import UnreadableFile
from recto.indexing.sources import Sources, hash_of


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"some bytes")
    return path


def test_keep_returns_the_hash_and_keeps_the_bytes(tmp_path: Path, original: Path) -> None:
    sources = Sources(tmp_path / "sources")
    kept = sources.keep(original, "pdf")
    assert kept == hashlib.sha256(b"some bytes").hexdigest() == hash_of(original)
    original.unlink()
    assert sources.path(kept, "pdf").read_bytes() == b"some bytes"


def test_keep_twice_keeps_one_file(tmp_path: Path, original: Path) -> None:
    sources = Sources(tmp_path / "sources")
    assert sources.keep(original, "pdf") == sources.keep(original, "pdf")
    assert len([p for p in (tmp_path / "sources").rglob("*") if p.is_file()]) == 1


def test_keep_absent_file_leaves_nothing(tmp_path: Path) -> None:
    sources = Sources(tmp_path / "sources")
    with pytest.raises(UnreadableFile, match=r"gone\.pdf cannot be read: No such file"):
        sources.keep(tmp_path / "gone.pdf", "pdf")
    assert not [p for p in (tmp_path / "sources").rglob("*") if p.is_file()]


def test_remove_then_absent(tmp_path: Path, original: Path) -> None:
    sources = Sources(tmp_path / "sources")
    kept = sources.keep(original, "pdf")
    sources.remove(kept, "pdf")
    sources.remove(kept, "pdf")
    assert not sources.path(kept, "pdf").exists()


def test_sweep_keeps_only_what_is_named(tmp_path: Path, original: Path) -> None:
    sources = Sources(tmp_path / "sources")
    kept = sources.path(sources.keep(original, "pdf"), "pdf")
    original.write_bytes(b"other bytes")
    orphan = sources.path(sources.keep(original, "pdf"), "pdf")
    sources.sweep({kept})
    assert kept.exists()
    assert not orphan.exists()


def test_summaries_lie_beside_their_bytes_and_go_with_them(original: Path, tmp_path: Path) -> None:
    sources = Sources(tmp_path / "sources")
    id = sources.keep(original, "pdf")
    for name in (id, "f" * 64):
        sources.summaries(name).parent.mkdir(exist_ok=True)
        sources.summaries(name).write_text("{}")
        sources.summaries(name).with_suffix(".npz").write_text("")
    sources.sweep({sources.path(id, "pdf")})
    names = [f"{id}{suffix}" for suffix in (".pdf", ".summaries.json", ".summaries.npz")]
    assert sorted(path.name for path in (tmp_path / "sources").rglob("*.*")) == names
    sources.remove(id, "pdf")
    assert list((tmp_path / "sources").rglob("*.*")) == []
