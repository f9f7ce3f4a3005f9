"""What recto finds around it: versions, optional parts, programs, the machine. Changes nothing."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

_GIVES = {
    "colpali": "encoders that look at the picture of a page: ColPali, ColQwen and their family",
    "poppler": "a second renderer, for PDF pages on which PDFium fails (needs poppler, too)",
}
"""What each extra of the package is for."""
_PROGRAMS = {
    "soffice": "LibreOffice: reads Word, PowerPoint, Excel and OpenDocument files",
    "pdftoppm": "poppler: a second renderer, for PDF pages on which PDFium fails",
}
_INSTALL = {
    "soffice": "apt install libreoffice, or brew install libreoffice",
    "pdftoppm": "apt install poppler-utils, or brew install poppler",
}
_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something that may be installed."""

    name: str
    installed: str
    """Its version, or where it is; empty when it is not installed."""
    gives: str
    """What it is for; empty for what recto cannot do without."""
    command: str
    """What installs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What there is to work with. Bytes; None where the system does not tell."""

    system: str
    python: str
    cores: int
    memory: int | None
    disk_free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """All that `recto doctor` looks at outside a library."""

    version: str
    machine: Machine
    packages: tuple[Part, ...]
    extras: tuple[Part, ...]
    programs: tuple[Part, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def examine(folder: Path) -> Environment:
    """Look around, from where a library is or would be."""
    required: list[Part] = []
    optional: dict[str, list[str]] = {name: [] for name in _names_of_extras()}
    for name, extra in _requirements():
        if extra:
            optional[extra].append(name)
        else:
            required.append(_package(name))
    return Environment(
        version=metadata.version("recto"),
        machine=_machine(folder),
        packages=tuple(required),
        extras=tuple(_extra(name, packages) for name, packages in sorted(optional.items())),
        programs=tuple(_program(name) for name in _PROGRAMS),
    )


def _names_of_extras() -> list[str]:
    return metadata.metadata("recto").get_all("Provides-Extra") or []


def _requirements() -> Iterator[tuple[str, str]]:
    """Names of required packages, each with the extra that asks for it, or ""."""
    for line in metadata.requires("recto") or []:
        name, extra = _REQUIREMENT.match(line), _EXTRA.search(line)
        assert name is not None, line
        yield name[0], extra[1] if extra else ""


def _package(name: str) -> Part:
    command = f"pip install {name}"
    return Part(name=name, installed=_version(name), gives="", command=command)


def _extra(name: str, packages: list[str]) -> Part:
    versions = {package: _version(package) for package in packages}
    complete = all(versions.values())
    return Part(
        name=name,
        installed=", ".join(f"{p} {v}" for p, v in versions.items()) if complete else "",
        gives=_GIVES.get(name, f"what needs {', '.join(packages)}"),
        command=f'pip install "recto[{name}]"',
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _program(name: str) -> Part:
    return Part(
        name=name,
        installed=shutil.which(name) or "",
        gives=_PROGRAMS[name],
        command=_INSTALL[name],
    )


def _machine(folder: Path) -> Machine:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        cores=_cores(),
        memory=memory(),
        disk_free=shutil.disk_usage(there).free,
    )


def _cores() -> int:
    """Those that this process may use: containers are often given fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> int | None:
    """What a container may use, where that is less than what the machine has."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total
