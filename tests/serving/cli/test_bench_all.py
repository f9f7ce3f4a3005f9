"""`recto bench all`: quality, answers and speed of the same documents in one report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.serving.cli.conftest import Ran, Run

RELEVANT = [{"document": "penguins.pdf", "page": 1}]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    folder = tmp_path / "birds"
    folder.mkdir()
    lines = [{"question": "What do penguins eat?", "relevant": RELEVANT, "answer": "krill"}]
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "questions.jsonl"


def measured(run: Run, questions: Path, documents: Path, *options: str) -> Ran:
    few = ["--pages", "0", "--strategy", "default", "--strategy", "words"]
    return run("bench", "all", questions, documents, "--save", "results", *few, *options)


def kinds(folder: Path) -> set[str]:
    return {json.loads(path.read_text("utf-8"))["kind"] for path in folder.glob("*.json")}


def test_one_command_makes_one_report_with_peers(
    run: Run, questions: Path, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no-peers-here"))
    said = measured(run, questions, documents, "--peers", "numpy_map,fast_plaid")
    assert (said.code, said.out) == (0, "results/report.html\nresults/report.md\n")
    assert kinds(tmp_path / "results") == {"quality", "answers", "speed"}
    told = (tmp_path / "results" / "report.md").read_text("utf-8")
    for part in ("## birds", "## Answers, birds", "## Search: 5 pages of birds"):
        assert part in told
    assert "| numpy_map | exact |" in told
    assert "fast_plaid is not installed" in told
    page = (tmp_path / "results" / "report.html").read_text("utf-8")
    assert "<svg" in page
    assert "numpy_map" in page


def test_a_part_that_fails_leaves_the_others_and_is_said(
    run: Run, questions: Path, documents: Path, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (results / "answers.json").write_text("of an older run, and not to be reported")
    said = measured(run, questions, documents, "--peers", "none", "--unanswerable", "gone.jsonl")
    assert said.code != 0
    assert "Not measured: answers:" in said.err
    assert "gone.jsonl" in said.err
    told = (results / "report.md").read_text("utf-8")
    assert "## birds" in told
    assert "## Search: 5 pages of birds" in told
    assert "Answers" not in told


def test_where_nothing_can_be_measured_there_is_no_report(
    run: Run, questions: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    said = measured(run, questions, tmp_path / "empty", "--peers", "none")
    assert said.code != 0
    assert "names the document 'penguins.pdf'" in said.err
    assert not list((tmp_path / "results").glob("report*"))


def test_speed_alone_takes_questions_and_documents(
    run: Run, questions: Path, documents: Path
) -> None:
    said = run("bench", "speed", questions, documents, "--pages", "0", "--json")
    (searched,) = said.json["search"]
    assert (searched["set"], searched["pages"], searched["questions"]) == ("birds", 5, 1)
    assert {row["recall"] for row in searched["engines"]} == {1.0}
