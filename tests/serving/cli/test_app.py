from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.serving.cli.conftest import Run

COMMANDS = ("add", "search", "ask", "list", "show", "remove", "doctor", "bench")
HEAVY = (
    "fastapi",
    "mcp",
    "numpy",
    "openai",
    "qdrant_client",
    "onnxruntime",
    "PIL",
    "pypdfium2",
    "qdrant_edge",
    "rapidocr",
    "rich",
    "tokenizers",
)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from recto.serving.cli.app import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: print('modules:', *sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = said.stdout.rpartition("modules:")[2].split()
    assert "typer" in modules
    assert not set(HEAVY).intersection(modules)


def test_version(run: Run) -> None:
    assert run("--version").out == f"recto {version('recto')}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0
    assert f"Usage: recto {command}" in said.out.replace("root", "recto")
    assert command == "bench" or "Example" in said.out


def test_help_names_the_exit_codes(run: Run) -> None:
    said = " ".join(run("--help").out.split())
    for code in ("0 fine", "1 some documents failed", "2 usage", "3 no such", "5 the store", "130"):
        assert code in said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["seek", "x"],
        ["search"],
        ["search", "x", "--limit", "0"],
        ["search", "x", "--pages", "9-3"],
        ["add", ".", "--meta", "year"],
        ["show", "a.pdf", "0"],
        ["show", "a.pdf", "seven"],
        ["show", "a.pdf", "1", "-o", "page.txt"],
        ["show", "a.pdf", "1", "-o", "-", "--json"],
        ["show", "a.pdf", "1", "--width", "1"],
    ],
)
def test_wrong_usage_is_2_and_touches_nothing(run: Run, arguments: list[str]) -> None:
    said = run(*arguments)
    assert said.code == 2
    assert "Usage:" in said.out + said.err
