from __future__ import annotations

from pathlib import Path

import pytest

from recto.indexing.progress import Progress
from recto.serving.cli.progress import describe, figures, rate, shortened


def progress(name: str, *, page: int, pages: int, files: int = 1) -> Progress:
    return Progress(
        path=Path("/reports", name),
        page=page,
        pages=pages,
        files_done=files - 1,
        files=files,
        pages_done=page,
        bytes_done=1,
        bytes=2,
    )


def test_one_file_is_described_by_name_and_page() -> None:
    assert describe(progress("report.pdf", page=3, pages=9), 20) == "report.pdf 3/9"


def test_several_files_are_counted() -> None:
    assert describe(progress("b.pdf", page=0, pages=0, files=2), 20) == "2 of 2 b.pdf"


def test_a_hostile_name_is_disarmed() -> None:
    assert "\x1b" not in describe(progress("\x1b[2J.pdf", page=1, pages=1), 20)


@pytest.mark.parametrize("length", [5, 8, 28])
def test_a_long_name_keeps_beginning_and_end(length: int) -> None:
    name = "annual report of the whole group 2018.pdf"
    short = shortened(name, length)
    beginning, end = short.split("…")
    assert len(short) == length
    assert name.startswith(beginning)
    assert name.endswith(end)


def test_rate_is_empty_before_the_first_page() -> None:
    assert rate(0, 3) == ""
    assert rate(30, 4) == "7.5 pages/s"


def test_figures_leave_out_what_is_not_known_yet() -> None:
    at_hand = progress("a.pdf", page=3, pages=9)
    assert figures(at_hand, 1.5, None) == " 50% 2.0 pages/s"
    assert figures(at_hand, 1.5, 83.4) == " 50% 2.0 pages/s 0:01:23 left"
