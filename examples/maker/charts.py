# ruff: noqa: E501 - rows of tables and drawings stay on one line
"""Charts as pictures: their values are nowhere in the text of the page."""

from __future__ import annotations

import io
from collections.abc import Callable

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from PIL import Image as Pictures
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, Spacer
from reportlab.platypus.paragraph import Paragraph

from .layout import Look

BLUE, TEAL, SAND, RUST, GREY = "#1d3f5e", "#3a8c8c", "#d9a441", "#b5502f", "#8a97a3"
PALETTE = (BLUE, TEAL, SAND, RUST, GREY, "#6b5b95")


def chart(
    draw: Callable[[Axes], None],
    look: Look,
    caption: str,
    *,
    size: tuple[float, float] = (6.6, 2.6),
    width: float = 168,
    colours: int = 64,
) -> Flowable:
    """What `draw` makes of the axes, with a caption below. `size` in inches, `width` in mm."""
    plt.rcParams.update(
        {"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "font.family": "DejaVu Sans"}
    )  # fmt: skip
    figure, axes = plt.subplots(figsize=size, dpi=160, layout="constrained")
    draw(axes)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    plt.close(figure)
    picture = Pictures.open(buffer).convert("RGB")
    # A flat palette halves the file and makes the bytes depend less on antialiasing.
    picture = picture.quantize(colours, dither=Pictures.Dither.NONE).convert("RGB")
    small = io.BytesIO()
    picture.save(small, format="png")
    height = width * picture.height / picture.width
    return KeepTogether(
        [
            Image(small, width * mm, height * mm),
            Paragraph(caption, look.style("caption")),
            Spacer(0, 8),
        ]
    )


def bars(
    labels: list[str], series: dict[str, list[float]], *, unit: str = "", values: str = "{:.1f}"
) -> Callable[[Axes], None]:
    """Groups of upright bars with their values above."""

    def draw(axes: Axes) -> None:
        width = 0.8 / len(series)
        for i, (name, heights) in enumerate(series.items()):
            places = [x + (i - (len(series) - 1) / 2) * width for x in range(len(labels))]
            drawn = axes.bar(places, heights, width * 0.92, color=PALETTE[i], label=name)
            axes.bar_label(drawn, [values.format(h) for h in heights], fontsize=7, padding=1)
        axes.set_xticks(range(len(labels)), labels)
        axes.set_ylabel(unit)
        if len(series) > 1:
            axes.margins(y=0.22)
            axes.legend(frameon=False, fontsize=7, loc="upper center", ncols=len(series))

    return draw


def lines(
    labels: list[str], series: dict[str, list[float]], *, unit: str = "", values: str | None = None
) -> Callable[[Axes], None]:
    """Lines with points; with `values`, each point has its number."""

    def draw(axes: Axes) -> None:
        for i, (name, heights) in enumerate(series.items()):
            axes.plot(labels, heights, marker="o", markersize=3, color=PALETTE[i], label=name)
            for x, y in enumerate(heights) if values else ():
                axes.annotate(
                    values.format(y) if values else "",
                    (x, y),
                    xytext=(0, 5),
                    textcoords="offset points",
                    ha="center",
                    fontsize=7,
                )
        axes.set_ylabel(unit)
        axes.margins(y=0.2)
        if len(series) > 1:
            axes.legend(frameon=False, fontsize=7)

    return draw


def ring(parts: dict[str, float]) -> Callable[[Axes], None]:
    """Shares of a whole, with per cent in the ring."""

    def draw(axes: Axes) -> None:
        *_, shares = axes.pie(
            list(parts.values()),
            labels=list(parts),
            autopct="%.0f%%",
            pctdistance=0.78,
            startangle=90,
            counterclock=False,
            colors=list(PALETTE),
            wedgeprops={"width": 0.45, "edgecolor": "white"},
            textprops={"fontsize": 8},
        )
        plt.setp(shares, color="white", fontweight="bold")

    return draw


def across(parts: dict[str, float], *, unit: str = "") -> Callable[[Axes], None]:
    """Lying bars, the first on top."""

    def draw(axes: Axes) -> None:
        drawn = axes.barh(list(parts), list(parts.values()), color=TEAL, height=0.62)
        axes.bar_label(drawn, fontsize=7, padding=2)
        axes.invert_yaxis()
        axes.set_xlabel(unit)

    return draw


def bridge(steps: list[tuple[str, float]], start: tuple[str, float]) -> Callable[[Axes], None]:
    """A waterfall from a start to the sum."""

    def draw(axes: Axes) -> None:
        total = start[1]
        labels = [start[0]]
        axes.bar(0, total, color=BLUE, width=0.6)
        axes.annotate(f"{total:.1f}", (0, total), ha="center", va="bottom", fontsize=7)
        for i, (label, change) in enumerate(steps, start=1):
            axes.bar(i, change, bottom=total, color=TEAL if change > 0 else RUST, width=0.6)
            total += change
            top = max(total, total - change)
            axes.annotate(f"{change:+.1f}", (i, top), ha="center", va="bottom", fontsize=7)
            labels.append(label)
        axes.bar(len(steps) + 1, total, color=BLUE, width=0.6)
        axes.annotate(f"{total:.1f}", (len(steps) + 1, total), ha="center", va="bottom", fontsize=7)
        labels.append("FY24")
        axes.set_xticks(range(len(labels)), labels)
        axes.set_ylim(start[1] * 0.88, total * 1.03)
        axes.set_ylabel("£ million")

    return draw


def stacked(
    labels: list[str], series: dict[str, list[float]], *, unit: str = ""
) -> Callable[[Axes], None]:
    """Bars made of parts, lying."""

    def draw(axes: Axes) -> None:
        left = [0.0] * len(labels)
        for i, (name, widths) in enumerate(series.items()):
            drawn = axes.barh(labels, widths, left=left, color=PALETTE[i], label=name, height=0.6)
            axes.bar_label(drawn, label_type="center", fontsize=7, color="white")
            left = [a + b for a, b in zip(left, widths, strict=True)]
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))

    return draw
