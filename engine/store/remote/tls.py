"""Whom a server must be signed by, and who we are, read from the files that settings name."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from recto.engine.errors import InputError
from recto.engine.store.remote.settings import ServerSettings

_BLOCK = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tls:
    """The same for both ways to a server; nothing where its defaults will do."""

    http: ssl.SSLContext | None = None
    grpc: dict[str, bytes] = field(default_factory=dict, repr=False)
    """As qdrant_client takes them among the options of a channel."""


def tls_of(settings: ServerSettings) -> Tls:
    """Raises InputError for a file that cannot be read or is no PEM."""
    if settings.ca is None and settings.certificate is None:
        return Tls()
    grpc: dict[str, bytes] = {}
    if settings.ca is not None:
        grpc["root_certificates"] = _blocks("ca", settings.ca, b"CERTIFICATE")
    if settings.certificate is not None:
        key = settings.certificate_key or settings.certificate
        grpc["certificate_chain"] = _blocks("certificate", settings.certificate, b"CERTIFICATE")
        grpc["private_key"] = _blocks("certificate_key", key, b"PRIVATE KEY")
    return Tls(_context(settings), grpc)


def _context(settings: ServerSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca)
        if settings.certificate is not None:
            # Without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(
                settings.certificate, settings.certificate_key, password=lambda: ""
            )
    except ssl.SSLError as error:
        given = {"ca": settings.ca, "certificate": settings.certificate}
        files = ", ".join(f"{name} {path}" for name, path in given.items() if path is not None)
        raise InputError(
            f"The files for TLS cannot be used ({files}): {error}. Expected certificates in PEM,"
            " with the key that belongs to them, not encrypted."
        ) from error
    return context


def _blocks(name: str, path: str, kind: bytes) -> bytes:
    """Those of one kind in a PEM file, which may hold others beside them."""
    try:
        text = Path(path).expanduser().read_bytes()
    except OSError as error:
        raise InputError(f"{name}: {path} cannot be read: {error.strerror or error}.") from error
    found = [match[0] for match in _BLOCK.finditer(text) if match[1].endswith(kind)]
    if not found:
        raise InputError(f"{name}: {path} holds no {kind.decode().lower()} in PEM.")
    return b"".join(found)
