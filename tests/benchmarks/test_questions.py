"""Reading and checking questions files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from recto.benchmarks.questions import Place, Question, check, load
from recto.engine.errors import InputError, NotFound

GOOD = {"question": "capex?", "relevant": [{"document": "a.pdf", "page": 7}]}


def written(folder: Path, *lines: str) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_load_reads_every_line_but_empty_ones(tmp_path: Path) -> None:
    second = GOOD | {"question": "größe?", "answer": "3", "visual": True, "source": "me"}
    path = written(tmp_path, json.dumps(GOOD), "", json.dumps(second, ensure_ascii=False), "  ")
    place = frozenset({Place("a.pdf", 7)})
    assert load(path) == (
        Question(text="capex?", relevant=place, line=1),
        Question(text="größe?", relevant=place, answer="3", visual=True, line=3),
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "expected an object, got list [1]"),
        (json.dumps(GOOD | {"question": " "}), 'expected "question" to be text, got str " "'),
        (json.dumps({"relevant": []}), 'expected "question" to be text, got nothing'),
        (json.dumps(GOOD | {"relevant": []}), 'expected "relevant" to be a list of pages'),
        (json.dumps(GOOD | {"relevant": [{"document": "a.pdf"}]}), '{"document": "a.pdf"}'),
        (json.dumps(GOOD | {"relevant": [{"document": "a.pdf", "page": 0}]}), "from 1"),
        (json.dumps(GOOD | {"relevant": [{"document": "a.pdf", "page": True}]}), "true"),
        (json.dumps(GOOD | {"relevant": ["a.pdf"]}), '"a.pdf"'),
    ],
)
def test_load_names_the_bad_line(tmp_path: Path, line: str, reason: str) -> None:
    path = written(tmp_path, json.dumps(GOOD), line)
    with pytest.raises(InputError, match=r"line 2: .*" + re.escape(reason)):
        load(path)


def test_load_keeps_line_separators_within_a_question(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(GOOD | {"question": "a\u2028b"}, ensure_ascii=False))
    assert load(path)[0].text == "a\u2028b"


def test_load_without_questions(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no questions"):
        load(written(tmp_path, ""))


def test_load_of_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b'{"question": "\xff"}')
    with pytest.raises(InputError, match="not UTF-8 text at byte 14"):
        load(path)


def test_load_of_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.jsonl: No such file"):
        load(tmp_path / "nowhere.jsonl")


def test_documents_are_distinct_and_ordered() -> None:
    relevant = frozenset({Place("b", 1), Place("a", 2), Place("b", 3)})
    assert Question(text="?", relevant=relevant).documents == ("a", "b")


def test_check_accepts_the_last_page() -> None:
    check([Question(text="?", relevant=frozenset({Place("a.pdf", 7)}))], {"a.pdf": 7}, "docs")


def test_check_refuses_a_page_out_of_range() -> None:
    question = Question(text="?", relevant=frozenset({Place("a.pdf", 8)}), line=3)
    with pytest.raises(InputError, match=r"Line 3 .* page 8 of 'a.pdf', which has pages 1 to 7"):
        check([question], {"a.pdf": 7}, "docs")


def test_check_refuses_an_unknown_document() -> None:
    question = Question(text="?", relevant=frozenset({Place("b.pdf", 1)}), line=3)
    with pytest.raises(
        InputError, match=r"Line 3 .* 'b.pdf', which is not in docs. It has 'a.pdf'"
    ):
        check([question], {"a.pdf": 7}, "docs")
