"""Builds the examples: `python -m examples.maker [FOLDER]`; the questions only in their place."""

from __future__ import annotations

import sys
from pathlib import Path

from . import annual_report, contract, form, letter, manual, paper, questions

FOLDER = Path(__file__).parent.parent / "documents"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for document in (annual_report, manual, contract, form, letter, paper):
        document.build(folder)
    if folder == FOLDER:
        questions.build(folder, FOLDER.parent / "questions.jsonl")


if __name__ == "__main__":
    main()
