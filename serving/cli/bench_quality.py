"""`recto bench quality`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .bench_options import EncoderOption, LibraryOption, named_before
from .console import write, write_json
from .opening import EncoderSettingOption, parse_settings
from .progress import progress_bar
from .settings import JsonOption, QuietOption, argument, chosen

if TYPE_CHECKING:
    from recto.benchmarks.quality import Quality
    from recto.engine.store.manifest import Datatype


def quality(
    context: typer.Context,
    questions: Annotated[str, argument("QUESTIONS")],
    documents: Annotated[Path | None, argument("FOLDER")] = None,
    strategies: Annotated[
        list[str] | None,
        typer.Option(
            "--strategy",
            metavar="NAME",
            help="How pages are found; repeat to compare: default, exact, two-stage, patches, rows,"
            " words, single, crossmodal, summaries, summaries-pages; or without-PART of the"
            " default: patches, rows, words, passages, names, spelling. Of another library: bm25s,"
            " bm25s-stemmed.",
            show_default=False,
        ),
    ] = None,
    encoder: EncoderOption = None,
    encoder_setting: EncoderSettingOption = None,
    datatype: Annotated[
        str | None,
        typer.Option(
            "--datatype",
            metavar="NAME",
            help="How vectors are kept: float16, turbo8 or turbo4.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="NAME",
            help="Only questions of this language, where a data set says it.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="NAME", help="What to call the data set.", show_default=False
        ),
    ] = None,
    depth: Annotated[
        int,
        typer.Option(
            "--depth",
            metavar="PAGES",
            min=10,
            help="How many pages to ask for and to save. Of more than 20, the passages of more"
            " pages are compared, which changes the ranking.",
        ),
    ] = 20,
    within_document: Annotated[
        bool,
        typer.Option(
            "--within-document", help="Search only the documents of a question's relevant pages."
        ),
    ] = False,
    library: LibraryOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="DIR",
            help="Write every question, TREC runs, and what `recto bench report` reads.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Index documents, ask questions, and count how high the right pages rank.

    QUESTIONS is a file with an object a line, with the pages that answer the question, and FOLDER
    holds the documents that it names:

    \b
      {"question": "...", "relevant": [{"document": "report.pdf", "page": 7}]}

    Or QUESTIONS is the folder of a data set in the form of BEIR (corpus.jsonl, queries.jsonl,
    qrels/test.tsv) or of ViDoRe (parquet files), which brings its documents along; hf:REPO, such a
    data set of the hub; or mteb:TASK (both with recto[mteb]).

    BM25 of the library bm25s is measured where recto bench peers bm25s has installed it, and else
    left out with the reason.

    \b
    Example:
      recto bench quality examples/questions.jsonl examples/ --json
      recto bench quality scifact/ --strategy default --strategy words --save results/
      recto bench quality hf:vidore/docvqa_test_subsampled --encoder colqwen2.5 \\
        --encoder-setting pool_factor=3
    """
    from recto.benchmarks.quality import run

    settings = chosen(context, library=library, as_json=as_json, quiet=quiet)
    left_out: dict[str, str] = {}
    with progress_bar(settings) as on_progress:
        measured = run(
            questions,
            documents,
            ways=strategies or ["default"],
            within_document=within_document,
            library_folder=library or named_before(context),
            encoder=encoder,
            encoder_settings=parse_settings(encoder_setting or ()),
            patches_datatype=_datatype(datatype),
            language=language,
            name=name,
            depth=depth,
            on_progress=on_progress,
            on_left_out=left_out.__setitem__,
        )
    if output is not None:
        _save(measured, output)
    if not settings.json:
        write(*dict.fromkeys(note for one in measured for note in one.measured.notes))
        write(*(line for one in measured for line in _table(one, named=len(measured) > 1)))
    elif len(measured) == 1 and not left_out:
        write_json(measured[0].as_json())
    else:
        reasons = {way: {"reason": reason} for way, reason in left_out.items()}
        found = {one.measured.way: one.as_json() for one in measured}
        write_json({"strategies": {**found, **reasons}})


def _datatype(name: str | None) -> Datatype | None:
    from typing import get_args

    from recto.engine.errors import InputError
    from recto.engine.store.manifest import Datatype

    known: dict[str, Datatype] = {known: known for known in get_args(Datatype)}
    if name is not None and name not in known:
        raise InputError(f"Vectors are not kept as {name!r}. Expected one of {', '.join(known)}.")
    return None if name is None else known[name]


def _save(measured: Sequence[Quality], folder: Path) -> None:
    from recto.benchmarks.runs import save

    save(measured, folder, command=shlex.join(["recto", *sys.argv[1:]]))


def _table(quality: Quality, *, named: bool) -> list[str]:
    from recto.benchmarks.metrics import MEASURES

    measured = quality.measured
    lines = [f"{measured.way}:"] if named else []
    for name, value in quality.as_json().items():
        if name in MEASURES:
            spread = measured.interval(name)
            among = f"   {spread.low:.3f} - {spread.high:.3f}"
            lines.append(f"{name:<20} {value:>10.3f}{among}")
        elif value is not None:
            shown = f"{value:>10,}" if isinstance(value, int) else f"{value:>10,.3f}"
            lines.append(f"{name.replace('_', ' '):<20} {shown}")
    return lines
