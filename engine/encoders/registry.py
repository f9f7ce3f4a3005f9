"""The encoders that there are, by name. Makes one when asked; imports no model before."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from recto.engine.encoders.protocol import Encoder
from recto.engine.errors import InputError


def _words() -> Encoder:
    from recto.engine.encoders.words.encoder import WordsEncoder

    return WordsEncoder()


_FACTORIES: Mapping[str, Callable[[], Encoder]] = {"words": _words}


def names() -> tuple[str, ...]:
    """Every name that `make` takes."""
    return tuple(_FACTORIES)


def make(name: str) -> Encoder:
    """The encoder of that name, its weights loaded. Raises `InputError` for an unknown name."""
    factory = _FACTORIES.get(name)
    if factory is None:
        raise InputError(f"No encoder is called {name!r}. There is: {', '.join(_FACTORIES)}.")
    return factory()
