"""Servers with certificates of an authority of one's own, that may ask for one of ours."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc  # type: ignore[import-untyped]
import pytest

from recto.engine.errors import BackendUnreachable, InputError
from recto.engine.store.remote.address import parse_address
from recto.engine.store.remote.opening import open_server
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.store import RemoteStore
from recto.engine.store.remote.tls import tls_of
from tests.engine.store.remote import grpc_standin, standin
from tests.engine.store.remote.authority import Authority, Signed
from tests.engine.store.samples import ENCODER, document


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "ours")


@pytest.fixture(scope="module")
def server(authority: Authority) -> Signed:
    return authority.sign("server")


@pytest.fixture(scope="module")
def client(authority: Authority) -> Signed:
    return authority.sign("client")


@contextmanager
def _https(server: Signed, asks_for: Path | None = None) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate, server.key)
    if asks_for is not None:
        context.load_verify_locations(asks_for)
        context.verify_mode = ssl.CERT_REQUIRED
    with standin.running(context) as running:
        yield running.address


def _opened(address: str, settings: ServerSettings) -> RemoteStore:
    return open_server(
        parse_address(address, "finance"),
        ENCODER,
        create=True,
        settings=settings,
        sleep=lambda seconds: None,
    )


def _assert_works(address: str, settings: ServerSettings) -> None:
    with _opened(address, settings) as store:
        store.put_documents([document("a")])
        assert store.documents() == [document("a")]


def test_server_of_an_own_authority_by_http(authority: Authority, server: Signed) -> None:
    with _https(server) as address:
        _assert_works(address, ServerSettings(prefer_grpc=False, ca=str(authority.file)))


def test_server_of_an_own_authority_by_grpc(authority: Authority, server: Signed) -> None:
    pair = (server.key.read_bytes(), server.certificate.read_bytes())
    with grpc_standin.running(grpc.ssl_server_credentials([pair])) as running:
        settings = ServerSettings(grpc_port=running.port, ca=str(authority.file))
        _assert_works("https://127.0.0.1:1", settings)


def test_server_that_wants_to_know_who_we_are_by_http(
    authority: Authority, server: Signed, client: Signed
) -> None:
    with _https(server, asks_for=authority.file) as address:
        settings = ServerSettings(
            prefer_grpc=False,
            ca=str(authority.file),
            certificate=str(client.certificate),
            certificate_key=str(client.key),
        )
        _assert_works(address, settings)
        stranger = ServerSettings(prefer_grpc=False, ca=str(authority.file), attempts=2)
        with pytest.raises(BackendUnreachable):
            _opened(address, stranger)


def test_server_that_wants_to_know_who_we_are_by_grpc(
    authority: Authority, server: Signed, client: Signed, tmp_path: Path
) -> None:
    pair = (server.key.read_bytes(), server.certificate.read_bytes())
    both = tmp_path / "both.pem"
    both.write_bytes(client.key.read_bytes() + client.certificate.read_bytes())
    asking = grpc.ssl_server_credentials([pair], authority.file.read_bytes(), True)
    with grpc_standin.running(asking) as running:
        settings = ServerSettings(
            grpc_port=running.port, ca=str(authority.file), certificate=str(both)
        )
        _assert_works("https://127.0.0.1:1", settings)


@pytest.mark.parametrize("trusted", [None, "another"])
def test_server_that_nobody_vouches_for_is_refused_at_once(
    server: Signed, tmp_path: Path, trusted: str | None
) -> None:
    ca = None if trusted is None else str(Authority(tmp_path, trusted).file)
    waits: list[float] = []
    with _https(server) as address:
        with pytest.raises(BackendUnreachable, match="RECTO_QDRANT_CA") as raised:
            open_server(
                parse_address(address, "finance"),
                ENCODER,
                create=True,
                settings=ServerSettings(prefer_grpc=False, ca=ca),
                sleep=waits.append,
            )
        assert "certificate" in str(raised.value)
    assert waits == []


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"ca": "missing.pem"}, "ca: missing.pem cannot be read"),
        ({"ca": "server.key"}, "ca: .*server.key holds no certificate"),
        ({"certificate": "server.pem"}, "certificate_key: .*server.pem holds no private key"),
        ({"certificate": "server.pem", "certificate_key": "client.key"}, "cannot be used"),
        ({"certificate_key": "client.key"}, "no certificate that it is the key of"),
    ],
)
def test_files_that_are_of_no_use_are_told(
    server: Signed, client: Signed, names: dict[str, str], said: str
) -> None:
    files = {
        path.name: path for signed in (server, client) for path in (signed.certificate, signed.key)
    }
    with pytest.raises(InputError, match=said):
        tls_of(ServerSettings(**{k: str(files.get(name, name)) for k, name in names.items()}))  # type: ignore[arg-type]
