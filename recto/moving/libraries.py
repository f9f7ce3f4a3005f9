"""From one library to another, wherever they are; into an archive and out of it; from byaldi."""

from __future__ import annotations

import errno
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import DiskFull, InputError, RectoError
from recto.engine.store.protocol import Store
from recto.indexing.outcome import Outcome
from recto.indexing.progress import Tally
from recto.indexing.reader import Reader
from recto.moving.byaldi import Adopting, ByaldiIndex
from recto.moving.origin import LibraryOrigin, Origin
from recto.moving.packing import Packer
from recto.moving.receiving import MoveReport, OnProgress, Receiver, warn_of_missing
from recto.moving.unpacking import Archive
from recto.places import Place


def copy_library(
    origin: Place, target: Place, *, on_progress: OnProgress | None = None
) -> MoveReport:
    """Copy all documents, with vectors, clips, words, attributes and files; none is encoded again.

    The target is made where there is none, with the encoder of the origin. What it has already is
    left alone, what is interrupted goes on when it is called again. Every page is read back and
    compared before its document becomes visible.

    Raises NotFound, EncoderMismatch, LibraryError, OutsideError; InputError for a library and
    itself.
    """
    if str(origin) == str(target):
        raise InputError(f"{origin} cannot be copied to itself; give another place.")
    with ExitStack() as stack:
        store = opened(origin, stack)
        return receive(LibraryOrigin(store, origin.folder), target, on_progress)


def export_library(
    origin: Place, path: Path, *, on_progress: OnProgress | None = None
) -> MoveReport:
    """Write all documents, with vectors, clips, words, attributes and files, into one new file.

    It may hold what the documents hold: who has the file can read them all. Raises NotFound,
    InputError where there is such a file, LibraryError, OutsideError.
    """
    begun = time.monotonic()
    if path.exists():
        raise InputError(f"There is {path} already; give a new name, or remove it.")
    with ExitStack() as stack:
        library = LibraryOrigin(opened(origin, stack), origin.folder)
        try:
            outcomes = _packed(library, stack.enter_context(Packer(path, library)), on_progress)
        except OSError as error:
            raise _cannot_write(path, error) from error
    return MoveReport(
        encoder=library.encoder,
        outcomes=tuple(outcomes),
        without_file=library.without_file,
        seconds=time.monotonic() - begun,
    )


def import_archive(
    path: Path, target: Place, *, on_progress: OnProgress | None = None
) -> MoveReport:
    """Take all documents of an archive into a library, as `copy_library` does.

    Raises NotFound, DamagedLibrary for what is no whole archive, and as `copy_library`.
    """
    with Archive(path) as archive:
        return receive(archive, target, on_progress)


def import_byaldi(
    index: Path,
    files: Path,
    target: Place,
    *,
    encoder: Adopting,
    on_progress: OnProgress | None = None,
) -> MoveReport:
    """Take the vectors of an index of byaldi into a library, with the words of the original files.

    `encoder` is that of the model which made the index, with the settings that the library is to
    have; it encodes nothing. A document whose file is not in `files`, or does not fit what the
    index has of it, fails; the others do not.

    Raises NotFound, DamagedLibrary, EncoderMismatch, OutsideError.
    """
    with Reader() as reader:
        origin = ByaldiIndex(index, files, encoder=encoder, reader=reader)
        report = receive(origin, target, on_progress)
        failed = [
            Outcome(path=path, kind="failed", error=error) for path, error in origin.failed.items()
        ]
    return replace(report, outcomes=(*report.outcomes, *failed))


def receive(origin: Origin, target: Place, on_progress: OnProgress | None) -> MoveReport:
    """Take all of an origin into the library at `target`."""
    begun = time.monotonic()
    with ExitStack() as stack:
        store = opened(target, stack, origin.encoder)
        stack.enter_context(store.writing())
        receiver = Receiver(store, target)
        outcomes = tuple(receiver.receive_all(origin, on_progress))
        store.flush()
        store.optimize()
    warn_of_missing(receiver.without_file, target.folder)
    return MoveReport(
        encoder=origin.encoder,
        outcomes=outcomes,
        without_file=receiver.without_file,
        seconds=time.monotonic() - begun,
    )


def opened(place: Place, stack: ExitStack, encoder: EncoderId | None = None) -> Store:
    """The store at a place, which must be there unless an encoder is given; closed by `stack`."""
    stack.callback(place.close)
    return stack.enter_context(place.open(encoder, create=encoder is not None))


def _packed(
    library: LibraryOrigin, packer: Packer, on_progress: OnProgress | None
) -> list[Outcome]:
    wanted = [(t, record) for t in library.tenants() for record in library.documents(t)]
    paths = [Path(record.paths[0]) for _, record in wanted]
    tally = Tally(paths, on_progress, sizes=[record.size for _, record in wanted])
    outcomes = []
    for (tenant, record), path in zip(wanted, paths, strict=True):
        pages = packer.add(tenant, record)
        outcome = Outcome(path=path, kind="added", document_id=record.id, pages=pages)
        outcomes.append(tally.done(outcome))
    packer.finish()
    return outcomes


def _cannot_write(path: Path, error: OSError) -> RectoError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"No room for {path}: {error}. Nothing is left of it; make room.")
    return InputError(f"{path} cannot be written: {error}. Give a place where you may write.")
