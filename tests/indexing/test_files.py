"""Files are found once, in order, and known by their bytes."""

from __future__ import annotations

import io
import os
import socket
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from recto.engine.errors import EmptyFile, EncryptedFile, UnreadableFile, UnsupportedFile
from recto.indexing.files import Found, Refused, find, kind_of
from tests.pdfs import pdf, text

PDF = pdf([text(72, 700, "Hello")])


def _picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, kind)
    return buffer.getvalue()


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 5000)
    return buffer.getvalue()


def _odf(kind: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
    return buffer.getvalue()


def _ole(stream: str) -> bytes:
    """The header of an OLE file, whose directory stands in sector 2."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[30:32] = (9).to_bytes(2, "little")
    head[48:52] = (2).to_bytes(4, "little")
    directory = "Root Entry".encode("utf-16-le").ljust(128, b"\0")
    return bytes(head) + bytes(1024) + directory + stream.encode("utf-16-le").ljust(128, b"\0")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "pdf"),
        (b"\xef\xbb\xbf\n" + PDF, "pdf"),
        (_picture("PNG"), "png"),
        (_picture("JPEG"), "jpeg"),
        (_picture("WEBP"), "webp"),
        (_picture("TIFF"), "tiff"),
        (_zip("[Content_Types].xml", "word/document.xml"), "docx"),
        (_zip("[Content_Types].xml", "a.xml", "ppt/presentation.xml"), "pptx"),
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (_odf("text"), "odt"),
        (_odf("presentation"), "odp"),
        (_odf("spreadsheet"), "ods"),
        (_ole("WordDocument"), "doc"),
        (_ole("PowerPoint Document"), "ppt"),
        (_ole("Workbook"), "xls"),
        (b"{\\rtf1 hello}", "rtf"),
    ],
)
def test_kind_is_told_by_bytes(tmp_path: Path, data: bytes, kind: str) -> None:
    path = tmp_path / "misnamed.txt"
    path.write_bytes(data)
    assert kind_of(path) == kind


@pytest.mark.parametrize("data", [b"plain words", b"PK\x03\x04", _zip("a.txt"), b"RIFF", b"\xd0"])
def test_kind_of_something_else(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    with pytest.raises(UnsupportedFile, match=r"report\.pdf.*expected.*pdf"):
        kind_of(path)


def test_kind_of_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.touch()
    with pytest.raises(EmptyFile, match=r"report\.pdf"):
        kind_of(path)


def test_kind_of_protected_office_file(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(_ole("EncryptedPackage"))
    with pytest.raises(EncryptedFile, match="password"):
        kind_of(path)


def _names(*paths: Path) -> list[str]:
    return [result.path.name for result in find(paths)]


def test_folder_is_searched_in_order(tmp_path: Path) -> None:
    for name in ("b/2.pdf", "b/10.pdf", "a.pdf", "c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PDF)
    assert _names(tmp_path) == ["a.pdf", "10.pdf", "2.pdf", "c.pdf"]


def test_hidden_and_own_folders_are_skipped(tmp_path: Path) -> None:
    for name in (".recto/kept.pdf", ".git/x.pdf", ".hidden.pdf", "seen.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PDF)
    assert _names(tmp_path) == ["seen.pdf"]


def test_hidden_file_that_is_named_is_found(tmp_path: Path) -> None:
    (tmp_path / ".hidden.pdf").write_bytes(PDF)
    assert _names(tmp_path / ".hidden.pdf") == [".hidden.pdf"]


def test_strangers_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "empty.log").touch()
    (tmp_path / "false.pdf").write_text("words")
    (tmp_path / "letter.txt").write_bytes(PDF)
    results = list(find([tmp_path]))
    assert [(r.path.name, type(r)) for r in results] == [
        ("false.pdf", Refused),
        ("letter.txt", Found),
    ]


def test_stranger_that_is_named_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words")
    (result,) = find([tmp_path / "notes.txt"])
    assert isinstance(result, Refused)
    assert isinstance(result.error, UnsupportedFile)


def test_missing_path_is_refused_and_the_rest_found(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF)
    missing, found = find([tmp_path / "gone", tmp_path])
    assert isinstance(missing, Refused)
    assert isinstance(missing.error, UnreadableFile)
    assert isinstance(found, Found)


def test_each_file_is_found_once(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(PDF)
    (tmp_path / "b.pdf").symlink_to(path)
    assert _names(path, tmp_path, path) == ["a.pdf"]


def test_loop_of_links_ends(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.pdf").write_bytes(PDF)
    (inner / "back").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    results = list(find([tmp_path]))
    assert [r.path.name for r in results if isinstance(r, Found)] == ["a.pdf"]
    assert [r.path.name for r in results if isinstance(r, Refused)] == ["self"]


def test_deep_folders_are_searched(tmp_path: Path) -> None:
    deepest = tmp_path
    for _ in range(400):
        deepest = deepest / "d"
    deepest.mkdir(parents=True)
    (deepest / "a.pdf").write_bytes(PDF)
    assert _names(tmp_path) == ["a.pdf"]


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket.pdf"))
    assert _names(tmp_path) == []
    (result,) = find([tmp_path / "pipe.pdf"])
    assert isinstance(result, Refused)


def test_unreadable_folder_is_refused_and_the_rest_found(tmp_path: Path) -> None:
    # A name longer than the system takes cannot be read by anybody, root included.
    (tmp_path / "a.pdf").write_bytes(PDF)
    refused, found = find([tmp_path / ("x" * 300), tmp_path])
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, UnreadableFile)
    assert isinstance(found, Found)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_folder_is_refused_and_the_rest_found(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "z.pdf").write_bytes(PDF)
    refused, found = find([tmp_path])
    (tmp_path / "shut").chmod(0o700)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, UnreadableFile)
    assert found.path.name == "z.pdf"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"RIFF....WAVEfmt ", "wav"),
        (b"\0\0\0\x18ftypisom", "mov"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"ID3\4", "mp3"),
    ],
)
def test_sound_and_film_are_found_by_their_bytes(tmp_path: Path, head: bytes, kind: str) -> None:
    path = tmp_path / "any.thing"
    path.write_bytes(head + bytes(64))
    assert list(find([tmp_path])) == [Found(path, kind)]


@pytest.mark.parametrize("brand", [b"heic", b"avif", b"mif1"])
def test_pictures_in_the_boxes_of_film_are_none(tmp_path: Path, brand: bytes) -> None:
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(64))
    assert list(find([tmp_path])) == []
