"""An index of byaldi as an origin of documents: its vectors, with the words of the original files.

What byaldi (0.0.1 to 0.0.7) keeps in a folder, of each page:

    embeddings/embeddings_N.pt         from page N on, at most 500: a list of tensors (tokens, d),
                                       all that the model gave, the tokens of its prompt included
    embed_id_to_doc_id.json.gz         {"N": {"doc_id": ..., "page_id": ...}}
    doc_ids_to_file_names.json.gz      {"doc_id": path}
    metadata.json.gz                   {"doc_id": {...}}, where something was said of a document
    index_config.json.gz               model_name, ...

It has neither words nor where on a page a vector stands, so that the files are needed, and the
model's encoder: it knows which token is which patch of a picture drawn as byaldi draws it.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import (
    DamagedFile,
    DamagedLibrary,
    DocumentError,
    EncoderError,
    NotFound,
    UnreadableFile,
)
from recto.engine.store.clips.manifest import ClipsManifest
from recto.engine.store.clips.records import ClipRecord
from recto.engine.store.records import DocumentRecord
from recto.engine.summaries import Summary
from recto.engine.vectors import FloatArray, PageVectors
from recto.indexing.files import kind_of
from recto.indexing.reader import OpenDocument, Reader
from recto.indexing.sources import hash_of
from recto.moving.origin import MovedPage

if TYPE_CHECKING:
    import torch

DOTS = 200 / 72
"""Pixels of a point: pdf2image draws 200 to the inch where it is not told otherwise."""
_WHOLE = 1 << 14
"""Pixels; a picture is given as wide as it is."""
_MOST_JSON = 256 << 20


@runtime_checkable
class Adopting(Protocol):
    """An encoder that knows where the vectors of its own model stand."""

    @property
    def id(self) -> EncoderId: ...

    def adopt(self, output: FloatArray, image: npt.NDArray[np.uint8]) -> PageVectors: ...


class ByaldiIndex:
    """The index in a folder, as an `Origin`. Nothing of it is run: tensors are read as numbers."""

    def __init__(self, folder: Path, files: Path, *, encoder: Adopting, reader: Reader) -> None:
        """`files` is the folder in which the documents are. Raises NotFound, DamagedLibrary."""
        self._folder = folder
        self._encoder = encoder
        self._reader = reader
        self._pages = _pages_of(folder)
        self._tensors = _Tensors(folder)
        self._found: dict[str, tuple[Path, str]] = {}
        self.failed: dict[Path, DocumentError] = {}
        """Files that are not there, or cannot be read, and why."""
        self._records = [*self._read_all(files)]

    @property
    def encoder(self) -> EncoderId:
        return self._encoder.id

    def tenants(self) -> list[str]:
        return [""]

    def documents(self, tenant: str) -> list[DocumentRecord]:
        return sorted(self._records, key=lambda record: (record.name, record.id))

    def pages(self, tenant: str, record: DocumentRecord) -> Iterator[MovedPage]:
        path, key = self._found[record.id]
        with self._reader.open(path, record.kind, name=str(path)) as opened:
            if opened.pages != len(self._pages[key]):
                raise DamagedFile(
                    f"{path} has {opened.pages} pages, and {len(self._pages[key])} are in the"
                    " index. Is it the file that was indexed?"
                )
            for number, position in sorted(self._pages[key].items()):
                yield self._page(opened, path, number, position)

    def source(
        self, tenant: str, record: DocumentRecord
    ) -> AbstractContextManager[IO[bytes]] | None:
        return self._found[record.id][0].open("rb")

    def summaries(self, tenant: str, record: DocumentRecord) -> Mapping[int, Summary]:
        """byaldi has none."""
        return {}

    @property
    def clips_manifest(self) -> ClipsManifest | None:
        """byaldi has none."""
        return None

    def clips(self, tenant: str, record: DocumentRecord) -> list[ClipRecord]:
        return []

    def _page(self, opened: OpenDocument, path: Path, number: int, position: int) -> MovedPage:
        content = opened.read(number)
        pixels = math.ceil(content.width * DOTS) if opened.is_pdf else _WHOLE
        try:
            vectors = self._encoder.adopt(self._tensors[position], opened.image(number, pixels))
        except EncoderError as error:
            raise DamagedFile(f"{path}, page {number}: {error}") from error
        return MovedPage(content, vectors)

    def _read_all(self, files: Path) -> Iterator[DocumentRecord]:
        names = _json_of(self._folder / "doc_ids_to_file_names.json.gz")
        said = _json_of(self._folder / "metadata.json.gz", optional=True)
        by_name = _files_of(files)
        for key in self._pages:
            name = Path(str(names.get(key, f"document {key}")))
            try:
                yield self._record(_only(by_name, name, files), key, said.get(key))
            except DocumentError as error:
                self.failed[name] = error

    def _record(self, path: Path, key: str, said: object) -> DocumentRecord:
        kind = kind_of(path)
        with self._reader.open(path, kind, name=str(path)) as opened:
            title, pages = opened.title, opened.pages
        id = hash_of(path)
        self._found[id] = (path, key)
        return DocumentRecord(
            id=id,
            state="ready",
            name=path.name,
            paths=(str(path),),
            kind=kind,
            title=title,
            pages=pages,
            size=path.stat().st_size,
            added=datetime.now(UTC).isoformat(timespec="seconds"),
            metadata=_metadata(said),
        )


class _Tensors:
    """The vectors of all pages by position, of which one file at a time is in memory."""

    def __init__(self, folder: Path) -> None:
        found = {
            int(path.stem.rpartition("_")[2]): path
            for path in (folder / "embeddings").glob("embeddings_*.pt")
            if path.stem.rpartition("_")[2].isdecimal()
        }
        self._starts = sorted(found)
        self._paths = [found[start] for start in self._starts]
        self._load = lru_cache(maxsize=1)(_load)

    def __getitem__(self, position: int) -> FloatArray:
        number = bisect_right(self._starts, position) - 1
        tensors = self._load(self._paths[number]) if number >= 0 else []
        offset = position - self._starts[max(number, 0)] if self._starts else 0
        if offset >= len(tensors):
            raise DamagedFile(f"the index has no vectors of its page {position}; make it anew.")
        vectors: FloatArray = tensors[offset].float().numpy()
        return vectors


def model_of(folder: Path) -> str:
    """The model that an index was made with. Raises NotFound, DamagedLibrary."""
    if not (folder / "index_config.json.gz").is_file():
        raise NotFound(
            f"There is no index of byaldi in {folder}; it would have a file index_config.json.gz."
            " Give the folder of the index itself, such as .byaldi/NAME."
        )
    name = _json_of(folder / "index_config.json.gz").get("model_name")
    if not isinstance(name, str) or not name:
        raise DamagedLibrary(f"{folder} does not tell which model it was made with.")
    return name


def _pages_of(folder: Path) -> dict[str, dict[int, int]]:
    """Of each document, by its key: where the vectors of its pages are."""
    pages: dict[str, dict[int, int]] = {}
    path = folder / "embed_id_to_doc_id.json.gz"
    try:
        for position, entry in _json_of(path).items():
            numbers = pages.setdefault(str(entry["doc_id"]), {})
            numbers[int(entry["page_id"])] = int(position)
    except (TypeError, ValueError, KeyError) as error:
        raise _not_understood(path, error) from error
    return pages


def _load(path: Path) -> list[torch.Tensor]:
    import torch

    try:
        # Without weights_only a file may hold anything that Python can run.
        tensors = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a broken ZIP, pickle or tensor makes of it
        raise _not_understood(path, error) from error
    if not isinstance(tensors, list) or not all(
        isinstance(tensor, torch.Tensor) and tensor.ndim == 2 for tensor in tensors
    ):
        raise _not_understood(path, "no list of tensors (tokens, d)")
    return tensors


def _json_of(path: Path, *, optional: bool = False) -> Mapping[str, Any]:
    if optional and not path.exists():
        return {}
    try:
        with gzip.open(path) as stream:
            text = stream.read(_MOST_JSON + 1)
        value = json.loads(text) if len(text) <= _MOST_JSON else None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise _not_understood(path, error) from error
    if not isinstance(value, dict):
        raise _not_understood(path, "no JSON object, or one that is too large")
    return value


def _not_understood(path: Path, what: object) -> DamagedLibrary:
    return DamagedLibrary(
        f"{path} cannot be understood ({what!r}); expected what byaldi writes. Make the index anew."
    )


def _files_of(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.absolute().rglob("*")):
        if path.is_file():
            found.setdefault(path.name, []).append(path)
    return found


def _only(by_name: Mapping[str, list[Path]], wanted: Path, folder: Path) -> Path:
    """The file of this name; of several the one whose path ends as the index says."""
    found = by_name.get(wanted.name, [])
    alike = [path for path in found if path.parts[-2:] == wanted.parts[-2:]]
    chosen = alike if len(alike) == 1 else found
    if len(chosen) != 1:
        raise UnreadableFile(
            f"{wanted}: {len(chosen)} files in {folder} are called {wanted.name!r}; expected one."
            " Give the folder with the files that were indexed."
        )
    return chosen[0]


def _metadata(said: object) -> dict[str, str | int | float | bool]:
    if not isinstance(said, dict):
        return {}
    return {
        str(key): value if isinstance(value, (str, int, bool)) else str(value)
        for key, value in said.items()
    }
