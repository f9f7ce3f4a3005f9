"""The door of the package: are the libraries of the extra there, and do they fit each other?"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from recto.engine.errors import MissingExtra

_PACKAGES = ("torch", "torchvision", "transformers", "peft", "accelerate", "scipy")
_ENGINE = "colpali_engine.models"
INSTALL = 'pip install "recto[colpali]", or in a clone of recto: uv tool install ".[colpali]"'
"""The commands, for a published recto and for one from its source."""


def is_installed() -> bool:
    """Whether all of the extra is there; imports none of it."""
    return all(find_spec(name) for name in (*_PACKAGES, _ENGINE.partition(".")[0]))


def require_extra() -> None:
    """Import what the extra brings, which takes seconds the first time.

    Raises MissingExtra, with the command that installs it.
    """
    for package in (*_PACKAGES, _ENGINE):
        try:
            import_module(package)
        except ImportError as error:
            raise MissingExtra(
                f"Encoders of the ColPali family need {package.partition('.')[0]}, which cannot be"
                f" imported ({error}). Install them: {INSTALL}"
            ) from error
        except RuntimeError as error:  # compiled operators that the other package does not know
            raise MissingExtra(
                f"{package} does not fit the other packages of the extra ({error}); torch and"
                f" torchvision must come from the same index. Install them together: {INSTALL}"
            ) from error
