"""The command line as a process: signals, closed pipes, a real terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.serving.cli.conftest import write_pdf

RECTO = [sys.executable, "-m", "recto.serving.cli.app"]
PAGES = 400


def read_until(terminal: int, wanted: str) -> bytes:
    """What a terminal shows until `wanted` matches, or until the other side is closed."""
    shown = b""
    while not re.search(wanted.encode(), shown):
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # how Linux reports the end of a terminal
            break
        if not chunk:
            break
        shown += chunk
    return shown


def start(folder: Path, *arguments: str) -> tuple[subprocess.Popen[bytes], int]:
    """A command in `folder` whose stderr is a terminal; the terminal's other side."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80"}
    process = subprocess.Popen(
        [*RECTO, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    return process, ours


def test_ctrl_c_while_adding_leaves_a_library_that_resumes(tmp_path: Path) -> None:
    write_pdf(tmp_path / "first.pdf", "Penguins eat krill.")
    write_pdf(
        tmp_path / "second.pdf",
        *(
            f"Report number {number}\n" + "The harbour is quiet today.\n" * 9
            for number in range(PAGES)
        ),
    )
    process, terminal = start(tmp_path, "add", "first.pdf", "second.pdf")
    with process:
        shown = read_until(terminal, rf"second\.pdf \d\d+/{PAGES}")
        process.send_signal(signal.SIGINT)
        shown += read_until(terminal, "never shown")
    os.close(terminal)
    assert process.returncode == 130
    assert b"the same command again" in shown
    assert b"Traceback" not in shown
    assert b"pages/s" in shown

    again = subprocess.run(
        [*RECTO, "add", "first.pdf", "second.pdf", "--json"], cwd=tmp_path, capture_output=True
    )
    assert (again.returncode, again.stderr) == (0, b"")
    assert 0 < json.loads(again.stdout)["pages"] < PAGES - 9  # the others are not read again
    listed = subprocess.run([*RECTO, "list", "--json"], cwd=tmp_path, capture_output=True)
    pages = {d["document"]: d["pages"] for d in json.loads(listed.stdout)["documents"]}
    assert pages == {"first.pdf": 1, "second.pdf": PAGES}


def test_a_closed_pipe_ends_quietly(library: Path) -> None:
    with subprocess.Popen(
        [*RECTO, "search", "penguins", "--library", str(library)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 141
    assert said == b""


def test_a_locale_without_the_letters_of_a_page_is_no_reason_to_fail(tmp_path: Path) -> None:
    write_pdf(tmp_path / "menu.pdf", "The crêpe costs 5 € on Sundays.")
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    said = subprocess.run(
        [*RECTO, "ask", "What does the crêpe cost?", "menu.pdf", "--no-pictures"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
    )
    assert said.returncode == 0
    assert b"cr?pe costs 5 ?" in said.stdout
