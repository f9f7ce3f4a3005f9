"""Runs the command line in this process, on documents that are written here."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from recto.serving.cli.app import app
from tests import pdfs

PAGES = {
    "lighthouse.pdf": (
        "Lamp\nThe lamp of the lighthouse is cleaned every Monday with distilled water.",
        "Fog horn\nThe fog horn sounds three times a minute when the sea cannot be seen.",
    ),
    "penguins.pdf": (
        "Food\nPenguins eat krill, squid and small fish.",
        "Young\nA penguin chick is fed by both of its parents for eight weeks.",
        "Winter\nThe colony stands close together and turns its backs to the storm.",
    ),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON document that stdout holds."""
        assert self.out.endswith("\n")
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


Run = Callable[..., Ran]


def run_recto(*arguments: str | os.PathLike[str], env: dict[str, str] | None = None) -> Ran:
    """Run a command with pipes for stdin, stdout and stderr; nothing may be coloured then."""
    words = [os.fspath(argument) for argument in arguments]
    result = CliRunner().invoke(app, words, env=env, catch_exceptions=False)
    picture = result.stdout_bytes.startswith(b"\x89PNG")
    assert picture or "\x1b" not in result.output
    return Ran(result.exit_code, result.stdout, result.stderr, result.stdout_bytes)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands run in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RECTO_LIBRARY", raising=False)
    return run_recto


def write_pdf(path: Path, *pages: str, title: str | None = None) -> Path:
    """A PDF file with these lines of text on its pages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pdfs.pdf([pdfs.lines(page) for page in pages], title=title))
    return path


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documents of `PAGES`."""
    folder = tmp_path_factory.mktemp("documents")
    for name, pages in PAGES.items():
        write_pdf(folder / name, *pages)
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> Path:
    """A library of these documents, which tests only read."""
    folder = tmp_path_factory.mktemp("shared") / "library"
    assert run_recto("add", documents, "--library", folder, "--tag", "sea").code == 0
    return folder
