"""Data sets of others: read from files as they publish them, and measured with a real library."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image

from recto.benchmarks import beir, vidore
from recto.benchmarks.datasets import open_dataset
from recto.benchmarks.quality import run
from recto.benchmarks.questions import Place
from recto.engine.errors import InputError

CORPUS = {
    "sea/1": "Walruses eat clams and sea snails on the floor of shallow seas.",
    "land.2": "Horses eat hay and oats in the stable.",
    "copy": "Horses eat hay and oats in the stable.",
}


@pytest.fixture
def beir_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "animals"
    (folder / "qrels").mkdir(parents=True)
    passages = [{"_id": id, "title": "", "text": text} for id, text in CORPUS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, passages)))
    asked = [{"_id": "q1", "text": "What do walruses eat?"}, {"_id": "q2", "text": "Why?"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\tsea/1\t2\nq1\tcopy\t0\n"
    )
    return folder


def test_beir_questions_have_grades_and_need_an_answer(beir_folder: Path, tmp_path: Path) -> None:
    dataset = open_dataset(beir_folder, None, tmp_path / "made")
    (question,) = dataset.questions
    assert (question.name, dataset.name) == ("q1", "animals")
    assert list(question.gains.values()) == [2]
    assert len({path.read_bytes() for path in dataset.documents.iterdir()}) == len(CORPUS)


def test_beir_is_measured_in_each_way(beir_folder: Path) -> None:
    default, words = run(beir_folder, ways=["default", "words"])
    assert (default.pages, default.ndcg_5, words.ndcg_5) == (3, 1.0, 1.0)
    assert (default.way, words.way) == ("default", "words")
    assert set(default.searching) == {"encode", "rank", "read", "rest"}
    assert default.setting.adding["store"] > 0


def test_beir_answer_outside_the_corpus_is_refused(beir_folder: Path, tmp_path: Path) -> None:
    (beir_folder / "qrels" / "test.tsv").write_text("q1\tsky\t1\n")
    with pytest.raises(InputError, match="answered by 'sky', which the corpus lacks"):
        beir.load(beir_folder, tmp_path)


def test_beir_grades_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "test.tsv").write_text("q\td\tscore\nq1\tsea\tmuch\n")
    with pytest.raises(InputError, match="line 2"):
        beir.read_grades(tmp_path / "test.tsv")


def picture(shade: int) -> dict[str, object]:
    packed = io.BytesIO()
    Image.new("L", (8, 8), shade).save(packed, "PNG")
    return {"bytes": packed.getvalue(), "path": None}


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), path)


def test_vidore_of_one_table_shares_pictures(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"query": "black?", "image": picture(0), "image_filename": "a.png"},
        {"query": "dark?", "image": picture(0), "image_filename": "a.png"},
        {"query": None, "image": picture(255), "image_filename": "b.png"},
    ]
    write(tmp_path / "set" / "data" / "test-00000.parquet", rows)
    (tmp_path / "made").mkdir()
    black, dark = vidore.load(tmp_path / "set", tmp_path / "made")
    assert (black.text, dark.text, black.relevant) == ("black?", "dark?", dark.relevant)
    assert len(list((tmp_path / "made").iterdir())) == 2


@pytest.mark.parametrize("dash", ["-", "_"])
def test_vidore_of_three_tables_has_grades_and_languages(tmp_path: Path, dash: str) -> None:
    question, passage = f"query{dash}id", f"corpus{dash}id"
    folder, made = tmp_path / "set", tmp_path / "made"
    write(folder / "corpus" / "0.parquet", [{passage: i, "image": picture(i)} for i in range(3)])
    asked = [
        {question: 7, "query": "Which?", "language": "english"},
        {question: 8, "query": "Lequel ?", "language": "french"},
    ]
    write(folder / "queries" / "0.parquet", asked)
    grades = [
        {question: q, passage: p, "score": s} for q, p, s in [(7, 0, 2), (7, 2, 1), (8, 1, 1)]
    ]
    write(folder / "qrels" / "0.parquet", grades)
    dataset = open_dataset(folder, None, made, language="english")
    (found,) = dataset.questions
    assert (found.name, sorted(found.gains.values())) == ("7", [1, 2])
    assert all(isinstance(p, Place) and (made / p.document).is_file() for p in found.relevant)


def test_vidore_without_a_column_says_which_it_has(tmp_path: Path) -> None:
    write(tmp_path / "set" / "0.parquet", [{"question": "?", "picture": b""}])
    with pytest.raises(InputError, match="columns question, picture; expected image"):
        vidore.load(tmp_path / "set", tmp_path)


def test_a_folder_of_neither_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(InputError, match=r"neither corpus\.jsonl"):
        open_dataset(tmp_path / "set", None, tmp_path / "made")


def test_an_unknown_way_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"by 'magic'\. Expected one of default"):
        run(tmp_path / "nowhere", ways=["magic"])
