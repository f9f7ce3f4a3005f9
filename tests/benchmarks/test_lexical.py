"""BM25 of bm25s beside ours: where it is, it is measured; where it cannot run, it is said why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import recto
from recto.benchmarks import runs
from recto.benchmarks.lexical import WAYS, Lexical
from recto.benchmarks.quality import run
from recto.benchmarks.questions import Place
from recto.benchmarks.report_quality import sections
from recto.benchmarks.result_files import load
from recto.benchmarks.search import peers
from recto.engine.errors import InputError, MissingExtra
from recto.library import Library
from tests import pdfs
from tests.benchmarks.search.test_peers import environment

BM25S = '''
__version__ = "0"

def tokenize(texts, stemmer, show_progress):
    return [[word for word in text.lower().split()] for text in texts]

class Found:
    def __init__(self, documents, scores):
        self.documents, self.scores = documents, scores

class BM25:
    """Counts shared words."""
    method, k1, b = "counting", 1.5, 0.75

    def index(self, texts, show_progress):
        self.texts, self.scores = texts, {"num_docs": len(texts)}

    def retrieve(self, asked, k, weight_mask, show_progress):
        import numpy as np
        scores = np.array([sum(text.count(word) for word in asked[0]) for text in self.texts], "f4")
        scores = scores if weight_mask is None else scores * weight_mask
        best = np.argsort(-scores)[:k]
        return Found(best[None], scores[best][None])
'''


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with a module of the shape of bm25s, to be broken; without PyStemmer."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    environment(tmp_path / "cache", "bm25s")
    module = tmp_path / "cache" / "recto" / "peers" / "bm25s" / "recto-alone" / "bm25s.py"
    module.write_text(BM25S)
    return module


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


def finds_pages_by_their_words(way: str, library: Library) -> None:
    with Lexical(way) as peer:
        peer.fill(library, "clams")
        assert peer.reason == ""
        walrus, horse = Place("sea.pdf", 2), Place("land.pdf", 1)
        assert found(peer, "walruses eat") == [walrus, horse]
        assert found(peer, "walruses eat", ["land.pdf"]) == [horse]
        assert found(peer, "penguins") == []
        assert found(peer, "") == []


def test_pages_are_found_by_their_words(stand_in: Path, library: Library) -> None:
    finds_pages_by_their_words("bm25s", library)


@pytest.mark.parametrize("way", WAYS)
def test_pages_are_found_by_the_real_one(
    library: Library, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec("bm25s") is None or find_spec("Stemmer") is None:
        pytest.skip("it is not installed")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))  # whatever is installed here
    finds_pages_by_their_words(way, library)


def test_it_is_measured_beside_ours_and_told_in_a_report(
    stand_in: Path, tmp_path: Path, questions: Path, documents: Path
) -> None:
    measured = run(questions, documents, ways=["words", "bm25s"])
    runs.save(measured, tmp_path / "results", command="recto bench quality")
    ours, theirs = measured
    assert (ours.measured.way, theirs.measured.way) == ("words", "bm25s")
    assert theirs.measured.mean("ndcg@5") == 1.0
    assert theirs.measured.settings["method"] == "counting"
    assert theirs.measured.read_bytes is None
    told = str(sections(load(tmp_path / "results"))[0].parts)
    assert "BM25 of the library bm25s" in told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("raise ImportError(name='bm25s')", "bm25s is not installed: recto bench peers bm25s"),
        ("BM25 = None", "TypeError: 'NoneType' object is not callable"),
        ("import os; os._exit(3)", "exit status 3"),
    ],
)
def test_one_that_cannot_run_is_left_out_and_told(
    stand_in: Path, questions: Path, documents: Path, line: str, said: str
) -> None:
    stand_in.write_text(f"{BM25S}\n{line}\n")
    left: dict[str, str] = {}
    ways = ["words", "bm25s"]
    (ours,) = run(questions, documents, ways=ways, on_left_out=left.__setitem__)
    assert list(left) == ["bm25s"]
    assert said in left["bm25s"]
    assert ours.measured.notes == (f"bm25s is left out: {left['bm25s']}",)


def test_a_stemmer_that_is_missing_is_told_before_anything_is_read(
    stand_in: Path, questions: Path
) -> None:
    if find_spec("Stemmer") is not None:
        pytest.skip("it is installed")
    with pytest.raises(MissingExtra, match="Stemmer is not installed: recto bench peers bm25s"):
        run(questions, "nowhere", ways=["bm25s-stemmed"])


def test_it_is_no_engine_of_vectors() -> None:
    assert "bm25s" in peers.PEERS
    assert "bm25s" not in peers.NAMES
    with pytest.raises(InputError, match=r"Nothing finds pages by 'bm25'.*bm25s-stemmed"):
        run("questions.jsonl", ways=["bm25"])
