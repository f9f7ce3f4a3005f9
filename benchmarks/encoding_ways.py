"""Ways from pages to vectors: ours, and those of others, told in our own words.

All are given the same pages and the same weights. Imports torch.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TypeVar

import torch
from PIL import Image
from torch.utils.data import DataLoader
from transformers import ProcessorMixin
from transformers.utils import is_flash_attn_2_available

from recto.benchmarks.busy import Busy
from recto.engine.bm25 import words_vector
from recto.engine.encoders.colpali.encoder import ColPaliEncoder
from recto.engine.encoders.colpali.families import FAMILIES
from recto.engine.encoders.colpali.loading import quiet
from recto.engine.encoders.protocol import PageInput
from recto.engine.store.opening import open_edge
from recto.engine.store.records import PageRecord
from recto.indexing.adding import Indexer
from recto.indexing.drawing import width_for
from recto.indexing.files import find
from recto.indexing.ledger import Ledger
from recto.indexing.notes import Notes
from recto.indexing.progress import Tally
from recto.indexing.reader import OpenDocument, Reader
from recto.indexing.sources import Sources

T = TypeVar("T")

STAGES = ("read", "draw", "prepare", "model", "finish", "store")
_README_BATCH = 4
"""Pages at once in the README of colpali-engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One way, once over all pages."""

    seconds: float
    busy: dict[str, float] = field(default_factory=dict)
    """Seconds within each of `STAGES`, where they were watched; those that several threads spend
    drawing are divided by the number of threads."""


def overlapping(encoder: ColPaliEncoder, source: Path) -> Run:
    """What `recto add` does, from a PDF to a library: all stages at the same time."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recto-encoding-")))
        busy = stack.enter_context(Busy())
        store = stack.enter_context(open_edge(folder / "library", encoder.id, create=True))
        reader = stack.enter_context(_Watched(busy))
        busy.watch("prepare", encoder, "prepare")
        busy.watch("model", encoder, "run")
        busy.watch("finish", encoder, "finish")
        busy.watch("store", store, "put_pages", "put_documents", "flush")
        sources = Sources(folder / "sources")
        ledger = Ledger(store, sources)
        indexer = Indexer(
            store=store, encoder=encoder, reader=reader, ledger=ledger, sources=sources
        )
        begun = time.perf_counter()
        (outcome,) = indexer.add([], list(find([source])), Notes(), Tally([source], None))
        seconds = time.perf_counter() - begun
        if outcome.error is not None:
            raise outcome.error
        busy.seconds["draw"] /= reader.drawn_at_once
        return Run(seconds=seconds, busy={stage: busy.seconds[stage] for stage in STAGES})


def one_after_the_other(encoder: ColPaliEncoder, source: Path) -> Run:
    """The same work without overlap: a batch is stored before the next one is read."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recto-encoding-")))
        store = stack.enter_context(open_edge(folder / "library", encoder.id, create=True))
        reader = stack.enter_context(Reader(ocr=False))
        begun = time.perf_counter()
        with reader.open(source, "pdf") as document:
            for numbers in _parts(range(1, document.pages + 1), encoder.batch):
                pages = [_page(encoder, document, number) for number in numbers]
                made = zip(pages, encoder.encode_pages(pages), strict=True)
                store.put_pages(
                    [
                        PageRecord(
                            document_id="0" * 64,
                            content=page.content,
                            vectors=vectors,
                            words=words_vector(page.content),
                        )
                        for page, vectors in made
                    ]
                )
        store.flush()
        return Run(seconds=time.perf_counter() - begun)


def drawing(encoder: ColPaliEncoder, source: Path) -> tuple[list[PageInput], Run]:
    """Reading and drawing alone, in one process: the pages, as the encoder is given them."""
    with Reader(ocr=False) as reader:
        begun = time.perf_counter()
        with reader.open(source, "pdf") as document:
            numbers = range(1, document.pages + 1)
            pages = [_page(encoder, document, number) for number in numbers]
        return pages, Run(seconds=time.perf_counter() - begun)


def encoding(encoder: ColPaliEncoder, pages: Sequence[PageInput]) -> Run:
    """Our encoder alone, from pictures to vectors, its steps one after the other."""
    begun = time.perf_counter()
    for part in _parts(pages, encoder.batch):
        encoder.encode_pages(part)
    return Run(seconds=time.perf_counter() - begun)


def model_alone(encoder: ColPaliEncoder, pages: Sequence[PageInput]) -> Run:
    """Batches that are prepared, until their vectors are in main memory."""
    prepared = [encoder.prepare(part) for part in _parts(pages, encoder.batch)]
    begun = time.perf_counter()
    for batch in prepared:
        encoder.run(batch)
    return Run(seconds=time.perf_counter() - begun)


class Peer:
    """A checkpoint as the README of colpali-engine opens it."""

    def __init__(self, folder: Path, model_type: str, *, device: str, dtype: str) -> None:
        family = FAMILIES[model_type]
        package = import_module(family.package)
        with quiet():
            self._model = (
                getattr(package, family.model)
                .from_pretrained(
                    folder,
                    dtype=getattr(torch, dtype),
                    device_map=device,
                    attn_implementation="flash_attention_2"
                    if is_flash_attn_2_available()
                    else None,
                )
                .eval()
            )
            self._processor: ProcessorMixin = getattr(package, family.processor).from_pretrained(
                folder
            )

    def batches(self, pages: Sequence[PageInput]) -> Run:
        """The loop of the same README: a DataLoader whose batches the processor makes."""
        loader = DataLoader(
            _pictures(pages),
            batch_size=_README_BATCH,
            shuffle=False,
            collate_fn=self._processor.process_images,
        )
        begun = time.perf_counter()
        vectors: list[torch.Tensor] = []
        for batch in loader:
            with torch.no_grad():
                made = self._model(**{name: x.to(self._model.device) for name, x in batch.items()})
            vectors.extend(torch.unbind(made.to("cpu")))
        return Run(seconds=time.perf_counter() - begun)

    def one_at_a_time(self, pages: Sequence[PageInput]) -> Run:
        """As byaldi 0.0.7 adds a document to its index: every page a batch of its own."""
        begun = time.perf_counter()
        vectors: list[torch.Tensor] = []
        for picture in _pictures(pages):
            batch = self._processor.process_images([picture])
            with torch.inference_mode():
                made = self._model(**{name: x.to(self._model.device) for name, x in batch.items()})
            vectors.extend(torch.unbind(made.to("cpu")))
        return Run(seconds=time.perf_counter() - begun)


class _Watched(Reader):
    """A reader whose documents are watched."""

    def __init__(self, busy: Busy) -> None:
        super().__init__(ocr=False)
        self._busy = busy
        self.drawn_at_once = 1

    def open(
        self,
        path: str | os.PathLike[str],
        kind: str,
        *,
        name: str | None = None,
        all_drawn: bool = False,
    ) -> OpenDocument:
        document = super().open(path, kind, name=name, all_drawn=all_drawn)
        self.drawn_at_once = document.drawn_at_once
        self._busy.watch("read", document, "read")
        self._busy.watch("draw", document, "image")
        return document


def _page(encoder: ColPaliEncoder, document: OpenDocument, number: int) -> PageInput:
    content = document.read(number)
    return PageInput(content=content, image=document.image(number, width_for(encoder)(content)))


def _pictures(pages: Iterable[PageInput]) -> list[Image.Image]:
    return [Image.fromarray(page.image) for page in pages if page.image is not None]


def _parts(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[begin : begin + size] for begin in range(0, len(items), size)]
