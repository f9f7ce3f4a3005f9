"""What `Library.reencode` needs besides: which encoder is meant, and how those who read are kept
apart from the moment in which everything changes."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition, local
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from recto.engine.bm25 import TERMS
from recto.engine.encoders import registry
from recto.engine.encoders.protocol import Encoder, EncoderId
from recto.engine.store.protocol import Store


def chosen_encoder(
    encoder: str | os.PathLike[str] | Encoder | None,
    recorded: EncoderId,
    settings: Mapping[str, str] | None,
    trusted: bool,
) -> Encoder:
    """The encoder that a user means; None is the recorded one, with these settings changed."""
    if encoder is None:
        return registry.remake(recorded, changes=settings, trust_remote_code=trusted)
    if isinstance(encoder, (str, os.PathLike)):
        name = os.fspath(encoder)
        return registry.make(name, settings=settings, trust_remote_code=trusted, check=True)
    if settings:
        raise ValueError(f"{encoder.id.name} is made already; give the settings to registry.make.")
    return encoder


def is_current(store: Store, encoder: Encoder) -> bool:
    """Whether all vectors of a store are as this encoder and this recto would make them."""
    return store.encoder == encoder.id and store.terms == TERMS


class Gate:
    """Many threads may be inside together, or one alone, who waits for them and goes first."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside = 0
        self._alone = False
        self._mine = local()

    @contextmanager
    def shared(self) -> Iterator[None]:
        """A thread that is inside may come in again."""
        if getattr(self._mine, "inside", False):
            yield
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._inside += 1
        self._mine.inside = True
        try:
            yield
        finally:
            self._mine.inside = False
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One thread at a time, which must not be inside."""
        with self._changed:
            self._alone = True
        try:
            with self._changed:
                self._changed.wait_for(lambda: not self._inside)
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()


class _Gated(Protocol):
    @property
    def _gate(self) -> Gate: ...


L = TypeVar("L", bound=_Gated)
P = ParamSpec("P")
T = TypeVar("T")


def reading(method: Callable[Concatenate[L, P], T]) -> Callable[Concatenate[L, P], T]:
    """A method that sees the library as it is before a change or after it."""

    @functools.wraps(method)
    def gated(library: L, /, *arguments: P.args, **named: P.kwargs) -> T:
        with library._gate.shared():
            return method(library, *arguments, **named)

    return gated
