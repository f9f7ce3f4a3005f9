"""What a report is made of, before it is HTML or Markdown. Knows nothing of what is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph."""

    text: str
    small: bool = False
    """A remark, such as how a table was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The first column names the row."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A plot of `report_plots`."""

    caption: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What words of the report mean, or what things are worth."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A command, as it was typed."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Lines that few want to read: HTML shows them on request."""

    title: str
    lines: Sequence[str]


Part: TypeAlias = Text | Table | Figure | Terms | Code | Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report with a heading of its own."""

    title: str
    about: str = ""
    parts: Sequence[Part] = ()
