"""Plots as SVG text, to stand within a page: bars with intervals, stacked bars, points.

Colours are those of the page's style sheet, by class; nothing is loaded from anywhere. Knows not
what is plotted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH = 720
_LEFT, _RIGHT = 170, 60
"""For names, and for the values beside the bars."""
_ROW = 30
_AXIS = 34
_SHADES = 6
"""How many series the style sheet has colours for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """From 0 to `value`; with a whisker from `low` to `high` where they differ."""

    name: str
    value: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    name: str
    """Told of the first series alone: others have the same ones."""
    series: str
    x: float
    y: float
    low: float
    high: float


def bars(rows: Sequence[Bar], *, title: str, unit: str = "") -> str:
    """Horizontal bars, one a row, with what each is worth beside it."""
    scale = _Scale(max(row.high for row in rows), _LEFT, _WIDTH - _RIGHT)
    parts = [_grid(scale, len(rows) * _ROW, unit)]
    for i, row in enumerate(rows):
        top = i * _ROW + 6
        middle = top + 9
        parts.append(_name(row.name, middle))
        parts.append(_bar("s0", _LEFT, scale(row.value), top))
        if row.high > row.low:
            low, high = scale(row.low), scale(row.high)
            parts.append(
                f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}'
                f'M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8"/>'
            )
        parts.append(_label(row.label, max(scale(row.value), scale(row.high)) + 6, middle))
    return _svg(parts, len(rows) * _ROW + _AXIS, title)


def stacked(rows: Mapping[str, Mapping[str, float]], *, title: str, unit: str) -> str:
    """A bar a row, of parts; with a legend."""
    names = list(dict.fromkeys(p for row in rows.values() for p, value in row.items() if value))
    scale = _Scale(max(sum(row.values()) for row in rows.values()), _LEFT, _WIDTH - _RIGHT - 20)
    parts = [_grid(scale, len(rows) * _ROW, unit)]
    for i, (name, row) in enumerate(rows.items()):
        top = i * _ROW + 6
        parts.append(_name(name, top + 9))
        begun = 0.0
        for part, value in row.items():
            if part not in names:
                continue
            shade = f"s{names.index(part) % _SHADES}"
            parts.append(
                _bar(shade, scale(begun), scale(begun + value), top, f"{part} {value:.3g}")
            )
            begun += value
        parts.append(_label(f"{begun:.3g} {unit}", scale(begun) + 6, top + 9))
    height = len(rows) * _ROW + _AXIS
    return _svg([*parts, _legend(names, height + 8)], height + 26, title)


def points(rows: Sequence[Point], *, title: str, x: str, y: str) -> str:
    """Points with whiskers upwards and downwards, and a legend; both axes begin at 0."""
    height = 260
    series = list(dict.fromkeys(row.series for row in rows))
    across = _Scale(max(row.x for row in rows), 60, _WIDTH - 150)
    up = _Scale(max(row.high for row in rows), height, 24)
    parts = [_grid(across, height, x), _upright(up, y)]
    for row in rows:
        shade = series.index(row.series)
        left, low, high = across(row.x) + 4 * shade, up(row.low), up(row.high)
        parts.append(
            f'<path class="whisker" d="M{left:.1f} {low:.1f}V{high:.1f}"/>'
            f'<circle class="s{shade % _SHADES}" cx="{left:.1f}" cy="{up(row.y):.1f}" r="5"/>'
        )
        if shade == 0:
            parts.append(_centred(row.name, left, high - 5))
    return _svg([*parts, _legend(series, height + 28)], height + 46, title)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From 0 and a round number not below `most` to places on the paper."""

    most: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (self.end - self.start) * value / (self.top or 1)

    @property
    def step(self) -> float:
        """Such that there are four to ten of them, of 1, 2 or 5 and noughts."""
        if self.most <= 0:
            return 1.0
        power = 10.0 ** math.floor(math.log10(self.most / 4))
        return next(power * n for n in (10, 5, 2, 1) if self.most / (power * n) >= 4)

    @property
    def top(self) -> float:
        return math.ceil(self.most / self.step - 1e-9) * self.step

    @property
    def ticks(self) -> list[float]:
        return [i * self.step for i in range(round(self.top / self.step) + 1)]


def _svg(parts: Iterable[str], height: float, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _grid(scale: _Scale, height: float, unit: str) -> str:
    lines = "".join(f"M{scale(tick):.1f} 0V{height}" for tick in scale.ticks)
    numbers = "".join(
        f'<text class="tick" x="{scale(tick):.1f}" y="{height + 14}">{tick:g}'
        f"{escape(f' {unit}' if tick == scale.ticks[-1] else '')}</text>"
        for tick in scale.ticks
    )
    return f'<path class="grid" d="{lines}"/>{numbers}'


def _upright(scale: _Scale, unit: str) -> str:
    numbers = "".join(
        f'<text class="name" x="52" y="{scale(tick) + 4:.1f}">{tick:g}</text>'
        for tick in scale.ticks
    )
    lines = "".join(f"M60 {scale(tick):.1f}H{_WIDTH - 150}" for tick in scale.ticks)
    said = f'<text class="label" x="22" y="10">{escape(unit)}</text>'
    return f'<path class="grid" d="{lines}"/>{numbers}{said}'


def _bar(shade: str, start: float, end: float, top: float, about: str = "") -> str:
    told = f"<title>{escape(about)}</title>" if about else ""
    width = max(end - start, 0)
    return (
        f'<rect class="{shade}" x="{start:.1f}" y="{top}" width="{width:.1f}" height="18">'
        f"{told}</rect>"
    )


def _name(text: str, middle: float) -> str:
    return f'<text class="name" x="{_LEFT - 8}" y="{middle + 4}">{escape(text)}</text>'


def _centred(text: str, middle: float, bottom: float) -> str:
    return f'<text class="tick" x="{middle:.1f}" y="{bottom:.1f}">{escape(text)}</text>'


def _label(text: str, left: float, middle: float) -> str:
    return f'<text class="label" x="{left:.1f}" y="{middle + 4:.1f}">{escape(text)}</text>'


def _legend(names: Sequence[str], top: float) -> str:
    parts = []
    for i, name in enumerate(names):
        left = _LEFT + i * 100
        parts.append(f'<rect class="s{i % _SHADES}" x="{left}" y="{top}" width="12" height="12"/>')
        parts.append(_label(name, left + 17, top + 6))
    return "".join(parts)
