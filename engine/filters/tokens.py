"""The tokens of a filter. Knows what each looks like, not what they mean together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from recto.engine.errors import FilterError

Sort: TypeAlias = Literal["text", "moment", "number", "name", "sign", "end"]
KEYWORDS = frozenset({"and", "or", "not", "in", "true", "false"})
_TIME = r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?"
_TOKEN = re.compile(
    rf"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<moment>\d{{4}}-\d\d-\d\d(?:T{_TIME})?(?![\w.:-]))
      | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>[^\W\d]\w*(?:\.(?:\w[\w-]*|"(?:[^"\\]|\\.)*"))*)
      | (?P<sign><=|>=|!=|==|[=<>~(),])
      | (?P<end>$)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Token(NamedTuple):
    sort: Sort
    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return "the end" if self.sort == "end" else self.text


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a filter; the last is its end. Raises FilterError."""
    position = 0
    while True:
        found = _TOKEN.match(source, position)
        if found is None:
            start = position + len(source[position:]) - len(source[position:].lstrip())
            raise misplaced(source, start, start + 1, _strange(source, start))
        sort: Sort = found.lastgroup  # type: ignore[assignment]  # the groups are named so
        yield Token(sort, found[sort], found.start(sort), found.end(sort))
        if sort == "end":
            return
        position = found.end()


def misplaced(source: str, start: int, end: int, what: str) -> FilterError:
    """An error that shows where in the filter it is."""
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", start)
    line = source[line_start : len(source) if line_end < 0 else line_end]
    # A tab in the margin, too, so that both lines are equally wide.
    margin = "".join("\t" if sign == "\t" else " " for sign in line[: start - line_start])
    caret = "^" * max(1, min(end, line_start + len(line)) - start)
    return FilterError(f"{what}\n  {line}\n  {margin}{caret}", position=start)


def unescaped(text: str) -> str:
    """What stands between the quotes of a text."""
    return _ESCAPED.sub(r"\1", text[1:-1])


def quoted(text: str) -> str:
    """A text as it stands in a filter."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _strange(source: str, start: int) -> str:
    if source[start] in "\"'":
        return f"A text that begins with {source[start]} has no end; expected another one after it."
    return (
        f"{source[start]!r} means nothing here; expected a field, a comparison, a text in quotes,"
        ' a number or a date, such as in: kind = "pdf" and added >= 2024-01-01.'
    )
