"""How a server does under load: `python -m recto.benchmarks.serving [SECONDS] [SEARCHERS]`.

Clients search over loopback while documents come in. Times are on the clock: run it on an idle
machine. Needs the extra `serve`, httpx2 and psutil.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx2
import psutil  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

from recto.benchmarks import specimen

_MAIN = "/api/libraries/main"
_PAGES = 3
"""Of each document that is sent while others search."""
_MANY = 200
"""Pages of the document that is there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Of the server's process; memory also of its children."""

    threads: int
    files: int
    """Descriptors that are open."""
    megabytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What one run measured."""

    searchers: int
    seconds: float
    searches: int
    searches_per_second: float
    search_ms_p50: float
    search_ms_p95: float
    search_ms_p99: float
    uploads: int
    upload_ms_p50: float
    """Until the server has the file and its job waits."""
    upload_ms_p95: float
    failures: tuple[str, ...]
    """Replies that were no success."""
    unread: int
    """Uploaded documents that are not in the library in the end."""
    before: Footprint
    """After some searches and one upload."""
    after: Footprint
    """When all is done."""


@dataclass(slots=True)
class _Seen:
    """By all clients; seconds each."""

    searches: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def main() -> None:
    """Measure for as long as the first argument says, print a table and a line of JSON."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    searchers = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    with tempfile.TemporaryDirectory(prefix="recto-serving-") as folder:
        found = asdict(measure(Path(folder), seconds=seconds, searchers=searchers))
    table = Table("what", "value", title="recto serve, under load")
    for name, value in found.items():
        table.add_row(name, f"{value:,.2f}" if isinstance(value, float) else str(value))
    Console(stderr=True).print(table)
    Console(soft_wrap=True, highlight=False).print(json.dumps(found))


def measure(
    folder: Path, *, seconds: float, searchers: int, documents: int = 20, pages: int = _MANY
) -> Serving:
    """Serve a library made in an empty folder; search it for so long while documents come in."""
    seen = _Seen()
    with _server(folder) as (address, process), _client(address) as client:
        _upload(client, _Seen(), folder / "first.pdf", pages)
        _until_idle(client)
        for question in specimen.lines()[:20]:
            _search(client, _Seen(), question)
        before = _footprint(process)
        begun = time.monotonic()
        clients = [
            threading.Thread(target=_searcher, args=(address, seen, begun + seconds, number))
            for number in range(searchers)
        ]
        for one in clients:
            one.start()
        for number in range(documents):
            _upload(client, seen, folder / f"{number}.pdf", _PAGES + number)
        for one in clients:
            one.join()
        took = time.monotonic() - begun
        _until_idle(client)
        listed = client.get(f"{_MAIN}/documents").json()["total"]
        after = _footprint(process)
    return Serving(
        searchers=searchers,
        seconds=took,
        searches=len(seen.searches),
        searches_per_second=len(seen.searches) / took,
        search_ms_p50=_percentile(seen.searches, 50),
        search_ms_p95=_percentile(seen.searches, 95),
        search_ms_p99=_percentile(seen.searches, 99),
        uploads=len(seen.uploads),
        upload_ms_p50=_percentile(seen.uploads, 50),
        upload_ms_p95=_percentile(seen.uploads, 95),
        failures=tuple(seen.failures),
        unread=documents + 1 - listed,
        before=before,
        after=after,
    )


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Its address and its process."""
    settings = folder / "recto.toml"
    settings.write_text("[serve]\nport = 0\nrate = 1000000\n")
    command = [sys.executable, "-m", "recto.serving.cli.app", "serve", str(folder / "library")]
    options = ["--state", str(folder / "state"), "--config", str(settings), "--json"]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["address"], psutil.Process(process.pid)
        finally:
            process.terminate()


def _client(address: str) -> httpx2.Client:
    return httpx2.Client(base_url=address, timeout=300)


def _searcher(address: str, seen: _Seen, until: float, number: int) -> None:
    questions = specimen.lines()
    with _client(address) as client:
        while time.monotonic() < until:
            _search(client, seen, questions[number * 37 % len(questions)])
            number += 1


def _search(client: httpx2.Client, seen: _Seen, question: str) -> None:
    begun = time.monotonic()
    # A line of the text may have no letter in it, which is no question.
    reply = client.post(f"{_MAIN}/search", json={"question": f"where is {question}"})
    seen.searches.append(time.monotonic() - begun)
    if reply.status_code != 200 or not reply.json()["hits"]:
        seen.failures.append(f"search: {reply.status_code} {reply.text[:200]}")


def _upload(client: httpx2.Client, seen: _Seen, path: Path, pages: int) -> None:
    specimen.write(path, pages)
    begun = time.monotonic()
    reply = client.post(f"{_MAIN}/documents", files={"files": (path.name, path.read_bytes())})
    seen.uploads.append(time.monotonic() - begun)
    if reply.status_code != 202:
        seen.failures.append(f"upload: {reply.status_code} {reply.text[:200]}")


def _until_idle(client: httpx2.Client) -> None:
    """The events of a job end with it."""
    for job in client.get(f"{_MAIN}/jobs", params={"limit": 500}).json():
        client.get(f"{_MAIN}/jobs/{job['job']}/events").raise_for_status()


def _footprint(process: psutil.Process) -> Footprint:
    family = [process, *process.children(recursive=True)]
    return Footprint(
        threads=process.num_threads(),
        files=process.num_fds(),
        megabytes=sum(one.memory_info().rss for one in family) / 1e6,
    )


def _percentile(seconds: list[float], share: int) -> float:
    """In milliseconds; the smallest that is not below so many of them."""
    ordered = sorted(seconds)
    return ordered[-(-len(ordered) * share // 100) - 1] * 1000


if __name__ == "__main__":
    main()
