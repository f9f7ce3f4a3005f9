"""What the handlers share: the open libraries, the keys, the rates. One for each process."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock

from fastapi import Request

import recto
from recto.crossmodal import chosen
from recto.engine.answering.protocol import Answerer
from recto.engine.closing import Closing
from recto.engine.crossmodal.protocol import CrossModalEncoder
from recto.engine.endpoint.limits import Limits as ModelLimits
from recto.engine.endpoint.limits import Usage
from recto.engine.endpoint.prices import find_prices
from recto.indexing.limits import Limits
from recto.library import Library
from recto.serving.fetching.fetcher import Fetcher
from recto.serving.fetching.hosts import parse_host
from recto.serving.fetching.rules import Rules
from recto.serving.jobs.inbox import Inbox
from recto.serving.jobs.worker import JobWorker
from recto.serving.keys import KeyRing
from recto.serving.logs import FIELDS

from .audit import Audit
from .figures import Figures
from .links import Links
from .problems import Refusal
from .rates import Rates
from .readiness import Readiness
from .settings import ServeSettings
from .turns import Turns

_log = logging.getLogger("recto.http")

_PATIENCE = 10.0
"""Seconds that a request to change a library waits for another change: its thread is one that
others need."""
_FRESH = 5.0
"""Seconds for which a library that had no tenants is taken to have none."""


class Server(Closing):
    """Libraries are opened when the server starts, so that one that is damaged is known at once."""

    def __init__(self, settings: ServeSettings, *, fetcher: Fetcher | None = None) -> None:
        """`fetcher` takes documents from the web, if the settings let it; None: one that keeps to
        public servers."""
        self.settings = settings
        self.fetcher = (fetcher or _fetcher(settings)) if settings.fetch_urls else None
        self.keys = KeyRing(settings.state)
        self.rates = Rates(settings.rate)
        self._inboxes: dict[str, Inbox] = {}
        self.figures = Figures(self._inboxes)
        self.audit = Audit(settings.state)
        self._confined: dict[tuple[str, str], Library] = {}
        self._nobodys: dict[str, float] = {}
        self._model_limits = _model_limits(settings)
        self._answerer: Answerer | None = None
        self._lock = Lock()
        self.readiness = Readiness(self.check)
        self.ending = False
        """Whether it is about to stop: what never ends by itself should."""
        self.searching = Turns(settings.searches, patience=settings.wait)
        """Held while something is searched for, or answered by the words of pages."""
        self.answering = self.searching
        """Held while something is answered; a model that writes takes time, but no processor."""
        if settings.model is not None:
            self.answering = Turns(settings.answers, patience=settings.wait)
        self.decoding = Turns(max(settings.searches // 2, 1), patience=settings.wait)
        """Held while sound or film is decoded to be looked at: searches do not wait for that."""
        self.links = Links()
        encoder = _crossmodal(settings)
        limits = Limits(pages=max(Limits().pages, settings.max_pages))
        with ExitStack() as opening:
            self._libraries = {
                name: opening.enter_context(
                    recto.open(
                        place,
                        recall=settings.recall,
                        crossmodal=encoder,
                        trust_remote_code=settings.trust_remote_code,
                        all_tenants=True,
                        limits=limits,
                        patience=_PATIENCE,
                    )
                )
                for name, place in settings.libraries.items()
            }
            for name, place in settings.libraries.items():
                self._inboxes[name] = inbox = opening.enter_context(self._inbox(place))
                worker = JobWorker(
                    name,
                    partial(self._within, name),
                    inbox,
                    max_pages=settings.max_pages,
                    crossmodal_pages=settings.crossmodal_pages,
                    on_file=partial(self.figures.file, name),
                )
                opening.enter_context(worker)
            self.forget_old_jobs()
            self._stack = opening.pop_all()

    def library(self, name: str, tenant: str) -> Library:
        """One library, confined to a tenant.

        A tenant without documents sees an empty library: that another has some cannot be told.
        Raises Refusal (404; 403 for a key without a tenant where documents have one).
        """
        self._check_name(name)
        if not tenant:
            self._check_nobodys(name)
        return self._within(name, tenant)

    def _check_name(self, name: str) -> None:
        if name not in self._libraries:
            known = ", ".join(self._libraries)
            raise Refusal(404, f"There is no library {name!r}; there are: {known}.")

    def _inbox(self, place: str) -> Inbox:
        return Inbox(
            self.settings.state,
            place,
            most=self.settings.max_jobs,
            most_bytes=self.settings.max_kept,
        )

    def _within(self, name: str, tenant: str) -> Library:
        """What a tenant sees, asked of the store once: whoever writes is checked again."""
        if (name, tenant) not in self._confined:
            library = self._libraries[name]
            self._confined[name, tenant] = library.within(tenant) if tenant else library
        return self._confined[name, tenant]

    def _check_nobodys(self, name: str) -> None:
        """Refuse who has no tenant where documents have one. Without this he would see nothing."""
        now = time.monotonic()
        if now < self._nobodys.get(name, 0.0):
            return
        if self._libraries[name].tenants():
            raise Refusal(
                403,
                f"The documents of {name} belong to tenants, and this key to none. Make one with"
                " `recto keys create NAME --tenant TENANT`.",
            )
        self._nobodys[name] = now + _FRESH

    def inbox(self, library: str) -> Inbox:
        """What is on its way into a library, of all tenants. Raises Refusal (404)."""
        self._check_name(library)
        return self._inboxes[library]

    def forget_old_jobs(self) -> None:
        """Those that were over long ago, with what is left of their files."""
        before = datetime.now(UTC) - timedelta(days=self.settings.keep_jobs)
        for inbox in self._inboxes.values():
            inbox.forget(before)

    @property
    def answerer(self) -> Answerer | None:
        """The model that answers, connected when it is first asked; None where there is none.

        Raises EndpointError, BackendUnreachable; the next call tries again.
        """
        if self.settings.model is None:
            return None
        with self._lock:
            if self._answerer is None:
                opened = recto.vision(
                    self.settings.model,
                    base_url=self.settings.base_url,
                    limits=self._model_limits,
                    cache=self.settings.cache,
                    allow_http=self.settings.allow_http,
                    on_measure=_log_measuring,
                )
                self._answerer = self._stack.enter_context(opened)
            return self._answerer

    @property
    def threads(self) -> int:
        """How many handlers may wait for a turn or have one; others need threads besides."""
        return sum(turns.threads for turns in {self.searching, self.answering, self.decoding})

    def names(self) -> list[str]:
        """Of all libraries, in the order in which they were given."""
        return list(self._libraries)

    def check(self) -> None:
        """Ask every library. Raises BackendUnreachable for one that does not answer."""
        for library in self._libraries.values():
            library.info()

    def close(self) -> None:
        self.ending = True
        self._stack.close()


def _model_limits(settings: ServeSettings) -> ModelLimits:
    """For all calls of the model about one question. Raises EndpointSettingError."""
    prices = find_prices(settings.model or "", settings.price_in, settings.price_out)
    return ModelLimits(timeout=settings.timeout, max_cost=settings.max_cost, prices=prices)


def _fetcher(settings: ServeSettings) -> Fetcher:
    return Fetcher(
        most=settings.max_upload,
        timeout=settings.fetch_timeout,
        rules=Rules(hosts=tuple(parse_host(entry) for entry in settings.fetch_hosts)),
    )


def _log_measuring(spent: Usage | None) -> None:
    if spent is not None:
        took = {"calls": spent.calls, "in": spent.input_tokens, "out": spent.output_tokens}
        cost = {} if spent.cost is None else {"cost": round(spent.cost, 6)}
        _log.info("model measured", extra={FIELDS: took | cost})


def _crossmodal(settings: ServeSettings) -> CrossModalEncoder | None:
    """One for all libraries, since its weights are large; None: what each of them records.

    Raises EncoderError, LicenceNotAccepted, MissingExtra.
    """
    if settings.crossmodal is None:
        return None
    licence = {"accept_license": settings.accept_license} if settings.accept_license else {}
    return chosen(settings.crossmodal, {**settings.crossmodal_settings, **licence})


def server_of(request: Request) -> Server:
    """The server that a request came to."""
    server = request.app.state.server
    assert isinstance(server, Server)
    return server
