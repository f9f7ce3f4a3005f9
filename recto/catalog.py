"""Which documents a library shows, and what people call them. Knows no pages and no vectors."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from recto.engine.errors import InputError, NotFound
from recto.engine.filters.fields import fields_of, understood
from recto.engine.store.attributes import REVISION, attributes_of
from recto.engine.store.condition import Condition
from recto.engine.store.holding import holds
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.parts import Where
from recto.results import Document

_FRESH = 5.0
"""Seconds."""
_SHORTEST_ID = 6
"""Hex digits that are taken for the beginning of an id: one in 16 million fits by chance."""


class Catalog:
    """The documents of a store that are ready, read once and again after `forget`; of one that
    other processes may change, also again after some seconds."""

    def __init__(
        self, store: Store, *, shared: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`shared`: others may change it."""
        self._store = store
        self._shared = shared
        self._clock = clock
        self._read = 0.0
        self._documents: dict[str, Document] | None = None
        self._undescribed = False

    def forget(self) -> None:
        """Read anew at the next call: the store's documents have changed."""
        self._documents = None

    def all(self) -> list[Document]:
        """By name, then id."""
        old = self._shared and self._clock() - self._read > _FRESH
        if self._documents is None or old:
            self._read = self._clock()
            ready = [record for record in self._store.documents() if record.state == "ready"]
            self._undescribed = any(record.described < REVISION for record in ready)
            self._documents = {record.id: document_of(record) for record in ready}
        return list(self._documents.values())

    def has_undescribed(self) -> bool:
        """Whether pages of a document do not carry what filters should see of it."""
        self.all()
        return self._undescribed

    def understood(self, where: Where, *, with_pages: bool = True) -> Condition:
        """A filter on fields that the documents have. Raises FilterError."""
        return understood(where, fields_of(map(attributes_of, self.all()), with_pages=with_pages))

    def chosen(self, where: Where) -> list[Document]:
        """Those that a filter lets through. Raises FilterError."""
        condition = self.understood(where, with_pages=False)
        return [document for document in self.all() if holds(condition, attributes_of(document))]

    def tagged(self, tags: Sequence[str]) -> list[Document]:
        """Those that have every one of `tags`."""
        tags = several(tags, "tags")
        return [document for document in self.all() if set(tags) <= set(document.tags)]

    def named(self, name: str) -> list[Document]:
        """Those that `name` may mean: by id or its beginning, by name, or by the end of a path.

        Raises NotFound when there is none.
        """
        documents = self.all()
        found = [d for d in documents if d.id.startswith(name) and len(name) >= _SHORTEST_ID]
        found = found or [d for d in documents if d.name == name]
        found = found or [d for d in documents if any(_ends(path, name) for path in d.paths)]
        if not found:
            raise NotFound(
                f"No document {name!r} among the {len(documents)} of this library. Give a name, "
                f"the end of a path, or the first {_SHORTEST_ID} digits of an id, as `recto list` "
                "shows them."
            )
        return found

    def one(self, name: str) -> Document:
        """The only one that `name` may mean. Raises NotFound, InputError."""
        found = self.named(name)
        if len(found) > 1:
            choices = ", ".join(f"{d.id[:12]} ({d.paths[0]})" for d in found)
            raise InputError(
                f"{len(found)} documents are called {name!r}. Say which by the beginning of its id "
                f"or more of its path: {choices}."
            )
        return found[0]

    def select(
        self, documents: Sequence[str] | None, tags: Sequence[str] | None
    ) -> tuple[str, ...] | None:
        """Ids of the documents of these names that have these tags; None when neither is given."""
        if documents is None and tags is None:
            return None
        tagged = {document.id for document in self.tagged(tags or ())}
        if documents is None:
            return tuple(sorted(tagged))
        named = {
            document.id for name in several(documents, "documents") for document in self.named(name)
        }
        return tuple(sorted(named & tagged))


def several(names: Sequence[str], what: str) -> tuple[str, ...]:
    """`names`; InputError for a single one, whose letters would be taken for names."""
    if isinstance(names, str):
        raise InputError(f"{what} is {names!r}; expected a list, such as [{names!r}].")
    return tuple(names)


def document_of(record: DocumentRecord) -> Document:
    """What a user sees of a record."""
    return Document(
        id=record.id,
        name=record.name,
        title=record.title,
        pages=record.pages,
        size=record.size,
        kind=record.kind,
        paths=record.paths,
        added=record.added,
        tags=record.tags,
        metadata=record.metadata,
        skipped=record.skipped,
    )


def _ends(path: str, name: str) -> bool:
    return path == name or path.endswith("/" + name.lstrip("/"))
