"""Office files are handed to LibreOffice; here a script stands in for it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recto.engine.errors import DamagedFile, LimitExceeded, UnsupportedFile
from recto.indexing.files import kind_of
from recto.indexing.limits import Limits
from recto.indexing.reader import Reader
from tests.pdfs import pdf, text

Install = Callable[[str], None]

# The last argument is the file, the one before it the folder to write to.
_CONVERT = """
for file; do :; done
folder=$(dirname "$file")
echo run >> "$RUNS"
cp "$MADE" "$folder/document.pdf"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a program called `soffice`, the only one there is but for the system's."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "made.pdf").write_bytes(pdf([text(72, 700, "Converted words")]))
    for name in ("sh", "cp", "dirname", "sleep"):
        (programs / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("MADE", str(tmp_path / "made.pdf"))
    monkeypatch.setenv("RUNS", str(tmp_path / "runs"))

    def write(script: str) -> None:
        (programs / "soffice").write_text("#!/bin/sh\n" + script)
        (programs / "soffice").chmod(0o755)

    return write


@pytest.fixture
def docx(tmp_path: Path) -> Path:
    """A text file of Office with one sentence, as small as it may be."""
    path = tmp_path / "report.docx"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    words = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{words}"><w:body><w:p><w:r>'
        "<w:t>Converted words</w:t></w:r></w:p></w:body></w:document>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return path


def test_office_file_is_read_as_its_pdf(install: Install, docx: Path) -> None:
    install(_CONVERT)
    with Reader() as reader, reader.open(docx, kind_of(docx)) as document:
        assert document.pages == 1
        assert document.read(1).text.text == "Converted words"


def test_office_file_is_converted_once(install: Install, docx: Path, tmp_path: Path) -> None:
    install(_CONVERT)
    with Reader() as reader:
        for _ in range(3):
            reader.open(docx, "docx").close()
    assert (tmp_path / "runs").read_text().split() == ["run"]


def test_without_libreoffice(install: Install, docx: Path) -> None:
    with Reader() as reader, pytest.raises(UnsupportedFile, match=r"LibreOffice.*Install it"):
        reader.open(docx, "docx")


def test_libreoffice_makes_nothing(install: Install, docx: Path) -> None:
    install("echo 'source file could not be loaded'")
    with Reader() as reader, pytest.raises(DamagedFile, match="could not be loaded"):
        reader.open(docx, "docx")


def test_libreoffice_hangs(install: Install, docx: Path, tmp_path: Path) -> None:
    install('sleep 60 & echo $! > "$RUNS"; wait')
    with (
        Reader(Limits(convert_seconds=0.5)) as reader,
        pytest.raises(LimitExceeded, match=r"0\.5 s.*convert_seconds"),
    ):
        reader.open(docx, "docx")
    (child,) = (tmp_path / "runs").read_text().split()
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_libreoffice_makes_too_much(install: Install, docx: Path) -> None:
    install(_CONVERT)
    limits = Limits(bytes=docx.stat().st_size + 10_000)
    Path(docx.parent / "made.pdf").write_bytes(pdf([b" " * 20_000]))
    with Reader(limits) as reader, pytest.raises(LimitExceeded, match=r"Limits\.bytes"):
        reader.open(docx, "docx")


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_itself(docx: Path) -> None:
    with Reader() as reader, reader.open(docx, kind_of(docx)) as document:
        assert document.read(1).text.text == "Converted words"
