"""What page_text costs, words beside patches: `python -m recto.benchmarks.page_text MODEL [PAGES]`.

MODEL is the folder of a checkpoint of the ColPali family, or its id on the hub. The pages are those
of `specimen`, about 500 words of English each. Tiny checkpoints with random weights, for which

    python -m tests.checkpoints FOLDER

makes one of every family, show how many vectors there are and that all works, but not how long a
trained model takes, and less than that how well it retrieves: their tokenizers know 512 tokens, and
cut words into more pieces.

What it gains was measured by others, and not by us, as that takes trained weights. In MTEB's
results of 2026-08-20 (embeddings-benchmark/results) ColModernVBERT has an nDCG@10 of 52.3 on the
English questions of ViDoRe 3's FinanceEn by pictures alone, and of 64.7 in version 3.1, with text
beside them; on each of the eight public sets text adds 3.8 to 12.4. There the text was Markdown
that a vision model wrote, read as a question with its empty tokens, of which all vectors were kept.
Here it is the page's own words, read in the same way, of which those are kept that have a place.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from recto.benchmarks import specimen
from recto.engine.encoders import registry
from recto.engine.encoders.protocol import Encoder, PageInput

_HALF = 2
"""Bytes of a stored number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Per page, means."""

    model: str
    pages: int
    words: float
    patches: float
    """Vectors without the words."""
    vectors: float
    """With them."""
    bytes_without: float
    """Of vectors in the store."""
    bytes_with: float
    cpu_seconds_without: float
    cpu_seconds_with: float

    @property
    def times_the_bytes(self) -> float:
        return self.bytes_with / self.bytes_without

    @property
    def times_the_work(self) -> float:
        return self.cpu_seconds_with / self.cpu_seconds_without


def main() -> None:
    """Measure the model that the arguments name; print a table, and a line of JSON."""
    pages = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    cost = measure(sys.argv[1], pages)
    table = Table("a page", "value", title=f"page_text with {cost.model}")
    for name, value in figures(cost).items():
        table.add_row(name, f"{value:,.4g}" if isinstance(value, float) else str(value))
    Console(stderr=True).print(table)
    Console(soft_wrap=True, highlight=False).print(json.dumps(figures(cost)))


def figures(cost: Cost) -> dict[str, str | int | float]:
    """All of it by name."""
    ratios = {"times_the_bytes": cost.times_the_bytes, "times_the_work": cost.times_the_work}
    return asdict(cost) | ratios


def measure(model: str, count: int) -> Cost:
    """Encode the first pages of the specimen without their words and with them."""
    seeing = registry.make(model)
    pages = _pages(seeing, count)
    without, first = _encoded(seeing, pages)
    encoder = registry.make(model, settings={"page_text": "yes"})
    both, second = _encoded(encoder, pages)
    size = encoder.id.dim * _HALF
    return Cost(
        model=encoder.id.name,
        pages=count,
        words=sum(len(page.content.text.words) for page in pages) / count,
        patches=without / count,
        vectors=both / count,
        bytes_without=without * size / count,
        bytes_with=both * size / count,
        cpu_seconds_without=first / count,
        cpu_seconds_with=second / count,
    )


def _pages(encoder: Encoder, count: int) -> list[PageInput]:
    """As they are read for a library of this encoder."""
    from recto.indexing.drawing import width_for
    from recto.indexing.reader import Reader

    with tempfile.TemporaryDirectory(prefix="recto-page-text-") as folder, Reader() as reader:
        path = Path(folder) / "specimen.pdf"
        specimen.write(path, count)
        with reader.open(path, "pdf") as document:
            contents = [document.read(number) for number in range(1, count + 1)]
            width = width_for(encoder)
            return [
                PageInput(content=page, image=document.image(page.number, width(page)))
                for page in contents
            ]


def _encoded(encoder: Encoder, pages: Sequence[PageInput]) -> tuple[int, float]:
    """How many vectors there are, and how long all cores together took, after a first page."""
    encoder.encode_pages(pages[:1])
    begun = time.process_time()
    vectors = [encoder.encode_pages([page])[0] for page in pages]
    spent = time.process_time() - begun
    return sum(0 if v.patches is None else len(v.patches.vectors) for v in vectors), spent


if __name__ == "__main__":
    main()
