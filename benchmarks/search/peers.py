"""The engines that are compared, and the environments that other people's are installed in.

Each peer has an environment of its own, as one may need what another cannot bear; what it measures
by is this package's, which needs nothing but numpy there. A peer without an environment is looked
for among what is installed here. Nothing is installed unless `install` is called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import recto
from recto.engine.errors import (
    InputError,
    LimitExceeded,
    MissingExtra,
    RectoError,
    WorkerDied,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An engine of somebody else."""

    requirements: tuple[str, ...]
    python: str = "3.11"
    """That all of them are made for."""
    vectors: bool = True
    """Whether it searches vectors; else it takes words, and `benchmarks.lexical` measures it."""


OURS = ("recto", "numpy_map")
"""Run by what runs this: the product, and the plainest loop there is."""
PEERS = {
    "qdrant_local": Peer(requirements=("qdrant-client>=1.19,<1.21",)),
    "maxsim_cpu": Peer(requirements=("maxsim-cpu==0.1.0",)),
    "colpali_engine": Peer(requirements=("colpali-engine==0.3.18", "torch<2.14", "torchvision")),
    "byaldi": Peer(requirements=("byaldi==0.0.7", "colpali-engine==0.3.18", "torch<2.14")),
    "sentence_transformers": Peer(requirements=("sentence-transformers==6.2.0", "torch<2.14")),
    "fast_plaid": Peer(requirements=("fast-plaid==1.7.0.2110",)),
    "bm25s": Peer(requirements=("bm25s==0.3.16", "PyStemmer==3.1.0"), vectors=False),
}
NAMES = (*OURS, *(name for name, peer in PEERS.items() if peer.vectors))
"""Those that search vectors."""
FAILURES = (WorkerDied, LimitExceeded, RuntimeError, ValueError, MemoryError, OSError, RectoError)
"""Of an engine: what its process raises, whatever it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Where the process of an engine runs."""

    python: Path
    packages: tuple[Path, ...] | None
    """What it may import besides its own; None: whatever this process may."""


def why(failure: BaseException) -> str:
    """The line of it that says most."""
    told = str(failure).strip().partition(" It last said")[0]
    return told.splitlines()[-1] if told else type(failure).__name__


def home() -> Path:
    """Where environments are kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache, "recto", "peers")


def runner(name: str, folder: Path | None = None) -> Runner:
    """The environment of a peer if it was installed, else that of this process."""
    place = (folder or home()) / name
    python = place / "bin" / "python"
    if name in PEERS and python.exists():
        return Runner(python=python, packages=(place / "recto-alone",))
    return Runner(python=Path(sys.executable), packages=None)


def install(name: str, folder: Path | None = None) -> None:
    """Make a peer's environment anew, with uv, from the configured package index.

    Raises InputError for what is no peer and for what cannot be installed, MissingExtra without uv.
    """
    if name not in PEERS:
        raise InputError(f"{name!r} is no peer. Expected one of {', '.join(PEERS)}.")
    peer, place = PEERS[name], (folder or home()) / name
    shutil.rmtree(place, ignore_errors=True)
    _uv("venv", "-q", "--python", peer.python, str(place))
    _uv("pip", "install", "-q", "-p", str(place / "bin" / "python"), "numpy", *peer.requirements)
    alone = place / "recto-alone"  # and nothing that stands beside it
    alone.mkdir()
    (alone / "recto").symlink_to(Path(recto.__file__).parent, target_is_directory=True)


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv") or _beside("uv")
    if uv is None:
        raise MissingExtra("Peers are installed with uv, which is not on the path: pip install uv")
    ran = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        last: Sequence[str] = ran.stderr.strip().splitlines()[-3:]
        raise InputError(f"uv {arguments[0]} failed: {' '.join(last)}")


def _beside(name: str) -> str | None:
    """A program beside the one that runs this."""
    found = Path(sys.executable).with_name(name)
    return str(found) if found.exists() else None
