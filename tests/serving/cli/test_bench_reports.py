"""`recto bench report` and `recto bench compare`, of results that `recto bench quality` wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.search.environments import environment
from tests.serving.cli.conftest import Run

QUESTION = "What do penguins eat?"


@pytest.fixture
def results(run: Run, library: Path, documents: Path, tmp_path: Path) -> Path:
    relevant = [{"document": "penguins.pdf", "page": 1}]
    (tmp_path / "questions.jsonl").write_text(
        json.dumps({"question": QUESTION, "relevant": relevant})
    )
    ways = ["--strategy", "default", "--strategy", "words"]
    said = run(
        *("bench", "quality", "questions.jsonl", documents, *ways, "--json"),
        *("--library", library, "--save", "results"),
    )
    assert said.json["strategies"].keys() == {"default", "words"}
    return tmp_path / "results"


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_report_is_one_file_with_every_strategy(
    run: Run, results: Path, tmp_path: Path, name: str
) -> None:
    said = run("bench", "report", results, "-o", name, "--title", "Penguins")
    assert (said.code, said.out) == (0, f"{name}\n")
    written = (tmp_path / name).read_text("utf-8")
    assert all(part in written for part in ("Penguins", "default", "words", "nDCG@5"))


def test_report_of_an_unknown_form_is_refused(run: Run, results: Path) -> None:
    said = run("bench", "report", results, "-o", "report.pdf")
    assert said.code != 0
    assert "expected .html or .md" in said.err


def test_compare_tells_every_measure_of_every_strategy(run: Run, results: Path) -> None:
    said = run("bench", "compare", results, results, "--json")
    assert len(said.json["compared"]) == 12
    assert {one["difference"]["p"] for one in said.json["compared"]} == {1.0}
    assert "ndcg@5" in run("bench", "compare", results, results).out


@pytest.mark.parametrize("option", [["--strategy", "magic"], ["--datatype", "float1"]])
def test_quality_refuses_what_it_does_not_know(
    run: Run, results: Path, documents: Path, option: list[str]
) -> None:
    said = run("bench", "quality", "questions.jsonl", documents, *option)
    assert said.code != 0
    assert "Expected one of" in said.err


def test_quality_tells_what_it_left_out(
    run: Run, results: Path, documents: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(results))
    environment(results, "bm25s", "raise ModuleNotFoundError(name='bm25s')")
    ways = ["--strategy", "words", "--strategy", "bm25s"]
    asked = ["bench", "quality", "questions.jsonl", documents, *ways, "--library", library]
    reason = "bm25s is not installed: recto bench peers bm25s"
    said = run(*asked, "--json").json["strategies"]
    assert said["words"]["questions"] == 1
    assert said["bm25s"] == {"reason": reason}
    assert reason in run(*asked).out.replace("\n", " ")
