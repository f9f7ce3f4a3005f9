"""The conversation that `recto ask --continue` goes on with: the last one, kept in the library's
folder, for its owner alone. Knows turns, not how they are understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recto.engine.endpoint.files import read_json, write_private

if TYPE_CHECKING:
    from recto.engine.answering.turns import Turn
    from recto.results import Answer

ContinueOption = Annotated[
    bool,
    typer.Option(
        "--continue",
        "-c",
        help="Go on with the last conversation about this library: the model understands the "
        "question by what was asked before. Else a new one begins.",
    ),
]
FILE = "conversation.json"
_VERSION = 1
_TURNS = 20
_LONGEST = 4_000
"""Characters of a question or an answer."""


def read_turns(folder: Path) -> list[Turn]:
    """Oldest first; none where nothing was asked yet, or where it cannot be read."""
    from recto.engine.answering.turns import Turn

    kept = read_json(folder / FILE)
    if not isinstance(kept, Mapping) or kept.get("version") != _VERSION:
        return []
    turns = kept.get("turns")
    if not isinstance(turns, list):
        return []
    read = [Turn(*texts) for turn in turns if (texts := _texts(turn))]
    return read if len(read) == len(turns) else []


def keep_turn(folder: Path, before: list[Turn], answer: Answer) -> None:
    """The conversation is `before` and this answer. Silent where there is no room for it."""
    turns = [*((turn.question, turn.answer) for turn in before)]
    turns.append((answer.asked or answer.question, "" if answer.abstained else answer.text))
    kept = [
        {"question": question[:_LONGEST], "answer": told[:_LONGEST]}
        for question, told in turns[-_TURNS:]
    ]
    write_private(
        folder / FILE, json.dumps({"version": _VERSION, "turns": kept}, indent=1).encode()
    )


def forget_turns(folder: Path) -> None:
    """What was said may hold words of a document that is removed."""
    (folder / FILE).unlink(missing_ok=True)


def _texts(turn: object) -> tuple[str, str] | None:
    if not isinstance(turn, Mapping):
        return None
    match turn.get("question"), turn.get("answer"):
        case str() as question, str() as answer:
            return question, answer
    return None
