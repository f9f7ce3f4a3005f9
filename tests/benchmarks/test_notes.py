"""The measured numbers of the documentation are those of results that are kept beside it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from recto.benchmarks.notes import FILES, REPORT, RESULTS, ROOT, rendered, report
from recto.benchmarks.result_files import Result, load
from recto.engine.errors import InputError
from tests.benchmarks.test_report import GOOD, quality, saved

TEXTS = {name: (ROOT / name).read_text("utf-8") for name in FILES}
NOTES = re.split(r"^## ", TEXTS["benchmarks/README.md"], flags=re.M)[1:]
MEASURED = re.search(r"^## Measured$(.*?)^## ", TEXTS["README.md"], re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"<!-- measured: .*?<!-- /measured -->", re.DOTALL)
WORSE = (*GOOD[1:], ())


@pytest.mark.parametrize("name", FILES)
def test_blocks_are_what_the_results_say(name: str) -> None:
    """If not: python -m recto.benchmarks.notes"""
    assert rendered(TEXTS[name], load(RESULTS)) == TEXTS[name]


def test_the_report_is_what_the_results_say() -> None:
    """If not: python -m recto.benchmarks.notes, and remove plots that are no longer in it."""
    made = report()
    folder = ROOT / REPORT
    assert {name: (ROOT / name).read_text("utf-8") for name in made} == made
    plots = {
        f"benchmarks/{path.relative_to(folder.parent)}" for path in folder.parent.glob("*/*.svg")
    }
    assert plots == made.keys() - {REPORT}


def test_quality_in_the_readme_is_told_by_blocks_alone() -> None:
    assert MEASURED is not None
    assert len(BLOCK.findall(MEASURED[1])) >= 2
    assert re.findall(r"\b[01]\.\d{3}\b", BLOCK.sub("", MEASURED[1])) == []


def test_other_rows_of_the_readme_stand_in_a_note() -> None:
    assert MEASURED is not None
    rows = [line for line in BLOCK.sub("", MEASURED[1]).splitlines() if line.startswith("|")]
    for row in rows:
        assert any(row in note.splitlines() for note in NOTES), row


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.partition("\n")[0])
def test_a_note_has_the_date_of_its_results_and_a_command(note: str) -> None:
    date = re.match(r"20\d\d-\d\d-\d\d(?= \S)", note)
    assert date is not None
    assert re.search(r"[Cc]ommand:\s+\S", note)
    assert re.search(r"Hardware\b", note)
    assert {made[:10] for made in re.findall(r"Made:\s+(\S+)", note)} <= {date[0]}


def test_a_block_that_nothing_makes_is_refused() -> None:
    with pytest.raises(InputError, match="No block is called 'taste'"):
        rendered("<!-- measured: taste -->\n<!-- /measured -->", [])
    assert rendered("no block", []) == "no block"


def made_up(folder: Path) -> list[Result]:
    ways = ("exact", "two-stage", "patches", "rows", "words", "single", "bm25s", "bm25s-stemmed")
    result = saved(folder, quality(*GOOD), *(quality(*WORSE, way=way) for way in ways))
    data = json.loads(json.dumps(result.data).replace("the set", "examples"))
    return [replace(result, data=data)]


def test_a_block_is_made_anew_from_results(tmp_path: Path) -> None:
    text = "a\n<!-- measured: strategies examples -->\nold\n<!-- /measured -->\nb"
    new = rendered(text, made_up(tmp_path))
    default, words = (quality(*found).measured.mean("ndcg@5") for found in (GOOD, WORSE))
    assert new.startswith("a\n<!-- measured: strategies examples -->\n| examples | nDCG@5 |")
    assert f"| default | {default:.3f} |" in new
    gain = re.escape(f"{words - default:+.3f}")
    assert re.search(rf"\| words \| {words:.3f} \|.*\| {gain} \|", new)
    assert new.endswith("|\n<!-- /measured -->\nb")
    assert rendered(new, made_up(tmp_path)) == new


def test_lost_questions_and_reasons_must_be_the_same(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"of examples; lost are \['q 2'\]"):
        rendered("<!-- measured: lost examples -->\n<!-- /measured -->", made_up(tmp_path))


def test_answers_stand_beside_each_other_with_intervals() -> None:
    figures = {"questions": 9, "unanswerable": 2, "refused": 0.25, "cited": None}
    data = {
        "dataset": "birds",
        "pages": 5,
        "strategies": {"default": figures, "single": figures},
        "intervals": {"default": {"refused": [0.125, 0.5]}},
    }
    one = Result(kind="answers", made="", command="c", machine={}, versions={}, data=data)
    lines = rendered("<!-- measured: answers birds -->\n<!-- /measured -->", [one]).splitlines()
    asked = "birds, 9 questions over 5 pages, 2 that nothing answers"
    assert lines[1] == f"| {asked} | default | single |"
    assert lines[3] == "| refused though answerable | 0.250 (0.125 – 0.500) | 0.250 |"
    assert "| answers that cite a page that answers | – | – |" in lines
    with pytest.raises(InputError, match="0 results of answers about bees"):
        rendered("<!-- measured: answers bees -->\n<!-- /measured -->", [one])


def test_what_was_not_measured_is_said() -> None:
    with pytest.raises(InputError, match=r"0 results of .* expected one"):
        rendered("<!-- measured: quality -->\n<!-- /measured -->", [])
