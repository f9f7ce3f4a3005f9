"""Questions with their answers, in a file that grows by a line an answer: what was paid for is not
lost when the rest fails, and is not asked again.

    {"strategy": "default", "question": "…", "line": 7, "wanted": "…",
     "relevant": [{"document": "report.pdf", "page": 7}],
     "answer": "…", "refused": false, "citations": [{"document", "page", "quote", "valid"}], …,
     "settings": {"model": "…", …}}

`line` and `wanted` are null for a question that nothing answers. Knows no library.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from recto.benchmarks.questions import Question
from recto.benchmarks.replies import Reply
from recto.engine.errors import InputError

Asker = Callable[[str], Reply]


class AnswerLog:
    """The answers to some questions under the same settings."""

    def __init__(
        self, path: Path | None, questions: Iterable[Question], settings: Mapping[str, object]
    ) -> None:
        """`path`: None keeps nothing. Raises InputError for a file with answers that were made with
        other settings."""
        self._path = path
        self._about = {question.text: _wanted(question) for question in reversed([*questions])}
        self._settings = dict(settings)
        self._kept: dict[tuple[str, str], Reply] = {}
        for number, line in enumerate(_lines(path), start=1):
            self._read(line, f"{path}, line {number}")

    def asking(self, strategy: str, ask: Asker) -> Asker:
        """Asks what has not been answered yet, and writes the answer down; what failed is asked
        again."""

        def asked(text: str) -> Reply:
            kept = self._kept.get((strategy, text))
            if kept is not None and not kept.error:
                return kept
            reply = ask(text)
            self._write(strategy, text, reply)
            return reply

        return asked

    def _read(self, line: str, where: str) -> None:
        try:
            told = json.loads(line)
            strategy, text, settings = told["strategy"], told["question"], told["settings"]
            reply = Reply.of_json(told)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{where} is no answer of recto bench answers: {error!r}.") from error
        if settings != self._settings:
            names = sorted(settings.keys() | self._settings.keys())
            other = (n for n in names if settings.get(n) != self._settings.get(n))
            differs = ", ".join(f"{name} is {settings.get(name)!r}" for name in other)
            raise InputError(
                f"{where} has an answer of another run, of which {differs}. Name another file: this"
                " one is continued with its own settings only."
            )
        self._kept[strategy, text] = reply

    def _write(self, strategy: str, text: str, reply: Reply) -> None:
        self._kept[strategy, text] = reply
        if self._path is None:
            return
        record = self.record(strategy, text, reply) | {"settings": self._settings}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def record(self, strategy: str, text: str, reply: Reply) -> dict[str, Any]:
        """What was asked, wanted and answered."""
        wanted = self._about.get(text, {"line": None, "wanted": None, "relevant": []})
        return {"strategy": strategy, "question": text, **wanted, **reply.as_json()}


def _wanted(question: Question) -> dict[str, Any]:
    return {
        "line": question.line,
        "wanted": question.answer,
        "relevant": [place._asdict() for place in sorted(question.relevant)],
    }


def _lines(path: Path | None) -> Iterator[str]:
    """Without a last one that was cut off when it was written."""
    if path is None or not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    # Not splitlines: a string in JSON may hold U+2028 and other ends of lines as they are.
    yield from (line for line in whole.split("\n") if line.strip())
