"""Data sets of others: read from files as they publish them, and measured with a real library."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from recto.benchmarks import beir, fetched, vidore
from recto.benchmarks.datasets import open_dataset
from recto.benchmarks.passages import Passages
from recto.benchmarks.quality import run
from recto.benchmarks.questions import Place
from recto.engine.errors import InputError, MissingExtra, NotFound

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
    default, words = (one.measured for one in run(beir_folder, ways=["default", "words"]))
    assert (default.pages, default.mean("ndcg@5"), words.mean("ndcg@5")) == (3, 1.0, 1.0)
    assert (default.way, words.way) == ("default", "words")
    assert set(default.searching) == {"encode", "rank", "read", "rest"}
    assert default.adding["store"] > 0
    assert 0 < (words.read_bytes or 0) < (default.read_bytes or 0)


def test_beir_answer_outside_the_corpus_is_refused(beir_folder: Path, tmp_path: Path) -> None:
    (beir_folder / "qrels" / "test.tsv").write_text("q1\tsky\t1\n")
    with pytest.raises(InputError, match="answered by 'sky', which the corpus lacks"):
        beir.load(beir_folder, Passages(tmp_path))


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
    black, dark = vidore.load(tmp_path / "set", Passages(tmp_path / "made"))
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
    assert dataset.language == "english"
    (found,) = dataset.questions
    assert (found.name, sorted(found.gains.values())) == ("7", [1, 2])
    assert all(isinstance(p, Place) and (made / p.document).is_file() for p in found.relevant)


def test_vidore_without_languages_cannot_choose_one(tmp_path: Path) -> None:
    write(tmp_path / "set" / "0.parquet", [{"query": "black?", "image": picture(0)}])
    with pytest.raises(InputError, match="columns query, image; expected language"):
        open_dataset(tmp_path / "set", None, tmp_path / "made", language="english")


def test_a_corpus_of_text_may_come_as_tables(tmp_path: Path) -> None:
    folder, made = tmp_path / "set", tmp_path / "made"
    corpus = [{"_id": id, "title": "", "text": text} for id, text in CORPUS.items()]
    write(folder / "corpus" / "0.parquet", corpus)
    write(folder / "queries" / "0.parquet", [{"_id": "q1", "text": "What do walruses eat?"}])
    write(folder / "qrels" / "0.parquet", [{"query-id": "q1", "corpus-id": "sea/1", "score": 1}])
    dataset = open_dataset(folder, None, made)
    ((place,),) = (question.relevant for question in dataset.questions)
    assert CORPUS["sea/1"] in text_of(made / place.document).replace("\r\n", " ")


def test_vidore_without_a_column_says_which_it_has(tmp_path: Path) -> None:
    write(tmp_path / "set" / "0.parquet", [{"question": "?", "picture": b""}])
    with pytest.raises(InputError, match="columns question, picture; expected image"):
        vidore.load(tmp_path / "set", Passages(tmp_path))


def test_a_folder_of_neither_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(InputError, match=r"neither corpus\.jsonl"):
        open_dataset(tmp_path / "set", None, tmp_path / "made")


def test_an_unknown_way_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"by 'magic'\. Expected one of default"):
        run(tmp_path / "nowhere", ways=["magic"])


NOWHERE = "http://127.0.0.1:9"


def test_a_set_of_the_hub_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    with pytest.raises(NotFound, match=r"hf:someone/animals .* cannot be fetched.*: .* a copy"):
        fetched.hub("someone/animals", cache=tmp_path, endpoint=NOWHERE)


def test_a_set_that_was_fetched_before_needs_no_network(beir_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    kept = tmp_path / "datasets--someone--animals"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("0" * 40)
    (kept / "snapshots").mkdir()
    beir_folder.rename(kept / "snapshots" / ("0" * 40))
    found = fetched.hub("someone/animals", cache=tmp_path, endpoint=NOWHERE)
    (tmp_path / "made").mkdir()
    (question,) = beir.load(found, Passages(tmp_path / "made"))
    assert question.text == "What do walruses eat?"


def test_an_unknown_task_of_mteb_is_said(tmp_path: Path) -> None:
    pytest.importorskip("mteb")
    with pytest.raises(NotFound, match="MTEB has no task 'NoSuchTask'"):
        open_dataset("mteb:NoSuchTask", None, tmp_path / "made")


def test_without_the_packages_the_extra_is_named(tmp_path: Path) -> None:
    if find_spec("mteb") is not None:
        pytest.skip("mteb is installed")
    with pytest.raises(MissingExtra, match=r"recto\[mteb\]"):
        open_dataset("mteb:SciFact", None, tmp_path / "made")


def test_rows_as_mteb_has_them_become_questions(tmp_path: Path) -> None:
    corpus: list[dict[str, object]] = [
        {"id": "sea", "title": "The sea", "text": CORPUS["sea/1"]},
        {"id": "seen", "text": None, "image": Image.new("RGB", (8, 8))},
    ]
    asked = [{"id": 1, "text": "What do walruses eat?"}, {"id": 2, "text": "Why?"}]
    passages = Passages(tmp_path)
    (question,) = fetched.questions_of(
        corpus, asked, {"1": {"sea": 1, "seen": 2}}, passages, where="here"
    )
    assert sorted(question.gains.values()) == [1, 2]
    assert {place.document for place in question.relevant} == set(passages.names.values())


LETTERS = {
    "latin": "Café, naïve – 5 € (or more)",
    "greek": "Οι θαλάσσιοι ίπποι τρώνε μύδια στον βυθό της θάλασσας.",
    "cyrillic": "Моржи едят моллюсков на дне мелких морей.",
    "chinese": "海象在浅海的海底吃蛤蜊和海螺。" * 8,
    "arabic": "يأكل الفظ المحار (والحلزون) في قاع البحار الضحلة، حوالي 50 كيلوغراما في اليوم.",
    "hebrew": "סוסים אוכלים hay (חציר) ושיבולת שועל",
    "hindi": "वालरस उथले समुद्रों में सीप खाते हैं।",
    "symbols": "α",
    "emoji": "A walrus 🦭 and a horse 🐎",
}


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_of_a_passage_is_read_again(tmp_path: Path, name: str) -> None:
    passages = Passages(tmp_path)
    passages.add({"id": name, "title": "", "text": LETTERS[name]})
    words = text_of(tmp_path / passages.names[name]).split()
    assert "".join(words) == "".join(LETTERS[name].split())
    assert len(passages.notes) == (name != "latin")
    assert all("blank in pictures" in note for note in passages.notes)


def test_words_of_any_script_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    names = ("greek", "chinese", "arabic", "hebrew")
    passages = [{"_id": name, "title": "", "text": LETTERS[name]} for name in names]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, passages)))
    asked = {"greek": "μύδια", "chinese": LETTERS["chinese"][:15], "arabic": "الحلزون المحار"}
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": name, "text": text}) for name, text in asked.items())
    )
    (folder / "qrels" / "test.tsv").write_text("".join(f"{name}\t{name}\t1\n" for name in asked))
    (found,) = run(folder, ways=["words"])
    assert found.measured.mean("recall@1") == 1.0
    (note,) = found.measured.notes
    assert note.startswith("4 of 4 passages have letters beyond Windows-1252")


def test_what_cannot_be_kept_is_counted(tmp_path: Path) -> None:
    passages = Passages(tmp_path)
    passages.add({"id": "half", "title": "", "text": "half a character: \ud83d"})
    passages.add({"id": "whole", "title": "", "text": "all of it"})
    assert passages.notes[-1].startswith("1 of 2 passages could not be written")


def text_of(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return str(document[0].get_textpage().get_text_range())
