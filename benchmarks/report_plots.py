"""Plots as SVG text, to stand within a page: bars with intervals, stacked bars, points.

Colours are those of the page's style sheet, by class; nothing is loaded from anywhere. Knows not
what is plotted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

_WIDTH = 720
_LEFT, _RIGHT = 170, 60
"""For names, and for the values beside the bars."""
_ROW = 30
_AXIS = 34
_NEAR, _BESIDE, _LINE = 14, 6, 13
"""Points nearer to each other are drawn so far beside each other; from name to name."""
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
    series: str
    """Those of one have one colour, and are joined by a line."""
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
    """Named points with whiskers upwards and downwards; upwards from 0, across by tenfolds."""
    height = 260
    series = list(dict.fromkeys(row.series for row in rows))
    least = min((row.x for row in rows if row.x > 0), default=1.0)
    across = _Tenfolds(least, max(*(row.x for row in rows), least), 60, _WIDTH - 170)
    up = _Scale(max(row.high for row in rows), height, 24)
    placed = _apart([(across(row.x), up(row.y)) for row in rows])
    parts = [_grid(across, height, x), _upright(up, y)]
    for name in series:
        own = [at for row, at in zip(rows, placed, strict=True) if row.series == name]
        line = "L".join(f"{at.left:.1f} {at.middle:.1f}" for at in sorted(own))
        parts.append(f'<path class="grid" d="M{line}"/>' if len(own) > 1 else "")
    for row, at in zip(rows, placed, strict=True):
        shade = f"s{series.index(row.series) % _SHADES}"
        parts.append(
            f'<path class="whisker" d="M{at.left:.1f} {up(row.low):.1f}V{up(row.high):.1f}"/>'
            f'<circle class="{shade}" cx="{at.left:.1f}" cy="{at.middle:.1f}" r="5"/>'
        )
        parts.append(_label(row.name, at.label_left, at.label_middle))
    return _svg(parts, height + _AXIS, title)


class _At(NamedTuple):
    """Where a point is drawn, and its name."""

    left: float
    middle: float
    label_left: float
    label_middle: float


def _apart(places: Sequence[tuple[float, float]]) -> list[_At]:
    """Points that are nearly one above the other beside each other, and their names one below the
    other, to the right of them all."""
    found: dict[int, _At] = {}
    rest = sorted(range(len(places)), key=lambda i: places[i])
    while rest:
        left = places[rest[0]][0]
        near = [i for i in rest if places[i][0] - left < _NEAR]
        rest = [i for i in rest if i not in near]
        bottom = -math.inf
        for i in sorted(near, key=lambda i: places[i][1]):
            bottom = max(bottom + _LINE, places[i][1])
            own = left + _BESIDE * near.index(i)
            found[i] = _At(own, places[i][1], left + _BESIDE * len(near) + 6, bottom)
    return [found[i] for i in range(len(places))]


@dataclass(frozen=True, slots=True)
class _Tenfolds:
    """From the least to the most, both above 0, to places on the paper, by their logarithm."""

    least: float
    most: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        first, last = math.log10(self.ticks[0]), math.log10(self.ticks[-1])
        share = (math.log10(max(value, self.ticks[0])) - first) / (last - first)
        return self.start + (self.end - self.start) * share

    @property
    def ticks(self) -> list[float]:
        first = math.floor(math.log10(self.least))
        last = max(math.ceil(math.log10(self.most)), first + 1)
        return [10.0**power for power in range(first, last + 1)]


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


def _grid(scale: _Scale | _Tenfolds, height: float, unit: str) -> str:
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
    lines = "".join(f"M60 {scale(tick):.1f}H{_WIDTH - 170}" for tick in scale.ticks)
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


def _label(text: str, left: float, middle: float) -> str:
    return f'<text class="label" x="{left:.1f}" y="{middle + 4:.1f}">{escape(text)}</text>'


def _legend(names: Sequence[str], top: float) -> str:
    parts = []
    for i, name in enumerate(names):
        left = _LEFT + i * 100
        parts.append(f'<rect class="s{i % _SHADES}" x="{left}" y="{top}" width="12" height="12"/>')
        parts.append(_label(name, left + 17, top + 6))
    return "".join(parts)
