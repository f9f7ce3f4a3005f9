"""Results as something to show: one page of HTML with its plots in it, or Markdown.

    recto bench quality … --save results/
    recto bench report results/ -o report.html

A page needs no other file and no network. Knows how things are told; `runs` what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from recto.benchmarks.metrics import MEASURES
from recto.benchmarks.report_page import page, table
from recto.benchmarks.report_plots import Bar, Point, bars, points, stacked
from recto.benchmarks.runs import Asked, Measurement, Result
from recto.benchmarks.significance import difference
from recto.benchmarks.ways import WAYS

HEADLINE = "ndcg@5"
_NAMES = {"ndcg@5": "nDCG@5", "ndcg@10": "nDCG@10", "mrr": "MRR@10"}
_WORST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """All measurements with one data set; the first is what others are compared with."""

    dataset: str
    measurements: tuple[Measurement, ...]

    @property
    def first(self) -> Measurement:
        return self.measurements[0]

    @property
    def about(self) -> str:
        return (
            f"{len(self.first.asked)} questions over {self.first.pages:,} pages; encoder"
            f" {self.first.encoder}"
        )


def html(results: Sequence[Result], *, title: str = "Retrieval quality") -> str:
    """A whole page."""
    parts = [_html_set(one) for one in _sets(results)]
    return page(title, _summary(results), [*parts, *map(_html_origin, results)])


def markdown(results: Sequence[Result], *, title: str = "Retrieval quality") -> str:
    """The tables, without the plots."""
    parts = [f"# {title}\n\n{_summary(results)}\n"]
    for one in _sets(results):
        head, rows = _quality_table(one)
        parts.append(f"## {one.dataset}\n\n{one.about}.\n\n{_markdown_table(head, rows)}")
        head, rows = _speed_table(one)
        parts.append(_markdown_table(head, rows))
        parts.append("Worst questions:\n\n" + "".join(_worst_line(q) for q in _worst(one)))
    for result in results:
        pairs = "".join(f"- {name}: {value}\n" for name, value in _origin(result))
        parts.append(f"## How\n\n    {result.command}\n\n{pairs}")
    return "\n".join(parts)


def _summary(results: Sequence[Result]) -> str:
    told = []
    for one in _sets(results):
        spread = one.first.interval(HEADLINE)
        told.append(
            f"{one.dataset}: nDCG@5 {spread.mean:.3f} (95 % interval {spread.low:.3f} to"
            f" {spread.high:.3f}) with {one.first.name}, {one.first.ms(50):.0f} ms a search"
        )
    return "; ".join(told) + "."


def _sets(results: Sequence[Result]) -> list[_Set]:
    every = [one for result in results for one in result.measurements]
    names = dict.fromkeys(one.dataset for one in every)
    return [
        _Set(dataset=name, measurements=tuple(one for one in every if one.dataset == name))
        for name in names
    ]


def _quality_table(one: _Set) -> tuple[list[str], list[list[str]]]:
    head = ["way", *(_NAMES.get(name, name) for name in MEASURES), "95 % of nDCG@5", "against"]
    rows = []
    for measured in one.measurements:
        spread = measured.interval(HEADLINE)
        values = [f"{measured.interval(name).mean:.3f}" for name in MEASURES]
        interval = f"{spread.low:.3f} – {spread.high:.3f}"
        rows.append([measured.name, *values, interval, _against(one.first, measured)])
    return head, rows


def _against(first: Measurement, other: Measurement) -> str:
    """How the headline differs from that of the first, over the same questions."""
    if first is other or [q.id for q in first.asked] != [q.id for q in other.asked]:
        return "–"
    found = difference(first.values(HEADLINE), other.values(HEADLINE))
    p = "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
    return f"{found.mean:+.3f}, {p}"


def _speed_table(one: _Set) -> tuple[list[str], list[list[str]]]:
    head = ["way", "search p50", "p95", "store, kB a page", "pages/s when added"]
    return head, [
        [
            measured.name,
            f"{measured.ms(50):.0f} ms",
            f"{measured.ms(95):.0f} ms",
            f"{measured.bytes_per_page / 1000:.0f}",
            f"{measured.pages_per_second:.1f}" if measured.pages_per_second else "–",
        ]
        for measured in one.measurements
    ]


def _html_set(one: _Set) -> str:
    ways = {m.way: WAYS[m.way].about for m in one.measurements if m.way in WAYS}
    parts = [
        f"<h2>{escape(one.dataset)}</h2><p class='about'>{escape(one.about)}</p>",
        _figure("nDCG@5, with the interval of 95 %", _quality_plot(one)),
        table(*_quality_table(one)),
        "<p class='note'>Intervals by bootstrap over the questions; <i>against</i>: the difference"
        f" in nDCG@5 from {escape(one.first.name)}, with p by randomisation of pairs, 10,000 each."
        "</p>",
        "<dl>"
        + "".join(f"<dt>{escape(n)}</dt><dd>{escape(a)}</dd>" for n, a in ways.items())
        + "</dl>",
    ]
    if sized := _sized(one):
        parts.append(_figure("Quality against the size of the store", _size_plot(sized)))
    parts.append(_figure("What a search spends its time on", _searching_plot(one)))
    parts.append(table(*_speed_table(one)))
    if one.first.adding:
        adding = {one.first.name: one.first.adding}
        plot = stacked(adding, title="Adding by stage", unit="s")
        parts.append(_figure("What adding spends its time on; stages overlap", plot))
    return f"<section>{''.join(parts)}{_html_worst(one)}</section>"


def _quality_plot(one: _Set) -> str:
    rows = []
    for measured in one.measurements:
        spread = measured.interval(HEADLINE)
        rows.append(
            Bar(
                name=measured.name,
                value=spread.mean,
                low=spread.low,
                high=spread.high,
                label=f"{spread.mean:.3f}",
            )
        )
    return bars(rows, title=f"nDCG@5 on {one.dataset}")


def _sized(one: _Set) -> list[Measurement]:
    """Those ways that were measured with stores of several sizes."""
    sizes = {
        way: {m.bytes_per_page for m in one.measurements if m.way == way}
        for way in dict.fromkeys(m.way for m in one.measurements)
    }
    return [m for m in one.measurements if len(sizes[m.way]) > 1]


def _size_plot(sized: Sequence[Measurement]) -> str:
    rows = []
    for measured in sized:
        spread = measured.interval(HEADLINE)
        rows.append(
            Point(
                name=measured.datatype,
                series=measured.way,
                x=measured.bytes_per_page / 1000,
                y=spread.mean,
                low=spread.low,
                high=spread.high,
            )
        )
    return points(rows, title="Quality against size", x="kB a page", y="nDCG@5")


def _searching_plot(one: _Set) -> str:
    rows = {measured.name: measured.searching for measured in one.measurements}
    return stacked(rows, title="A search by stage", unit="ms")


def _worst(one: _Set) -> list[Asked]:
    return [asked for asked in one.first.worst(_WORST) if asked.values["ndcg@10"] < 1]


def _worst_line(asked: Asked) -> str:
    wanted = ", ".join(f"{place.document} {place.page}" for place, _ in asked.relevant)
    first = f"{asked.ranking[0].document} {asked.ranking[0].page}" if asked.ranking else "nothing"
    return (
        f"- {asked.question} (nDCG@10 {asked.values['ndcg@10']:.2f}; wanted {wanted}; first was"
        f" {first})\n"
    )


def _html_worst(one: _Set) -> str:
    items = "".join(f"<li>{escape(_worst_line(asked)[2:])}</li>" for asked in _worst(one))
    if not items:
        return ""
    said = f"The worst questions of {escape(one.first.name)}"
    return f"<details><summary>{said}</summary><ol>{items}</ol></details>"


def _origin(result: Result) -> Iterable[tuple[str, str]]:
    yield "measured", result.made
    yield from result.machine.items()
    yield "versions", ", ".join(f"{name} {version}" for name, version in result.versions.items())


def _html_origin(result: Result) -> str:
    pairs = "".join(f"<dt>{escape(n)}</dt><dd>{escape(v)}</dd>" for n, v in _origin(result))
    settings = "".join(
        f"<li>{escape(m.dataset)}, {escape(m.name)}: "
        + escape(", ".join(f"{k} {v}" for k, v in m.settings.items()) or "as the library has them")
        + "</li>"
        for m in result.measurements
    )
    return (
        f"<section><h2>How it was measured</h2><pre>{escape(result.command)}</pre><dl>{pairs}</dl>"
        f"<details><summary>Settings</summary><ul>{settings}</ul></details></section>"
    )


def _figure(caption: str, svg: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption>{svg}</figure>"


def _markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)
