from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "cli_docs.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cli_docs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documentation_says_what_help_says(script: ModuleType) -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert words(written) == words(script.document()), f"run python {SCRIPT.relative_to(ROOT)}"


def words(text: str) -> list[str]:
    """Without line breaks and brackets of usage lines, which differ between versions of Typer."""
    return re.sub(r"[{}\[\].]", " ", text).split()
