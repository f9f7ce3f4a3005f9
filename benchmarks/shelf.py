"""A library of the documents that questions are about, for as long as something is measured."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recto.benchmarks.questions import Question, check
from recto.engine.errors import InputError, NotFound

if TYPE_CHECKING:
    from recto.engine.store.manifest import Datatype
    from recto.indexing.outcome import AddReport
    from recto.indexing.progress import Progress
    from recto.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A library that has the documents."""

    library: Library
    report: AddReport
    pages: int
    """Of all its documents."""
    corpus: str
    """A hash of all its documents, by name and bytes."""


@contextmanager
def indexed(
    questions: Sequence[Question],
    documents_folder: str | os.PathLike[str],
    *,
    library_folder: str | os.PathLike[str] | None = None,
    encoder: str | None = None,
    encoder_settings: Mapping[str, str] | None = None,
    patches_datatype: Datatype | None = None,
    on_open: Callable[[Library], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Iterator[Indexed]:
    """The library is made in a temporary folder, or kept in `library_folder`, where documents that
    are there already are not read again. `on_open` is called with it before anything is added.

    Raises NotFound, and InputError for an unknown document or a page out of range.
    """
    import recto

    folder = Path(documents_folder)
    _check_files(questions, folder)
    with ExitStack() as stack:
        if library_folder is None:
            library_folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="recto-bench-"))
        library = stack.enter_context(
            recto.open(
                library_folder,
                encoder=encoder,
                encoder_settings=encoder_settings,
                patches_datatype=patches_datatype,
            )
        )
        if on_open is not None:
            on_open(library)
        report = library.add(folder, on_progress=on_progress)
        for outcome in report.failed:
            if outcome.path.name in {name for q in questions for name in q.documents}:
                raise InputError(
                    f"{outcome.path}, which the questions name, cannot be indexed: {outcome.error}"
                )
        documents = library.documents()
        check(questions, {document.name: document.pages for document in documents}, str(folder))
        names = "\n".join(sorted(f"{document.id} {document.name}" for document in documents))
        yield Indexed(
            library=library,
            report=report,
            pages=sum(document.pages for document in documents),
            corpus=hashlib.sha256(names.encode()).hexdigest()[:12],
        )


def _check_files(questions: Iterable[Question], folder: Path) -> None:
    """Fail before an hour of indexing rather than after it."""
    if not folder.exists():
        raise NotFound(f"There is no documents folder {folder}.")
    paths = [folder] if folder.is_file() else [p for p in folder.rglob("*") if p.is_file()]
    counts: dict[str, int] = {}
    for path in paths:
        counts[path.name] = counts.get(path.name, 0) + 1
    for question in questions:
        for name in question.documents:
            if counts.get(name) != 1:
                found = f"{counts[name]} files" if name in counts else "no file"
                raise InputError(
                    f"Line {question.line} of the questions names the document {name!r}; expected"
                    f" one file of that name in {folder}, found {found}."
                )
