from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from recto.engine.errors import InputError
from recto.results import Document
from recto.serving.cli.pictures import file_name, save, slug


def document(name: str) -> Document:
    return Document(
        id="0123456789abcdef" * 4,
        name=name,
        title="",
        pages=9,
        size=1,
        kind="pdf",
        paths=(f"/{name}",),
        added="2026-01-01T00:00:00+00:00",
    )


def test_slug_of_a_question() -> None:
    assert slug("What was FY2018 capex?") == "what-was-fy2018-capex"


def test_slug_without_a_letter() -> None:
    assert slug("?!") == "question"


@given(st.text(st.characters()))
def test_slug_is_a_name_of_one_folder(question: str) -> None:
    made = slug(question)
    assert made == Path(made).name
    assert made not in (".", "..")
    assert 0 < len(made.encode()) <= 60


def test_file_name_is_document_and_page() -> None:
    assert file_name(document("report.pdf"), 7) == "report-p7.png"


def test_file_name_with_a_twin_has_the_id() -> None:
    assert file_name(document("report.pdf"), 7, twin=True) == "report-01234567-p7.png"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "a/b\\c.pdf", "-rf.pdf", "$(x) `y`;.pdf"]
)
def test_file_name_cannot_leave_its_folder_or_be_an_option(name: str) -> None:
    made = file_name(document(name), 1)
    assert "/" not in made
    assert made[0] not in "-."
    assert not set("\\$`; ") & set(made)


@given(st.text(st.characters(), min_size=1))
def test_file_name_fits_every_file_system(name: str) -> None:
    made = file_name(document(name), 20_000, twin=True)
    assert made == Path(made).name
    assert len(made.encode()) < 255


@pytest.mark.parametrize(("suffix", "kind"), [(".png", "PNG"), (".JPG", "JPEG"), (".webp", "WEBP")])
def test_saved_pictures_are_of_the_kind_of_their_suffix(
    tmp_path: Path, suffix: str, kind: str
) -> None:
    path = tmp_path / "new" / f"page{suffix}"
    save(Image.new("RGBA", (20, 30), "red"), path)
    with Image.open(path) as image:
        assert (image.format, image.size) == (kind, (20, 30))


def test_saving_where_a_file_stands_for_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        save(Image.new("RGB", (2, 2)), tmp_path / "file" / "page.png")
