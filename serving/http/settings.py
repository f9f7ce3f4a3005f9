"""What an operator decides of a server. Knows no file and no environment: see configuration."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recto.engine.errors import InputError
from recto.serving.fetching.hosts import parse_host
from recto.serving.logs import FORMATS, LogFormat

DEFAULT_PORT = 8808
_LIMITS = (
    *("max_upload", "max_jobs", "max_kept", "max_pages", "searches", "answers", "wait"),
    *("connections", "patience", "rate", "drain", "keep_jobs", "fetch_timeout"),
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Few dials; the defaults suit one machine and its user."""

    libraries: Mapping[str, str]
    """Where each library is, by the name that the API gives it: a folder, or a server's address."""
    state: Path
    """The folder for what the server itself remembers: keys, jobs, uploads in progress."""
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    names: tuple[str, ...] = ()
    """Host names under which browsers and programs reach it, besides those of this machine."""
    origins: tuple[str, ...] = ()
    """Web pages of other origins that may call it."""
    model: str | None = None
    """The vision model that answers; None: the words of the pages answer."""
    base_url: str | None = None
    """Where the model is, if it is not OpenAI's."""
    allow_http: bool = False
    """Whether the model's key may go unencrypted to a server of the local network."""
    timeout: float | None = None
    """Seconds for all calls of the model about one question; None: 300."""
    max_cost: float | None = None
    """Dollars for one question; needs the prices, here or in the file that RECTO_PRICES names."""
    price_in: float | None = None
    """Dollars for a million tokens that the model reads."""
    price_out: float | None = None
    """The same of those that it writes."""
    cache: str | None = None
    """The folder for replies of the model that are kept; None: they are not."""
    crossmodal: str | None = None
    """What encodes sound, film and pictures in every library, as `recto.open` takes it; None: what
    each library records, if it records one."""
    crossmodal_settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of it, by name."""
    accept_license: str | None = None
    """The licence of its weights that the operator knows and may use them under."""
    crossmodal_pages: bool = False
    """Whether pages and pictures that are uploaded can be found beside sound and film, too."""
    trust_remote_code: bool = False
    """Whether Python runs that the encoders of the libraries bring along."""
    max_upload: int = 256 * 2**20
    """Bytes of one request."""
    max_jobs: int = 1000
    """Jobs of one tenant that may wait in one library; more are refused. As many that are over are
    remembered."""
    max_kept: int = 10 * 2**30
    """Bytes of uploaded files of one tenant that wait to be read, or to be tried again, for one
    library; the oldest that failed make room, then more are refused."""
    max_pages: int = 5000
    """Pages of one uploaded document."""
    fetch_urls: bool = False
    """Whether who may write may have documents fetched from public addresses of the web."""
    fetch_hosts: tuple[str, ...] = ()
    """From which hosts: HOST, *.HOST or HOST:PORT; none: from all, at ports 80 and 443."""
    fetch_timeout: float = 60.0
    """Seconds in which one document must have been fetched."""
    recall: float | None = None
    """The share of the best pages by vectors that a search of a large library finds, on average;
    None: what `recto.open` takes."""
    searches: int = 8
    """Searches, and answers without a model, that run at once; more wait."""
    answers: int = 16
    """Answers of the model that are written at once; more wait."""
    wait: float = 30.0
    """Seconds that one waits for its turn before it is refused."""
    connections: int = 500
    """Connections at once; when there are more, the oldest that asks for nothing is closed."""
    patience: float = 20.0
    """Seconds in which the head of a request must come, and a part of its body, and in which a part
    of the response must be read. On average a body must come with 1 KiB a second."""
    rate: int = 600
    """Requests a minute for one key, or one address without a key."""
    drain: float = 20.0
    """Seconds that running requests have when the server is stopped."""
    keep_jobs: float = 7.0
    """Days after which a job that is over is forgotten, with the files that could not be read."""
    telemetry: bool = False
    """Whether requests are told to an OpenTelemetry collector: the one of
    OTEL_EXPORTER_OTLP_ENDPOINT."""
    log_format: LogFormat = "text"
    """How lines of the log look: for people, or as JSON objects."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What people call a library, by its name; else its name."""

    def __post_init__(self) -> None:
        if not self.libraries:
            raise InputError("There is no library to serve; give at least one.")
        for name in self.libraries:
            if not _NAME.fullmatch(name):
                raise InputError(
                    f"A library is to be served as {name!r}; expected up to 64 small letters, "
                    "digits, - and _, beginning with a letter or digit."
                )
        if not 0 <= self.port <= 65535:
            raise InputError(f"The port is {self.port}; expected 0 to 65535 (0: any that is free).")
        for name in _LIMITS:
            if getattr(self, name) <= 0:
                raise InputError(f"{name} is {getattr(self, name)}; expected more than 0.")
        of_model = (self.timeout, self.max_cost, self.price_in, self.price_out, self.cache)
        if self.model is None and any(value is not None for value in of_model):
            raise InputError(
                "Time, cost and cache are for a model, and none was chosen: set model."
            )
        if self.log_format not in FORMATS:
            raise InputError(f"The log format is {self.log_format!r}; expected text or json.")
        if self.crossmodal is None and (self.crossmodal_settings or self.accept_license):
            raise InputError(
                "There are settings or a licence of a cross-modal encoder, but no encoder; name it,"
                " too (crossmodal)."
            )
        self._check_fetching()

    def _check_fetching(self) -> None:
        for entry in self.fetch_hosts:
            parse_host(entry)
        if self.fetch_hosts and not self.fetch_urls:
            raise InputError(
                "There are hosts to fetch from, but nothing is fetched; set fetch_urls, too."
            )

    @property
    def is_local(self) -> bool:
        """Whether only programs of this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
