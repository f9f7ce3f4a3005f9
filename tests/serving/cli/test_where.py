"""`--where` and `--tenant` on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.serving.cli.conftest import Run, write_pdf


def test_where_confines_every_command(run: Run, library: Path) -> None:
    found = run("search", "the", "-l", library, "--where", 'name = "penguins.pdf"', "--json").json
    assert {hit["document"] for hit in found["hits"]} == {"penguins.pdf"}
    listed = run("list", "-l", library, "-w", "pages < 3", "--json").json
    assert [document["document"] for document in listed["documents"]] == ["lighthouse.pdf"]
    asked = run("ask", "What do penguins eat?", "-l", library, "-w", "pages < 3", "--no-pictures")
    assert "krill" not in asked.out
    assert run("list", "-l", library, "-w", "pages > 9").out == "No document of which this holds.\n"


def test_bad_filter_is_shown_with_a_caret(run: Run, library: Path) -> None:
    ran = run("search", "the", "-l", library, "--where", "pages > 'x'")
    assert ran.code == 2
    assert ran.err.splitlines()[1:] == ["    pages > 'x'", "            ^^^"]


def test_tenants_are_apart(run: Run, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", "The lamp is cleaned every Monday.")
    assert run("add", path, "--tenant", "anna", "--meta", "year=2024").code == 0
    ran = run("list")
    assert (ran.code, "--tenant NAME" in ran.err) == (2, True)
    assert run("list", "--json", env={"RECTO_TENANT": "ben"}).json == {"documents": []}
    mine = run("--tenant", "anna", "search", "lamp", "-w", "meta.year = 2024", "--json").json
    assert [hit["document"] for hit in mine["hits"]] == ["a.pdf"]
    assert run("remove", "a.pdf", "--yes", "--tenant", "ben").code == 3
    assert run("remove", "a.pdf", "--yes", "--tenant", "anna").code == 0
