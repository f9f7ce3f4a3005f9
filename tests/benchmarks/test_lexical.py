"""BM25 of bm25s beside ours: where it is, it is measured; where it cannot run, it is said why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import recto
from recto.benchmarks import runs, speed_run
from recto.benchmarks.lexical import WAYS, Lexical
from recto.benchmarks.quality import run
from recto.benchmarks.questions import Place
from recto.benchmarks.report_quality import sections
from recto.benchmarks.result_files import load
from recto.benchmarks.search import peers
from recto.engine.errors import InputError, MissingExtra
from recto.library import Library
from tests import pdfs
from tests.benchmarks.search.environments import environment

BROKEN = {
    "bm25s is not installed: recto bench peers bm25s": "raise ModuleNotFoundError(name='bm25s')",
    "'NoneType' object is not callable": "__version__, tokenize, BM25 = '0', None, None",
    "exit status 3": "import os; os._exit(3)",
}


@pytest.fixture(autouse=True)
def installed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what somebody has installed with recto bench peers."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, lines in {
        "sea.pdf": ["the tide tables", "walruses eat clams"],
        "land.pdf": ["horses eat hay", "wheat prices"],
    }.items():
        pages = [pdfs.Page(content=pdfs.text(72, 700, line)) for line in lines]
        (folder / name).write_bytes(pdfs.pdf(pages))
    return folder


@pytest.fixture
def library(tmp_path: Path, documents: Path) -> Iterator[Library]:
    with recto.open(tmp_path / "library") as opened:
        opened.add(documents)
        yield opened


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    relevant = [{"document": "sea.pdf", "page": 2}]
    path.write_text(json.dumps({"question": "what do walruses eat", "relevant": relevant}))
    return path


def found(way: Lexical, question: str, documents: list[str] | None = None) -> list[Place]:
    return [ranked.place for ranked in way.search(question, limit=10, documents=documents)]


@pytest.mark.parametrize("way", WAYS)
def test_pages_are_found_by_their_words(library: Library, way: str) -> None:
    with Lexical(way) as peer:
        peer.fill(library, "clams")
        assert peer.reason == ""
        walrus, horse = Place("sea.pdf", 2), Place("land.pdf", 1)
        assert found(peer, "walruses eat") == [walrus, horse]
        assert found(peer, "walruses eat", ["land.pdf"]) == [horse]
        assert found(peer, "penguins") == []
        assert found(peer, "") == []


def test_only_the_stemmer_knows_another_form_of_a_word(library: Library) -> None:
    for way, pages in {"bm25s": [], "bm25s-stemmed": [Place("land.pdf", 1)]}.items():
        with Lexical(way) as peer:
            peer.fill(library, "clams")
            assert found(peer, "horse") == pages


def test_it_is_measured_beside_ours_and_told_in_a_report(
    tmp_path: Path, questions: Path, documents: Path
) -> None:
    measured = run(questions, documents, ways=["words", "bm25s"])
    runs.save(measured, tmp_path / "results", command="recto bench quality")
    ours, theirs = measured
    assert (ours.measured.way, theirs.measured.way) == ("words", "bm25s")
    assert theirs.measured.mean("ndcg@5") == 1.0
    assert theirs.measured.settings["method"] == "lucene"
    assert theirs.measured.read_bytes is None
    told = str(sections(load(tmp_path / "results"))[0].parts)
    assert "BM25 of the library bm25s" in told


@pytest.mark.parametrize("said", BROKEN)
def test_one_that_cannot_run_is_left_out_and_told(
    tmp_path: Path, questions: Path, documents: Path, said: str
) -> None:
    environment(tmp_path / "cache", "bm25s", BROKEN[said])
    left: dict[str, str] = {}
    ways = ["words", "bm25s"]
    (ours,) = run(questions, documents, ways=ways, on_left_out=left.__setitem__)
    assert list(left) == ["bm25s"]
    assert said in left["bm25s"]
    assert ours.measured.notes == (f"bm25s is left out: {left['bm25s']}",)


def test_a_stemmer_that_is_missing_is_told_before_anything_is_read(
    tmp_path: Path, questions: Path
) -> None:
    packages = environment(tmp_path / "cache", "bm25s")
    (packages / "Stemmer.py").write_text("raise ModuleNotFoundError(name='Stemmer')")
    with pytest.raises(MissingExtra, match="Stemmer is not installed: recto bench peers bm25s"):
        run(questions, "nowhere", ways=["bm25s-stemmed"])


def test_it_is_no_engine_of_vectors() -> None:
    assert "bm25s" in peers.PEERS
    assert "bm25s" not in peers.NAMES
    with pytest.raises(InputError, match="'bm25s' searches words, not vectors"):
        speed_run.run(pages=0, peers=["bm25s"])
    with pytest.raises(InputError, match=r"Nothing finds pages by 'bm25'.*bm25s-stemmed"):
        run("questions.jsonl", ways=["bm25"])
