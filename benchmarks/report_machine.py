"""What a measurement was made with: the machine, the versions, the time."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

_PACKAGES = (
    "recto",
    "numpy",
    "onnxruntime",
    "qdrant-edge-py",
    "qdrant-client",
    "pypdfium2",
    "rapidocr",
    "tokenizers",
    "ir-measures",
    "torch",
    "transformers",
    "colpali-engine",
)


def now() -> str:
    """In UTC, to the minute."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def machine() -> dict[str, str]:
    """What of the hardware decides how fast things are."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count() or "unknown"),
        "load average": _load(),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Of Python and of those packages that are installed; of recto with the state of its source."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    if state := _source():
        found["recto"] = f"{found['recto']}, {state}"
    return found


def _source() -> str:
    """What git calls the source that runs; "" where it is no working copy, or there is no git."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "describe", "--always", "--tags", "--dirty"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _load() -> str:
    """Where it is more than the cores, times say little."""
    return f"{os.getloadavg()[0]:.1f}"


def _memory() -> str:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{pages * size / 1e9:.0f} GB"
