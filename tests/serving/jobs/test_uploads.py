"""Names from requests never become paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.serving.jobs.job import new_id
from recto.serving.jobs.uploads import Uploads, safe_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\Übersicht 2024.pdf", "Übersicht 2024.pdf"),
        ("..", "unnamed"),
        ("", "unnamed"),
        (".hidden", "hidden"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
    ],
)
def test_only_the_name_of_a_path_is_kept(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


@given(st.text())
def test_every_name_is_one_a_file_can_have(sent: str) -> None:
    name = safe_name(sent)

    assert Path(name).name == name
    assert 0 < len(name.encode()) <= 180


def test_a_long_name_keeps_its_suffix() -> None:
    assert safe_name("ü" * 300 + ".pdf").endswith("ü.pdf")


def test_only_what_belongs_to_no_job_is_swept(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    kept, cut_off = new_id(), new_id()
    for job in (kept, cut_off):
        path = uploads.place(job, 0, "a.pdf")
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")

    uploads.sweep({kept})

    assert uploads.place(kept, 0, "a.pdf").exists()
    assert not uploads.place(cut_off, 0, "a.pdf").exists()
