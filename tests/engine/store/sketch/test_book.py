from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.engine.store.sketch.book import Book
from recto.engine.vectors import FloatArray

DIM = 4


def id_of(n: int) -> str:
    return str(uuid.UUID(int=n << 64))  # ends in zeros, which numpy takes for padding


def vectors(n: int, count: int = 3) -> FloatArray:
    return np.full((count, DIM), n, np.float32)


def held(book: Book) -> dict[str, tuple[float, int]]:
    """Of each page what its vectors are, and how many blocks they take."""
    found = {}
    ids = book.table.ids(np.arange(len(book)))
    for id, entry in zip(ids, book.table.fine.entries, strict=True):
        first, blocks = int(entry["first"]), int(entry["blocks"])
        rows = book.table.fine.column.rows[first : first + blocks]
        value = (rows.astype(np.float32) - 128) * entry["scale"]
        assert np.ptp(value) == 0
        found[id] = (round(float(value.flat[0]), 3), blocks)
    return found


_steps = st.lists(
    st.tuples(st.sampled_from(["add", "forget", "reopen", "compact"]), st.integers(1, 5)),
    max_size=15,
)


@given(_steps)
@settings(max_examples=40, deadline=None)
def test_book_is_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("sketches") / "book"
    book, model = Book(folder, DIM), {}
    for n, (step, id) in enumerate(steps, 1):
        if step == "add":
            book.add(id_of(id), vectors(n, 3 + n * 4))
            model[id_of(id)] = (float(n), -(-(3 + n * 4) // 16))
        elif step == "forget":
            book.forget([id_of(id)])
            model.pop(id_of(id), None)
        elif step == "compact":
            book = book.compact()
            assert not book.is_wasteful()
        else:
            book.close()
            book = Book(folder, DIM)
        assert held(book) == model
        assert len(book) == len(model)
        assert (id_of(id) in book) == (id_of(id) in model)
    book.close()


@pytest.mark.parametrize("name", ["fine", "coarse", "pages"])
@pytest.mark.parametrize("lost", [1, 70])
def test_end_that_was_lost_is_cut_off(tmp_path: Path, name: str, lost: int) -> None:
    book = Book(tmp_path, DIM)
    for n in (1, 2, 3):
        book.add(id_of(n), vectors(n))
    book.flush()
    book.close()
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-lost])
    book = Book(tmp_path, DIM)
    whole = 1 if name != "pages" and lost == 70 else 2
    assert held(book) == {id_of(n): (float(n), 1) for n in range(1, whole + 1)}
    book.add(id_of(3), vectors(3))
    assert held(book)[id_of(3)] == (3.0, 1)
    book.close()


def test_compact_takes_what_is_gone_from_the_disk(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", DIM)
    for n in range(1, 11):
        book.add(id_of(n), vectors(n, 160))
    before = (tmp_path / "book" / "fine").stat().st_size
    book.forget([id_of(n) for n in range(1, 9)])
    assert book.is_wasteful()
    book = book.compact()
    assert (tmp_path / "book" / "fine").stat().st_size == before // 5
    assert held(book) == {id_of(n): (float(n), 10) for n in (9, 10)}
    book.close()
