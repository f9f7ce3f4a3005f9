"""Which part of the time goes where, while a library adds and searches."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from recto.benchmarks.busy import Busy
from recto.engine.encoders.protocol import Staged

if TYPE_CHECKING:
    from recto.indexing.reader import OpenDocument
    from recto.library import Library

ADDING = ("read", "draw", "prepare", "encode", "finish", "store")
SEARCHING = ("encode", "rank", "read")


def watch_adding(busy: Busy, library: Library) -> None:
    """Count how long text is read and recognised, pages are drawn, encoded, and stored.

    Encoders that take pages in three steps have two stages more: what is done before and after the
    model has them.
    """
    holdings = library._holdings
    reader = holdings.reader
    opened = reader.open

    def open(
        path: str | os.PathLike[str], kind: str, *, name: str | None = None, all_drawn: bool = False
    ) -> OpenDocument:
        document = opened(path, kind, name=name, all_drawn=all_drawn)
        busy.watch("read", document, "read")
        busy.watch("draw", document, "image")
        return document

    busy.replace(reader, "open", open)
    encoder = holdings.encoder
    if isinstance(encoder, Staged):
        busy.watch("prepare", encoder, "prepare")
        busy.watch("encode", encoder, "run")
        busy.watch("finish", encoder, "finish")
    else:
        busy.watch("encode", encoder, "encode_pages")
    busy.watch("store", holdings.store, "put_pages", "put_documents", "flush", "optimize")


def watch_searching(busy: Busy, library: Library) -> None:
    """Count how long the question is encoded, pages are ranked by the store, and read from it."""
    holdings = library._holdings
    busy.watch("encode", holdings.encoder, "encode_question")
    busy.watch("rank", holdings.store, "search", "search_documents", "count")
    busy.watch("read", holdings.store, "texts", "pages", "documents")
