"""An engine in a process of its own: `python -m recto.benchmarks.search.contestant NAME`."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

from recto.benchmarks.search.engines.protocol import SearchEngine
from recto.benchmarks.search.pageset import load
from recto.engine.process import serve
from recto.engine.wire import Value


def main() -> None:
    engine: SearchEngine | None = None
    name = sys.argv[1]

    def make() -> Value:
        """Its ways and needs, or why it cannot be used."""
        nonlocal engine
        try:
            module = importlib.import_module(f"recto.benchmarks.search.engines.{name}")
            engine = module.Engine()
        except ModuleNotFoundError as error:
            return {"missing": str(error.name)}
        needs = engine.needs
        return {
            "ways": list(engine.ways),
            "memory": needs.memory,
            "reopening": needs.reopening,
            "disk": needs.disk,
        }

    def add(folder: str, pages: str) -> float:
        assert engine is not None
        begun = time.perf_counter()
        engine.add(load(Path(pages)), Path(folder))
        return time.perf_counter() - begun

    def open(folder: str, pages: str) -> float:
        assert engine is not None
        given = load(Path(pages))
        begun = time.perf_counter()
        engine.open(Path(folder), given)
        return time.perf_counter() - begun

    def search(question: Value, way: str) -> Value:
        """[seconds, pages]"""
        assert engine is not None
        begun = time.perf_counter()
        found = engine.search(question, way)
        return [time.perf_counter() - begun, list(found)]

    def close() -> None:
        assert engine is not None
        engine.close()

    serve({f.__name__: f for f in (make, add, open, search, close)})


if __name__ == "__main__":
    main()
