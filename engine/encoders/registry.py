"""The encoders that there are, by name. Makes one when asked; imports no model before.

Where a model came to run, and why, is logged as INFO by the logger of this module.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from recto.engine.encoders.choices import Choices, check_names
from recto.engine.encoders.known import KNOWN
from recto.engine.encoders.protocol import Encoder, EncoderId, Placed
from recto.engine.encoders.remote.address import is_remote, parse_address
from recto.engine.errors import EncoderError, InputError

BUILT_IN = "words"
LOGGER = logging.getLogger(__name__)


def names() -> tuple[str, ...]:
    """Every short name that `make` takes: the built-in encoder, then the known checkpoints."""
    return (BUILT_IN, *(model.name for model in KNOWN))


def make(
    name: str,
    *,
    settings: Mapping[str, str] | None = None,
    trust_remote_code: bool = False,
    check: bool = False,
) -> Encoder:
    """The encoder of that name, its weights loaded.

    `name` is one of `names()`, the folder of a checkpoint, its id on the hub, from where it is
    fetched if it is not in the cache, or the address of a model that a vLLM server has loaded
    (`vllm+http://host:8000/MODEL`). `settings` are some of its `choices`.
    `trust_remote_code` runs Python that a checkpoint brings along. `check` warns (`RectoWarning`)
    when the encoder does not find a word on a page.

    Raises InputError for an unknown name, EncoderError for an unknown setting or a checkpoint that
    cannot be used, MissingExtra, BackendUnreachable.
    """
    encoder = _made(canonical(name), settings or {}, trust_remote_code, None)
    if check and encoder.needs_image:
        from recto.engine.encoders.colpali.selftest import warn_if_blind

        warn_if_blind(encoder)
    return encoder


def choices(name: str) -> Choices:
    """The settings that an encoder takes, and what each of them is. Raises InputError."""
    place = canonical(name)
    if place == BUILT_IN:
        return {}
    if is_remote(place):
        from recto.engine.encoders.remote import settings as remote

        return remote.CHOICES
    from recto.engine.encoders.colpali import settings as local

    return local.CHOICES


def remake(
    recorded: EncoderId,
    *,
    changes: Mapping[str, str] | None = None,
    trust_remote_code: bool = False,
) -> Encoder:
    """The encoder that a library recorded, as far as it can be had on this machine.

    `changes` are settings that are to differ. Raises EncoderError when the folder that it was
    loaded from is not there any more.
    """
    source = recorded.source
    if source and not is_remote(source) and not Path(recorded.source).is_dir():
        raise EncoderError(
            f"The library was made with the encoder {recorded.name} from {recorded.source}, which"
            " is not there any more. Put it back, or open the library with the folder's new place"
            " as its encoder."
        )
    place = recorded.source or recorded.name
    known = choices(place)
    # What else is recorded follows from the checkpoint, or from what is installed.
    own = {name: value for name, value in recorded.settings.items() if name in known}
    settings = own | dict(changes or {})
    return _made(canonical(place), settings, trust_remote_code, recorded)


def is_recorded(name: str, recorded: EncoderId) -> bool:
    """Whether a name means the encoder that a library recorded, which may have been moved to
    another folder or server since. If not, it makes an encoder of another id. Loads nothing.

    Raises InputError.
    """
    place = canonical(name)
    if place == recorded.source:
        return True
    if is_remote(place):
        return recorded.name == f"vllm:{parse_address(place).model}"
    from recto.engine.encoders.colpali.checkpoint import name_of

    return recorded.name == (name_of(Path(place)) if Path(place).is_dir() else place)


def canonical(name: str) -> str:
    """The one name among those that mean the same: a built-in, the path of a folder, a hub id, an
    address.

    Raises InputError if it can be none of them.
    """
    if name == BUILT_IN:
        return name
    if is_remote(name):
        return str(parse_address(name))
    for model in KNOWN:
        if name.casefold() == model.name.casefold():
            return model.id
    folder = Path(name).expanduser()
    if folder.is_dir():
        return str(folder.absolute())
    if folder.is_absolute() or "/" in name:
        return name
    raise InputError(
        f"No encoder is called {name!r}. There is: {', '.join(names())}; or give the folder of a"
        " checkpoint, its id on the hub, or vllm+http://HOST:PORT/MODEL."
    )


def _made(
    place: str, settings: Mapping[str, str], trusted: bool, recorded: EncoderId | None
) -> Encoder:
    """`recorded` is what a library was made with, if the encoder is to be that one."""
    if place == BUILT_IN:
        encoder = _words(settings)
    elif is_remote(place):
        encoder = _remote(place, settings, recorded)
    else:
        encoder = _local(place, settings, trusted, recorded)
    if isinstance(encoder, Placed):
        LOGGER.info("%s: %s.", encoder.id.name, encoder.placement)
    return encoder


def _words(settings: Mapping[str, str]) -> Encoder:
    check_names(settings, {}, f"The encoder {BUILT_IN!r}")
    from recto.engine.encoders.words.encoder import WordsEncoder

    return WordsEncoder()


def _remote(address: str, settings: Mapping[str, str], recorded: EncoderId | None) -> Encoder:
    from recto.engine.encoders.remote.encoder import open_encoder

    return open_encoder(address, settings=settings, recorded=recorded)


def _local(
    place: str, settings: Mapping[str, str], trusted: bool, recorded: EncoderId | None
) -> Encoder:
    from recto.engine.encoders.colpali.extra import require_extra

    require_extra()
    from recto.engine.encoders.colpali.encoder import open_encoder

    return open_encoder(place, settings=settings, trust_remote_code=trusted, recorded=recorded)
