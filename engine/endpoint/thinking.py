"""Tells what a model thinks aloud from what it replies, where an endpoint leaves both in one text:
`<think>…</think>` at the very beginning."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


class Thinking:
    """Takes a reply piece by piece; a tag may be cut anywhere."""

    def __init__(self) -> None:
        self._held = ""
        """What may yet turn out to be a tag."""
        self._begun = False
        self._thinks = False

    def feed(self, text: str) -> tuple[str, str]:
        """What it adds to the reply, and to the thoughts."""
        if self._begun and not self._thinks:
            return text, ""
        self._held += text
        return self._within() if self._thinks else self._beginning()

    def end(self) -> tuple[str, str]:
        """What was held back."""
        held, self._held = self._held, ""
        return ("", held) if self._thinks else (held, "")

    def _beginning(self) -> tuple[str, str]:
        start = self._held.lstrip()
        if len(start) < len(_OPEN) and _OPEN.startswith(start):
            return "", ""
        self._begun = True
        if not start.startswith(_OPEN):
            return self.end()
        self._thinks = True
        self._held = start.removeprefix(_OPEN)
        return self._within()

    def _within(self) -> tuple[str, str]:
        thought, closed, rest = self._held.partition(_CLOSE)
        if closed:
            self._held, self._thinks = "", False
            return rest, thought
        keep = next(n for n in range(len(_CLOSE) - 1, -1, -1) if _tail(thought, n))
        self._held = thought[len(thought) - keep :]
        return "", thought[: len(thought) - keep]


def _tail(text: str, size: int) -> bool:
    """Whether a text ends with so much of the closing tag."""
    return text.endswith(_CLOSE[:size])
