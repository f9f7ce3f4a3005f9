"""The server's figures, for Prometheus. No document's name and no question is among them.

Counted where things happen; how many jobs there are is looked up when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from recto.results import Answer
from recto.serving.jobs.inbox import Inbox
from recto.serving.jobs.job import JobFile

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Figures:
    """Of one server, from its start. For several threads."""

    def __init__(self, inboxes: Mapping[str, Inbox]) -> None:
        """`inboxes` of the libraries, by name."""
        self._registry = CollectorRegistry()
        self._registry.register(_Jobs(inboxes))
        self._requests = Counter(
            "recto_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "recto_request_seconds",
            "How long requests took, streams to their end.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._problems = Counter(
            "recto_problems", "Requests that failed, by code.", ("code",), registry=self._registry
        )
        self._answers = Counter(
            "recto_answers",
            "Answers, by what became of them.",
            ("became",),
            registry=self._registry,
        )
        self._tokens = Counter(
            "recto_model_tokens",
            "Tokens that the answering model took.",
            ("direction",),
            registry=self._registry,
        )
        self._files = Counter(
            "recto_files",
            "Uploaded files, by what became of them.",
            ("library", "became"),
            registry=self._registry,
        )
        self._pages = Counter(
            "recto_pages", "Pages that were read.", ("library",), registry=self._registry
        )
        self._clips = Counter(
            "recto_clips", "Clips that were encoded.", ("library",), registry=self._registry
        )

    def request(self, method: str, route: str, status: int, code: str, seconds: float) -> None:
        """A request has been answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if status >= 400:
            self._problems.labels(code or "error").inc()

    def answer(self, answer: Answer) -> None:
        """A question has been answered, or not."""
        became = (answer.reason or "abstained") if answer.abstained else "answered"
        self._answers.labels(became).inc()
        if answer.usage is not None:
            self._tokens.labels("read").inc(answer.usage.input_tokens)
            self._tokens.labels("written").inc(answer.usage.output_tokens)

    def file(self, library: str, file: JobFile) -> None:
        """An uploaded file is done."""
        self._files.labels(library, file.state).inc()
        self._pages.labels(library).inc(file.pages)
        self._clips.labels(library).inc(file.clips)

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self._registry)


class _Jobs(Collector):
    def __init__(self, inboxes: Mapping[str, Inbox]) -> None:
        self._inboxes = inboxes

    def collect(self) -> Iterator[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("recto_jobs", "Jobs, by state.", labels=("library", "state"))
        for library, inbox in self._inboxes.items():
            for state, count in inbox.queue.counts().items():
                jobs.add_metric((library, state), count)
        yield jobs
