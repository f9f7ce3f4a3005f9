"""The numbers of the README are those of dated notes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEASURED = re.search(
    r"^## Measured$(.*?)^## ", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
)
NOTES = re.split(r"^## ", (ROOT / "benchmarks" / "README.md").read_text("utf-8"), flags=re.M)[1:]


def rows(text: str) -> list[str]:
    """Of all tables, without heads and rules."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [line for line in lines if re.search(r"\d", line) and "@" not in line]


@pytest.mark.parametrize("row", rows(MEASURED[1] if MEASURED else ""))
def test_a_row_of_the_readme_stands_in_a_note(row: str) -> None:
    assert any(row in rows(note) for note in NOTES)


def test_the_readme_has_rows() -> None:
    assert MEASURED is not None
    assert len(rows(MEASURED[1])) >= 4


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.partition("\n")[0])
def test_a_note_has_a_date_and_a_command(note: str) -> None:
    assert re.match(r"20\d\d-\d\d-\d\d \S", note)
    assert re.search(r"^Command: \S", note, re.M)
    assert re.search(r"ardware\b|`recto bench report", note)
