"""What a report tells of answers: `recto bench answers --save`. A kind of `report_kinds`.

    "data": {"dataset": "northwind", "pages": 273, "model": "…" or null,
             "strategies": {"default": {"questions": 60, "refused": 0.02, "cited": 0.9, …}, …},
             "intervals": {"default": {"refused": [0.0, 0.05], "cited": [0.8, 0.96], …}, …},
             "settings": {"encoder": "…", …}}

`strategies` has the figures that `Answers.as_json` of `answer_figures` gives, null where there is
nothing to count, `intervals` where they would lie in 95 of 100 such samples of questions. All but
`strategies` may be left out; other keys are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recto.benchmarks.measurement import unique
from recto.benchmarks.report_parts import Figure, Listing, Part, Section, Table, Text
from recto.benchmarks.report_plots import Bar, bars
from recto.benchmarks.result_files import Result
from recto.engine.errors import InputError

_Figures = Mapping[str, float | None]
_Spreads = Mapping[str, Sequence[float]]
_HEADLINE = "cited"
_SAID = {
    "cited": "cite a page that answers",
    "refused": "refused though answerable",
    "unanswerable_refused": "refused, being unanswerable",
    "quotes_valid": "quotes that stand on their page",
    "numbers": "numbers of the reference answer that are told",
}
"""What is told of above the table, in this order."""


def lead(results: Sequence[Result]) -> str:
    every = []
    for result, title in _titled(results):
        for name, figures in _strategies(result).items():
            every.append(f"{title} by {name}: " + ", ".join(_said(figures)))
    return "; ".join(every) + "."


def sections(results: Sequence[Result]) -> list[Section]:
    return [_section(result, title) for result, title in _titled(results)]


def told(result: Result, strategy: str, figure: str) -> str:
    """A figure of a strategy, with its interval."""
    spread = _intervals(result).get(strategy, {}).get(figure)
    return _figure(_strategies(result)[strategy].get(figure)) + _spread(spread)


def _section(result: Result, title: str) -> Section:
    strategies = _strategies(result)
    model = result.data.get("model") or "none, answers are extractive"
    parts: list[Part] = [
        _table(result),
        Text(
            text="Figures of answers are means over the answerable questions that were answered;"
            " nothing is judged by a model. Intervals of 95 %, by bootstrap over the questions.",
            small=True,
        ),
    ]
    if lines := [f"{name}: {value}" for name, value in _settings(result)]:
        parts.append(Listing(title="Settings", lines=lines))
    if plotted := [
        _bar(name, value, _intervals(result).get(name, {}).get(_HEADLINE))
        for name, figures in strategies.items()
        if (value := figures.get(_HEADLINE)) is not None
    ]:
        svg = bars(plotted, title=f"Answers that {_SAID[_HEADLINE]}, {title}")
        parts.insert(0, Figure(caption=f"Answers that {_SAID[_HEADLINE]}", svg=svg))
    return Section(
        title=title, about=f"{result.data.get('pages', 0):,} pages; model: {model}.", parts=parts
    )


def _table(result: Result) -> Table:
    """A column a strategy; figures that there are for none of them are left out."""
    strategies = _strategies(result)
    names = dict.fromkeys(name for figures in strategies.values() for name in figures)
    rows = []
    for name in names:
        if all(figures.get(name) is None for figures in strategies.values()):
            continue
        cells = (told(result, strategy, name) for strategy in strategies)
        rows.append([name.replace("_", " "), *cells])
    return Table(head=["figure", *strategies], rows=rows)


def _bar(name: str, value: float, spread: Sequence[float] | None) -> Bar:
    low, high = spread or (value, value)
    return Bar(name=name, value=value, low=low, high=high, label=f"{value:.3f}")


def _spread(spread: Sequence[float] | None) -> str:
    return f" ({spread[0]:.3f} – {spread[1]:.3f})" if spread else ""


def _intervals(result: Result) -> Mapping[str, _Spreads]:
    found: Mapping[str, _Spreads] = result.data.get("intervals") or {}
    return found


def _settings(result: Result) -> list[tuple[str, object]]:
    return list((result.data.get("settings") or {}).items())


def _titled(results: Sequence[Result]) -> list[tuple[Result, str]]:
    named = (result.data.get("dataset") for result in results)
    titles = unique(f"Answers, {name}" if name else "Answers" for name in named)
    return list(zip(results, titles, strict=True))


def _strategies(result: Result) -> Mapping[str, _Figures]:
    found = result.data.get("strategies")
    if not isinstance(found, Mapping) or not found:
        raise InputError(
            f"{result.path} has no strategies; expected what recto bench answers saves."
        )
    return found


def _said(figures: _Figures) -> list[str]:
    return [
        f"{value:.3f} {said}"
        for name, said in _SAID.items()
        if (value := figures.get(name)) is not None
    ]


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
