"""`python -m tests.checkpoints FOLDER` writes a tiny checkpoint of every family into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.checkpoints.making import MAKERS, make


def main() -> None:
    for family in MAKERS:
        sys.stdout.write(f"{make(family, Path(sys.argv[1]) / family)}\n")


if __name__ == "__main__":
    main()
