"""A process that writes to a library until it is killed, and says what has been acknowledged.

Round n overwrites page k of document k % 3 with n + 1 vectors that all are n, then overwrites all
records so that their size is n. It prints the store's process id, then n after each round.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np

from recto.engine.store.opening import open_edge
from tests.engine.store.samples import ENCODER, document, page

PAGES = 12
DOCUMENTS = 40


def main() -> None:
    store = open_edge(Path(sys.argv[1]), ENCODER, create=True)
    sys.stdout.write(f"{store.process_id}\n")
    sys.stdout.flush()
    for n in count(1):
        store.put_pages([page("abc"[n % 3], n % PAGES + 1, np.full((n % 7 + 1, 2), n % 2000))])
        store.put_documents([replace(document(str(i)), size=n) for i in range(DOCUMENTS)])
        if n % 20 == 0:
            store.flush()
        if n % 33 == 0:
            store.optimize()
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
