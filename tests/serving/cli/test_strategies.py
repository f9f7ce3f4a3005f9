"""`recto add --summaries`, `--strategy`, and `recto bench answers`, against a scripted endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.endpoints.known import make_known
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.serving.cli.conftest import Run, write_pdf

PAGE = "The lamp of the lighthouse is cleaned every Monday with distilled water."


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedEndpoint]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    with scripted() as running:
        make_known(running)
        yield running


def summary(page: str) -> Reply:
    return Reply.json({"page": page, "tables": [], "figures": []})


def test_summaries_are_written_once_and_searched(
    run: Run, tmp_path: Path, endpoint: ScriptedEndpoint
) -> None:
    write_pdf(tmp_path / "docs" / "lamp.pdf", PAGE)
    assert run("add", "docs", "--quiet").code == 0
    refused = run("search", "optics", "--strategy", "summaries")
    assert (refused.code, "recto add PATH --summaries --model MODEL" in refused.err) == (3, True)
    endpoint.script.append(summary("The keeper maintains the optics by hand."))
    model = ("--summaries", "--model", endpoint.model, "--base-url", endpoint.url)
    said = run("add", "docs", *model, "--json")
    assert said.json["summaries"]["pages"] == 1
    again = run("add", "docs", *model)
    assert (again.code, len(endpoint.requests)) == (0, 1)
    assert "Summarised 0 pages." in again.err
    found = run("search", "optics", "--strategy", "summaries-pages", "--json")
    assert found.json["hits"][0]["document"] == "lamp.pdf"
    cited = run("ask", "Who maintains the optics?", "--strategy", "summaries", "--no-pictures")
    assert "from a summary of the page" in cited.out


def test_page_without_summary_is_told(run: Run, tmp_path: Path, endpoint: ScriptedEndpoint) -> None:
    write_pdf(tmp_path / "docs" / "lamp.pdf", PAGE)
    endpoint.script.append(Reply.status(400))
    model = ("--summaries", "--model", endpoint.model, "--base-url", endpoint.url)
    said = run("add", "docs", *model)
    assert said.code == 1
    assert "page 1:" in said.err


def test_summaries_need_a_model(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECTO_MODEL", raising=False)
    write_pdf(tmp_path / "docs" / "lamp.pdf", PAGE)
    said = run("add", "docs", "--summaries")
    assert (said.code, "--model" in said.err) == (2, True)
    said = run("add", "docs", "--model", "any")
    assert (said.code, "--summaries" in said.err) == (2, True)
    assert not (tmp_path / ".recto").exists()


def test_bench_compares_strategies(run: Run, tmp_path: Path) -> None:
    write_pdf(tmp_path / "docs" / "lamp.pdf", PAGE, "The fog horn sounds in fog.")
    relevant = [{"document": "lamp.pdf", "page": 1}]
    wanted = {"question": "When is the lamp cleaned?", "answer": "Monday", "relevant": relevant}
    (tmp_path / "q.jsonl").write_text(json.dumps(wanted))
    both = ("--strategy", "default", "--strategy", "single")
    command = ("bench", "answers", "q.jsonl", "docs", *both, "--save", "results")
    said = run(*command)
    lines = said.out.splitlines()
    assert lines[0].split() == ["default", "single"]
    assert "citation precision" in said.out
    assert "cost" not in said.out
    recall = next(line for line in lines if line.startswith("citation recall"))
    assert recall.split()[2:] == ["1.000", "(1.00-1.00)", "1.000", "(1.00-1.00)"]
    log = tmp_path / "results" / "answers.jsonl"
    kept = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one["strategy"] for one in kept] == ["default", "single"]
    assert run("bench", "report", "results", "-o", "report.md").code == 0
    whole = "1.000 (1.000 – 1.000)"
    assert f"citation recall | {whole} | {whole}" in (tmp_path / "report.md").read_text("utf-8")
    assert run(*command).code == 0
    assert len(log.read_text().splitlines()) == 2  # nothing was asked again
