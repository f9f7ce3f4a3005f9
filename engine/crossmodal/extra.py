"""The door of the package: are the libraries of the extra there, and do they work?"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from recto.engine.errors import MissingExtra

_PACKAGES = ("torch", "torchvision", "transformers", "safetensors", "av", "ftfy", "regex")
_INSTALL = 'pip install "recto[crossmodal]"'


def is_installed() -> bool:
    """Whether all of the extra is there; imports none of it."""
    return all(find_spec(name) for name in _PACKAGES)


def require_extra(*packages: str) -> None:
    """Import `packages`, or all that the extra brings, which takes seconds the first time.

    Raises MissingExtra, with the command that installs them.
    """
    for package in packages or _PACKAGES:
        try:
            import_module(package)
        except (ImportError, RuntimeError) as error:  # Runtime: operators that torch does not know
            raise MissingExtra(
                f"Search over sound and film needs {package}, which cannot be imported ({error})."
                f" Install it: {_INSTALL}"
            ) from error
