"""What a report tells of retrieval quality: `recto bench quality --save`. A kind of `report_kinds`.

Measurements stand side by side only where documents, questions and encoder are the same; encoders
that were asked the same have a section of their own where they are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from recto.benchmarks import lexical
from recto.benchmarks.measurement import Asked, Measurement, Subject, names, of_data
from recto.benchmarks.metrics import MEASURES
from recto.benchmarks.report_parts import Figure, Listing, Part, Section, Table, Terms, Text
from recto.benchmarks.report_plots import Bar, Point, bars, points, stacked
from recto.benchmarks.result_files import Result
from recto.benchmarks.significance import difference, holm
from recto.benchmarks.ways import WAYS

HEADLINE = "ndcg@5"
SAID = {"ndcg@5": "nDCG@5", "ndcg@10": "nDCG@10", "mrr": "MRR@10"}
_WORST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Measurements that stand side by side; the first is what others are compared with."""

    title: str
    measurements: tuple[Measurement, ...]
    names: tuple[str, ...]
    """Of each."""

    @property
    def first(self) -> Measurement:
        return self.measurements[0]

    @property
    def pairs(self) -> list[tuple[str, Measurement]]:
        return list(zip(self.names, self.measurements, strict=True))


def lead(results: Sequence[Result]) -> str:
    told = []
    for side in sides(_measurements(results)):
        spread = side.first.interval(HEADLINE)
        told.append(
            f"{side.title}: nDCG@5 {spread.mean:.3f} (95 % interval {spread.low:.3f} to"
            f" {spread.high:.3f}) with {side.names[0]}, {side.first.ms(50):.0f} ms a search"
        )
    return "; ".join(told) + "."


def sections(results: Sequence[Result]) -> list[Section]:
    every = _measurements(results)
    return [*map(_encoders, _compared(every)), *map(_section, sides(every))]


def sides(measurements: Sequence[Measurement]) -> list[Side]:
    """One for each subject, in the order in which they come."""
    subjects = dict.fromkeys(one.subject for one in measurements)
    titles = _titles(list(subjects))
    return [
        side_of(title, [one for one in measurements if one.subject == subject])
        for subject, title in zip(subjects, titles, strict=True)
    ]


def quality_table(side: Side) -> Table:
    """p of every difference, after Holm for as many as there are."""
    head = ["way", *(SAID.get(name, name) for name in MEASURES), "95 % of nDCG@5", "against", "p"]
    told = differences(side)
    rows = []
    for name, one in side.pairs:
        spread = one.interval(HEADLINE)
        values = [f"{one.mean(measure):.3f}" for measure in MEASURES]
        gain, p = told.get(name, ("", ""))
        rows.append([name, *values, f"{spread.low:.3f} – {spread.high:.3f}", gain, p])
    return Table(head=head, rows=rows)


def differences(side: Side) -> dict[str, tuple[str, str]]:
    """By name: the difference in the headline from the first, over the same questions, and p."""
    others = side.pairs[1:]
    found = [difference(side.first.values(HEADLINE), one.values(HEADLINE)) for _, one in others]
    adjusted = holm([one.p for one in found])
    return {
        name: (f"{one.mean:+.3f}", "< 0.001" if p < 0.001 else f"{p:.3f}")
        for (name, _), one, p in zip(others, found, adjusted, strict=True)
    }


def speed_table(side: Side) -> Table:
    head = ["way", "search p50", "p95", "read, kB a page", "store, kB a page", "pages/s when added"]
    rows = [
        [
            name,
            f"{one.ms(50):.0f} ms",
            f"{one.ms(95):.0f} ms",
            "–" if one.read_bytes is None else f"{one.read_bytes / 1000:.1f}",
            f"{one.store_bytes / 1000:.0f}",
            f"{one.pages_per_second:.1f}" if one.pages_per_second else "–",
        ]
        for name, one in side.pairs
    ]
    return Table(head=head, rows=rows)


def _measurements(results: Sequence[Result]) -> list[Measurement]:
    return [one for result in results for one in of_data(result.data)]


def side_of(title: str, measurements: Sequence[Measurement]) -> Side:
    return Side(title=title, measurements=tuple(measurements), names=tuple(names(measurements)))


def _titles(subjects: Sequence[Subject]) -> list[str]:
    """What tells each from the others; its documents or questions where their names do not."""
    titles = [subject.title for subject in subjects]
    for part in ("encoder", "corpus", "questions"):
        tells = [
            len({getattr(s, part) for s, other in zip(subjects, titles, strict=True) if other == t})
            for t in titles
        ]
        titles = [
            f"{title}, {'' if part == 'encoder' else part + ' '}{getattr(subject, part)}"
            if count > 1
            else title
            for title, subject, count in zip(titles, subjects, tells, strict=True)
        ]
    return titles


def _compared(measurements: Sequence[Measurement]) -> list[Side]:
    """Those of several encoders that were asked the same of the same documents."""
    found: dict[Subject, list[Measurement]] = {}
    for one in measurements:
        found.setdefault(replace(one.subject, encoder=""), []).append(one)
    several = [some for some in found.values() if len({one.subject.encoder for one in some}) > 1]
    return [side_of(f"{some[0].subject.title}: encoders", some) for some in several]


def _encoders(side: Side) -> Section:
    plot = Figure(caption=_SIZE, svg=_size_plot(side))
    parts: list[Part] = [quality_table(side), _how(side), plot]
    return Section(title=side.title, about=_about(side), parts=parts)


_SIZE = "Quality against the size of what is compared"


def _section(side: Side) -> Section:
    return Section(title=side.title, about=_about(side), parts=list(_parts(side)))


def _about(side: Side) -> str:
    subject = side.first.subject
    encoders = ", ".join(dict.fromkeys(one.subject.encoder for one in side.measurements))
    return (
        f"{len(side.first.asked)} questions ({subject.questions}) over {side.first.pages:,} pages"
        f" ({subject.corpus}); encoder {encoders}; the first {side.first.depth} pages asked for."
    )


def _parts(side: Side) -> Iterator[Part]:
    for note in dict.fromkeys(note for one in side.measurements for note in one.notes):
        yield Text(text=note)
    yield Figure(caption="nDCG@5, with the interval of 95 %", svg=_quality_plot(side))
    yield quality_table(side)
    yield _how(side)
    about = {**{name: way.about for name, way in WAYS.items()}, **lexical.WAYS}
    ways = dict.fromkeys(one.way for one in side.measurements)
    yield Terms(pairs=[(way, about[way]) for way in ways if way in about])
    yield Figure(caption=_SIZE, svg=_size_plot(side))
    yield Figure(caption="What a search spends its time on", svg=_searching_plot(side))
    yield speed_table(side)
    added = {name: one.adding for name, one in side.pairs if one.adding}
    if added:
        # Those of one run share the adding; a bar for each run is enough.
        runs = {repr(adding): (name, adding) for name, adding in reversed(added.items())}
        plot = stacked(dict(reversed(runs.values())), title="Adding by stage", unit="s")
        yield Figure(caption="What adding spends its time on; stages overlap", svg=plot)
    if lines := [worst_line(asked) for asked in worst(side)]:
        yield Listing(title=f"The worst questions of {side.names[0]}", lines=lines)
    settings = [f"{name}: {_settings(one)}" for name, one in side.pairs]
    yield Listing(title="Settings", lines=settings)


def _how(side: Side) -> Text:
    return Text(
        text="Intervals by bootstrap over the questions; against: the difference in nDCG@5 from"
        f" {side.names[0]}, with p by randomisation of pairs, after Holm for as many as there are"
        " here; 10,000 draws each.",
        small=True,
    )


def _quality_plot(side: Side) -> str:
    rows = []
    for name, one in side.pairs:
        spread = one.interval(HEADLINE)
        rows.append(
            Bar(
                name=name,
                value=spread.mean,
                low=spread.low,
                high=spread.high,
                label=f"{spread.mean:.3f}",
            )
        )
    return bars(rows, title=f"nDCG@5 on {side.title}")


def _size_plot(side: Side) -> str:
    rows = []
    for name, one in side.pairs:
        if one.read_bytes is None:
            continue
        spread = one.interval(HEADLINE)
        rows.append(
            Point(
                name=name,
                series=one.way,
                x=one.read_bytes / 1000,
                y=spread.mean,
                low=spread.low,
                high=spread.high,
            )
        )
    return points(rows, title="Quality against size", x="kB a page", y="nDCG@5")


def _searching_plot(side: Side) -> str:
    rows = {name: one.searching for name, one in side.pairs}
    return stacked(rows, title="A search by stage", unit="ms")


def worst(side: Side) -> list[Asked]:
    return [asked for asked in side.first.worst(_WORST) if asked.values["ndcg@10"] < 1]


def worst_line(asked: Asked) -> str:
    wanted = ", ".join(f"{place.document} {place.page}" for place, _ in asked.relevant)
    first = f"{asked.first.document} {asked.first.page}" if asked.first else "nothing"
    return (
        f"{asked.question} (nDCG@10 {asked.values['ndcg@10']:.2f}; wanted {wanted}; first was"
        f" {first})"
    )


def _settings(one: Measurement) -> str:
    every = {"vectors": one.datatype, **one.encoder_settings, **one.settings}
    return ", ".join(f"{name} {value}" for name, value in every.items())
