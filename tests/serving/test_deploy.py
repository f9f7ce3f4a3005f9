"""The files of deploy/, as far as they can be held against the code without what runs them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from recto.serving.configuration import ENVIRONMENT
from recto.serving.http.settings import ServeSettings

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "deploy").iterdir())
OTHERS = {"RECTO_QDRANT_KEY", "RECTO_API_KEY"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_variable_is_one_that_is_read(file: Path) -> None:
    named = set(re.findall(r"\bRECTO_[A-Z_]+", file.read_text()))
    settings = {ENVIRONMENT + name.upper() for name in ServeSettings.__dataclass_fields__}

    assert named <= settings | OTHERS


def test_the_unit_starts_a_command_that_there_is() -> None:
    unit = (ROOT / "deploy" / "recto.service").read_text()
    start = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert start is not None

    program, command, *options = shlex.split(start[1])

    assert Path(program).name == "recto"
    assert command == "serve"
    documented = (ROOT / "docs" / "cli.md").read_text()
    assert all(option in documented for option in options if option.startswith("--"))


def test_the_key_that_the_unit_tells_to_make_is_made_where_it_looks() -> None:
    unit = (ROOT / "deploy" / "recto.service").read_text()
    (kept,) = re.findall(r"^Environment=(XDG_DATA_HOME=\S+)$", unit, re.MULTILINE)
    header = " ".join(line.strip("# \\") for line in unit.split("[Unit]")[0].splitlines())

    assert f"env {kept} recto keys create" in header
    assert re.search(rf"^WorkingDirectory={kept.partition('=')[2]}$", unit, re.MULTILINE)


def test_an_image_holds_what_is_installed_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    folders = {link.name for link in (ROOT / "recto").iterdir() if link.is_symlink()}

    assert "*" in lines
    assert kept == {"recto", "pyproject.toml", "README.md", "LICENSE", "NOTICE", *folders}


def test_uploads_are_spooled_where_they_are_kept() -> None:
    container = (ROOT / "deploy" / "Containerfile").read_text()

    assert "TMPDIR=/data/tmp" in container
    assert "mkdir -p /data/tmp" in container
