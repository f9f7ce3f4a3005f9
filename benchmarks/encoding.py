"""How fast models of the ColPali family see pages: `python -m recto.benchmarks.encoding --help`.

Needs recto[colpali], and a GPU for figures that mean something. Checkpoints of the shapes of
ColPali v1.3 and ColQwen2.5 v0.2 with random weights are made once into a folder; so are the pages,
by `specimen`. Measured, in one run, medians of several:

- `recto add`, from a PDF to a library, with the part of the time that each stage is busy; the stage
  that is busy nearly always is what the others wait for;
- the same work without overlap;
- the encoder and its model alone;
- two other ways with the same weights, from the same pictures: the loop in colpali-engine's README,
  and byaldi's, a page at a time, which is written anew here, as byaldi needs other versions of
  packages. Neither draws pages or stores vectors, so that they are to be compared with the encoder
  alone.

Operations are counted by `encoding_work.page_flops`, and set against the fastest that a product of
two large matrices runs on the same device in the same arithmetic.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from recto.benchmarks import encoding_shapes, specimen
from recto.benchmarks.encoding_shapes import COLPALI, COLQWEN2_5, Shape
from recto.benchmarks.encoding_work import page_flops, peak_flops
from recto.engine.encoders.colpali.extra import require_extra
from recto.engine.encoders.colpali.settings import DTYPES

if TYPE_CHECKING:
    from recto.benchmarks.encoding_ways import Run
    from recto.engine.encoders.colpali.encoder import ColPaliEncoder
    from recto.engine.encoders.protocol import PageInput

_TINY = 2, 128
_MODEL_TYPES = {"colpali": "paligemma", "colqwen2_5": "qwen2_5_vl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What was measured of one way."""

    name: str
    pages_per_second: float
    """Median of the runs."""
    slowest: float
    fastest: float
    of_peak: float | None
    """The part of the device's operations that it used; None where no model runs."""
    busy: dict[str, float]
    """The part of the time that each stage was at work, in the median run; they overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One model on one machine."""

    model: str
    device: str
    placement: str
    megabytes: float
    """Of weights."""
    pages: int
    batch: int
    patches: int
    """Of a page, in the vision tower."""
    tokens: int
    """Of a page, in the text model."""
    tflop_per_page: float
    peak_tflops: float
    """Measured, in the same arithmetic."""
    ways: list[Way]

    @property
    def overlap(self) -> float:
        """How many times as fast as without overlap."""
        together, apart = self.ways[0], self.ways[1]
        return together.pages_per_second / apart.pages_per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be measured."""

    pages: int
    repeats: int
    device: str
    dtype: str
    largest: int = 8192
    """Rows of the matrices by which the device's peak is measured."""

    @property
    def weights(self) -> str:
        """In which arithmetic checkpoints are kept, and others compute: int8 is ours alone."""
        return "float32" if self.dtype == "int8" else self.dtype


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table a model, and write JSON where it is asked for."""
    options = _options().parse_args(arguments)
    require_extra()
    plan, shapes = _plan(options), [COLPALI, COLQWEN2_5]
    chosen = [shape for shape in shapes if options.model in ("both", shape.family)]
    if options.tiny or options.layers:
        layers, width = _TINY if options.tiny else (options.layers, options.width)
        chosen = [encoding_shapes.smaller(shape, layers=layers, width=width) for shape in chosen]
    with tempfile.TemporaryDirectory(prefix="recto-encoding-") as temporary:
        folder = options.folder or Path(temporary)
        measured = [measure(shape, plan, folder) for shape in chosen]
    for one in measured:
        Console().print(table(one))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in measured], indent=1) + "\n")


def measure(shape: Shape, plan: Plan, folder: Path) -> Measured:
    """Make what is missing in `folder`, and measure all ways."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"specimen-{plan.pages}.pdf"
    specimen.write(source, plan.pages)
    size = f"{shape.text['num_hidden_layers']}x{shape.text['hidden_size']}"
    checkpoint = encoding_shapes.make(
        shape,
        folder / f"{shape.family}-{size}-{plan.weights}",
        device=plan.device,
        dtype=plan.weights,
    )
    ours, pages = _ours(shape, plan, checkpoint, source)
    theirs = _theirs(shape, plan, checkpoint, pages, ours.tflop_per_page / ours.peak_tflops)
    return replace(ours, model=shape.like or f"{shape.family} {size}", ways=ours.ways + theirs)


def _ours(
    shape: Shape, plan: Plan, checkpoint: Path, source: Path
) -> tuple[Measured, list[PageInput]]:
    """And the pages, for the others. The model is gone at the end: a card may hold but one."""
    from recto.benchmarks import encoding_ways as ways
    from recto.engine.encoders.colpali.encoder import open_encoder

    encoder = open_encoder(str(checkpoint), settings={"dtype": plan.dtype})
    pages, _ = ways.drawing(encoder, source)
    patches, tokens = _lengths(encoder, pages[:1])
    flops = page_flops(shape, patches=patches, tokens=tokens)
    peak = peak_flops(plan.device, plan.weights, size=plan.largest)
    count = _Counter(plan, flops / peak)
    return Measured(
        model="",
        device=_device_name(plan),
        placement=encoder.placement,
        megabytes=sum(path.stat().st_size for path in checkpoint.iterdir()) / 1e6,
        pages=plan.pages,
        batch=encoder.batch,
        patches=patches,
        tokens=tokens,
        tflop_per_page=flops / 1e12,
        peak_tflops=peak / 1e12,
        ways=[
            count("recto add", lambda: ways.overlapping(encoder, source)),
            count("recto, without overlap", lambda: ways.one_after_the_other(encoder, source)),
            count(
                "reading and drawing alone, one process",
                lambda: ways.drawing(encoder, source)[1],
                model=False,
            ),
            count("recto's encoder alone", lambda: ways.encoding(encoder, pages)),
            count("its model alone", lambda: ways.model_alone(encoder, pages)),
        ],
    ), pages


def _theirs(
    shape: Shape, plan: Plan, checkpoint: Path, pages: list[PageInput], seconds_at_peak: float
) -> list[Way]:
    from recto.benchmarks.encoding_ways import Peer

    peer = Peer(checkpoint, _MODEL_TYPES[shape.family], device=plan.device, dtype=plan.weights)
    count = _Counter(plan, seconds_at_peak)
    return [
        count("colpali-engine's loop, 4 pages at once", lambda: peer.batches(pages)),
        count("byaldi's way, a page at a time", lambda: peer.one_at_a_time(pages)),
    ]


def _device_name(plan: Plan) -> str:
    import torch

    return str(torch.cuda.get_device_name()) if plan.device == "cuda" else "the processor"


def table(measured: Measured) -> Table:
    """For a terminal."""
    one = measured
    title = (
        f"{one.model} at random, {one.megabytes:,.0f} MB, {one.placement}; on {one.device}, at most"
        f" {one.peak_tflops:.3g} TFLOP/s; {one.pages} pages of {one.tokens} tokens,"
        f" {one.tflop_per_page:.3g} TFLOP each; overlap makes it {one.overlap:.2f} times as fast"
    )
    made = Table("way", "pages/s", "of peak", "busy", title=title)
    for way in one.ways:
        made.add_row(
            way.name,
            f"{way.pages_per_second:.2f} ({way.slowest:.2f} to {way.fastest:.2f})",
            "" if way.of_peak is None else f"{way.of_peak:.1%}",
            ", ".join(f"{stage} {part:.0%}" for stage, part in way.busy.items()),
        )
    return made


class _Counter:
    """Runs a way several times, after once for warming up."""

    def __init__(self, plan: Plan, seconds_at_peak: float) -> None:
        self._plan = plan
        self._seconds_at_peak = seconds_at_peak
        """Of a page."""

    def __call__(self, name: str, run: Callable[[], Run], *, model: bool = True) -> Way:
        run()
        runs = sorted((run() for _ in range(self._plan.repeats)), key=lambda one: one.seconds)
        median = statistics.median(one.seconds for one in runs)
        middle = runs[len(runs) // 2]
        pages = self._plan.pages
        return Way(
            name=name,
            pages_per_second=pages / median,
            slowest=pages / runs[-1].seconds,
            fastest=pages / runs[0].seconds,
            of_peak=self._seconds_at_peak * pages / median if model else None,
            busy={stage: busy / middle.seconds for stage, busy in middle.busy.items()},
        )


def _lengths(encoder: ColPaliEncoder, page: Sequence[PageInput]) -> tuple[int, int]:
    """Patches in the vision tower and tokens in the text model."""
    prepared = encoder.prepare(page)
    batch = prepared.pictures[0].batch
    grid = batch.get("image_grid_thw")
    tokens = int(batch["input_ids"].shape[1])
    if grid is not None:
        return int(grid[0].prod()), tokens
    return int((prepared.layouts[0].rows >= 0).sum()), tokens


def _plan(options: argparse.Namespace) -> Plan:
    import torch

    from recto.engine.encoders.colpali.placement import choose, this_machine

    if options.tiny:
        dtype = options.dtype or "float32"
        return Plan(pages=3, repeats=1, device="cpu", dtype=dtype, largest=256)
    gpu = bool(torch.cuda.is_available()) and options.dtype != "int8"
    return Plan(
        pages=options.pages,
        repeats=options.repeats,
        device="cuda" if gpu else "cpu",
        dtype=options.dtype or choose(this_machine(), 10**9).dtype,
        largest=8192 if gpu else 2048,
    )


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recto.benchmarks.encoding",
        description="How fast models of the ColPali family see pages, against other ways.",
    )
    add = parser.add_argument
    add("--model", choices=["both", "colpali", "colqwen2_5"], default="both")
    add("--pages", type=int, default=256, help="of the PDF; default 256")
    add("--repeats", type=int, default=5, help="of each way, after one for warming up; default 5")
    add("--folder", type=Path, help="where checkpoints (6 and 8 GB) are kept; else they are not")
    add("--layers", type=int, help="of each tower, in place of the published shape")
    add("--width", type=int, default=512, help="with --layers: numbers a token; a multiple of 64")
    add(
        "--tiny", action="store_true", help="3 pages and 2 layers on the processor: whether it runs"
    )
    add("--dtype", choices=DTYPES, help="the arithmetic; default is what recto would choose here")
    add("--json", type=Path, help="write what was measured to this file")
    return parser


if __name__ == "__main__":
    main()
