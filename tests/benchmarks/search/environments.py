"""Environments of peers as `recto bench peers` makes them, of this Python and what is beside it."""

from __future__ import annotations

import sys
from pathlib import Path

from recto.benchmarks.search import peers


def environment(cache: Path, name: str, module: str | None = None) -> Path:
    """In a folder that XDG_CACHE_HOME names; the folder of what it finds first is returned.

    `module` is the text of a module of the same name, which is found before one that is installed.
    """
    place = cache / "recto" / "peers" / name
    (place / "bin").mkdir(parents=True)
    python = place / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    packages = place / "recto-alone"
    packages.mkdir()
    (packages / "recto").symlink_to(Path(peers.__file__).parents[2])
    if module is not None:
        (packages / f"{name}.py").write_text(module)
    return packages
