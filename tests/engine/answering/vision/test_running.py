from __future__ import annotations

import pytest

from recto.engine.answering.vision.running import runs_on
from tests.engine.answering.pages import page

LINES = "\n" * 20
SENTENCE = "The lease may be ended by either side with a notice of"
TABLE = "Segment          2022        2021\nPumps            1,577       1,373\n"


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (SENTENCE, "three months to the end of a quarter."),
        (SENTENCE[:-2] + "pre-", "Authorization of the other side is needed then."),
        (f"Report\n\n\n{LINES}{SENTENCE}", "three months to the end."),
        (SENTENCE, f"Annual report\n\n\n{LINES}three months to the end of a quarter."),
        (TABLE, "Valves             920         880\nTaps               11          12\n"),
    ],
)
def test_cut_sentences_and_tables_run_on(above: str, below: str) -> None:
    assert runs_on(page(above), page(below, number=2))


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (SENTENCE + " 3 months.", "three things follow from that."),
        (SENTENCE, "Another chapter begins here with a capital."),
        ("Chapter 2", "the text of it"),
        (TABLE, "There is no table on this page, only text that runs."),
        (TABLE, "Two       columns\nnot       three\n"),
        (SENTENCE, ""),
        ("", "three months"),
    ],
)
def test_what_is_complete_does_not(above: str, below: str) -> None:
    assert not runs_on(page(above), page(below, number=2))
