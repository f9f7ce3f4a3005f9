"""`recto ask --model` on a real terminal: the answer is shown while it is written."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.endpoints.known import make_known
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.serving.cli.test_process import RECTO, read_until

Process = subprocess.Popen[bytes]
Start = Callable[[ScriptedEndpoint], tuple[Process, int]]
RIGHT = 'They eat krill and squid. [S1 "Penguins eat krill, squid"]'
INVENTED = f'{RIGHT} They fly south. [S1 "penguins fly south in autumn"]'


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEndpoint]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    with scripted() as running:
        make_known(running)
        yield running


@pytest.fixture
def start(library: Path, tmp_path: Path) -> Start:
    """Starts the command with stdout and stderr on a terminal, whose other side it gives."""

    def started(endpoint: ScriptedEndpoint) -> tuple[Process, int]:
        ours, theirs = pty.openpty()
        chosen = ("--model", endpoint.model, "--base-url", endpoint.url)
        place = ("--library", str(library), "--no-pictures")
        process = subprocess.Popen(
            [*RECTO, "ask", "What do penguins eat?", *chosen, *place],
            cwd=tmp_path,
            env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "80"},
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        return process, ours

    return started


def shown_by(process: Process, terminal: int) -> str:
    """All that is shown, without what only moves and colours."""
    with process:
        shown = read_until(terminal, "never shown")
    os.close(terminal)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", shown.decode())


def test_answer_that_holds_is_shown_once_with_its_pages(
    start: Start, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script.append(Reply.text(RIGHT))
    process, terminal = start(endpoint)
    shown = shown_by(process, terminal)
    assert process.returncode == 0
    assert shown.count("They eat krill and squid. [1]") == 1
    assert "[1] penguins.pdf, page 1: “Penguins eat krill, squid”" in shown
    assert "S1" not in shown
    assert endpoint.requests[0].stream


def test_what_checking_has_changed_is_told(start: Start, endpoint: ScriptedEndpoint) -> None:
    endpoint.script.extend([Reply.text(INVENTED), Reply.text("{}")])
    process, terminal = start(endpoint)
    before, _, after = shown_by(process, terminal).partition("After checking")
    assert process.returncode == 0
    assert "They fly south." in before
    assert "They eat krill and squid. [1]" in after
    assert "fly" not in after


def test_text_is_shown_while_the_rest_is_waited_for(
    start: Start, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script.append(Reply.stalled(RIGHT))
    process, terminal = start(endpoint)
    with process:
        assert b"They eat krill" in read_until(terminal, "They eat krill")
        process.send_signal(signal.SIGINT)  # the endpoint would never end
        rest = read_until(terminal, "never shown")
    os.close(terminal)
    assert process.returncode == 130
    assert b"Traceback" not in rest
