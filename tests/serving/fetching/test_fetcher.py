"""Fetching from real servers on loopback: what is refused, what is bounded, and what is sent."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from recto.engine.errors import LimitExceeded
from recto.serving.fetching.fetcher import MAX_REDIRECTS, PLACES, PLACES_OF_ONE, Fetcher
from recto.serving.fetching.hosts import parse_host
from recto.serving.fetching.refusals import AddressRefused, FetchBusy, FetchFailed, FetchTimeout
from recto.serving.fetching.rules import Rules
from tests.engine.store.remote.authority import Authority

from .web import PRIVATE, PUBLIC, Answer, Handler, Names, Web, allows, gives, moved, web

FILE = {"/a.pdf": gives(b"a file")}


@dataclass
class Kept:
    """Takes what is fetched."""

    parts: list[bytes] = field(default_factory=list)

    async def write(self, data: bytes, /) -> None:
        self.parts.append(data)


def names(*answers: Sequence[str]) -> Names:
    """`files.test` is at a public address unless something else is said; the others are fixed."""
    return Names({"files.test": answers or [[PUBLIC]], "db.internal": [[PRIVATE]]})


def fetcher(*ports: int, resolve: Names | None = None, most: int = 10**6) -> Fetcher:
    rules = Rules(ports=ports, allows=allows, resolve=resolve or names())
    return Fetcher(most=most, timeout=30, rules=rules)


def fetched(by: Fetcher, url: str) -> bytes:
    kept = Kept()
    anyio.run(by.fetch, url, kept)
    return b"".join(kept.parts)


def test_a_file_is_fetched_by_name() -> None:
    with web(FILE) as server:
        assert fetched(fetcher(server.port), f"http://files.test:{server.port}/a.pdf") == b"a file"


def test_a_file_is_fetched_by_address() -> None:
    with web(FILE) as server:
        assert fetched(fetcher(server.port), f"http://{PUBLIC}:{server.port}/a.pdf") == b"a file"


def test_another_address_of_the_name_is_taken_where_one_does_not_answer() -> None:
    dead = "127.0.0.3"
    with web(FILE) as server:
        rules = Rules(
            ports=(server.port,),
            allows=lambda address: str(address) in (PUBLIC, dead),
            resolve=names([dead, PUBLIC]),
        )
        by = Fetcher(most=100, timeout=30, rules=rules)

        assert fetched(by, f"http://files.test:{server.port}/a.pdf") == b"a file"


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0.0.0.0"),
        *("10.0.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1", "240.0.0.1"),
        *("[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:8.8.8.8]"),
        *("[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[64:ff9b::808:808]", "[2001:db8::1]"),
    ],
)
def test_what_is_not_public_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match="does not lead to a public server"):
        fetched(Fetcher(most=100, timeout=30), f"http://{host}/a.pdf")


def test_a_private_server_is_not_even_asked() -> None:
    with web(FILE, host=PRIVATE) as inner:
        for host in (PRIVATE, "db.internal"):
            with pytest.raises(AddressRefused):
                fetched(fetcher(inner.port), f"http://{host}:{inner.port}/a.pdf")

    assert inner.asked == []


def test_one_private_address_of_several_is_enough() -> None:
    with web(FILE) as server:
        for answer in ([PUBLIC, PRIVATE], [PRIVATE, PUBLIC], [PUBLIC, "fe80::1%lo"], [PUBLIC, "?"]):
            with pytest.raises(AddressRefused):
                fetched(
                    fetcher(server.port, resolve=names(answer)),
                    f"http://files.test:{server.port}/a.pdf",
                )

    assert server.asked == []


def test_nobody_is_told_which_private_names_and_servers_there_are() -> None:
    told = set()
    with web(FILE, host=PRIVATE) as inner:
        for host in ("db.internal", "absent.internal", PRIVATE, "127.0.0.4"):
            with pytest.raises(AddressRefused) as refused:
                fetched(fetcher(inner.port), f"http://{host}:{inner.port}/a.pdf")
            told.add(str(refused.value))

    assert len(told) == 1


def test_a_name_that_changes_its_address_is_asked_once() -> None:
    resolve = names([PUBLIC], [PRIVATE])
    with (
        web(FILE) as server,
        web({"/a.pdf": gives(b"secret")}, host=PRIVATE, port=server.port) as inner,
    ):
        by = fetcher(server.port, resolve=resolve)

        assert fetched(by, f"http://files.test:{server.port}/a.pdf") == b"a file"

    assert resolve.asked == ["files.test"]
    assert inner.asked == []


def test_a_name_that_changes_its_address_before_a_redirect_is_refused() -> None:
    with (
        web({"/a.pdf": moved("/b.pdf"), "/b.pdf": gives(b"secret")}) as server,
        web({"/b.pdf": gives(b"secret")}, host=PRIVATE, port=server.port) as inner,
    ):
        by = fetcher(server.port, resolve=names([PUBLIC], [PRIVATE]))
        with pytest.raises(AddressRefused):
            fetched(by, f"http://files.test:{server.port}/a.pdf")

    assert [asked.path for asked in server.asked] == ["/a.pdf"]
    assert inner.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_public_server_is_followed(status: int) -> None:
    with web({"/a.pdf": moved("b/c.pdf?x=1#y", status), "/b/c.pdf": gives(b"it")}) as server:
        assert fetched(fetcher(server.port), f"http://files.test:{server.port}/a.pdf") == b"it"

    assert [asked.path for asked in server.asked] == ["/a.pdf", "/b/c.pdf?x=1"]


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.2:{port}/b.pdf",
        "http://db.internal:{port}/b.pdf",
        "//db.internal:{port}/b.pdf",
        "http://files.test:1/b.pdf",
        "http://user:word@files.test:{port}/b.pdf",
        "file:///etc/passwd",
        "gopher://files.test:{port}/",
        "http://[",
    ],
)
def test_a_redirect_to_what_is_not_fetched_is_refused(to: str) -> None:
    with (
        web({"/b.pdf": gives(b"secret")}) as server,
        web({"/b.pdf": gives(b"secret")}, host=PRIVATE, port=server.port) as inner,
    ):
        server.paths["/a.pdf"] = moved(to.format(port=server.port))
        with pytest.raises(AddressRefused):
            fetched(fetcher(server.port), f"http://files.test:{server.port}/a.pdf")

    assert [asked.path for asked in server.asked] == ["/a.pdf"]
    assert inner.asked == []


def test_redirects_come_to_an_end() -> None:
    steps = {f"/{n}": moved(f"/{n + 1}") for n in range(MAX_REDIRECTS + 1)}
    with web({**steps, f"/{MAX_REDIRECTS + 1}": gives(b"it")}) as server:
        address = f"http://files.test:{server.port}"

        assert fetched(fetcher(server.port), f"{address}/1") == b"it"
        with pytest.raises(FetchFailed, match="more than 5 times"):
            fetched(fetcher(server.port), f"{address}/0")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://files.test/a.pdf", "Only addresses of http and https"),
        ("file:///etc/passwd", "Only addresses of http and https"),
        ("/etc/passwd", "Only addresses of http and https"),
        ("http://user:word@files.test/a.pdf", "a name or password"),
        ("http:///a.pdf", "names no host"),
        ("http://files.test:22/a.pdf", "from port 22; expected 80 or 443"),
        ("http://files.test/\r\nX: y", "no address"),
        ("http://\udc80/", "no address"),
        ("http://" + "a" * 300, "does not lead to a public server"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str, told: str) -> None:
    resolve = Names({})
    with pytest.raises(AddressRefused, match=told) as refused:
        fetched(fetcher(80, 443, resolve=resolve), url)
    assert "word" not in str(refused.value).replace("password", "")


def test_only_hosts_that_are_named_are_fetched_from() -> None:
    resolve = Names({"files.test": [[PUBLIC]], "other.test": [[PUBLIC]], "in.test": [[PRIVATE]]})
    with web(FILE) as server:
        hosts = tuple(parse_host(f"{name}:{server.port}") for name in ("files.test", "in.test"))
        by = Fetcher(most=100, timeout=30, rules=Rules(hosts=hosts, allows=allows, resolve=resolve))
        server.paths["/there"] = moved(f"http://other.test:{server.port}/a.pdf")

        assert fetched(by, f"http://files.test:{server.port}/a.pdf") == b"a file"
        assert fetched(by, f"http://FILES.test.:{server.port}/a.pdf") == b"a file"
        for url in ("http://other.test:{}/a.pdf", "http://files.test:{}/there"):
            with pytest.raises(AddressRefused, match="from this host and port"):
                fetched(by, url.format(server.port))
        with pytest.raises(AddressRefused, match="does not lead to a public server"):
            fetched(by, f"http://in.test:{server.port}/a.pdf")  # named, and private all the same


def test_nothing_of_this_machine_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine files.test login user password word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with web({}, host=PRIVATE) as proxy, web({"/b": gives(b"it")}) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{PRIVATE}:{proxy.port}")
        server.paths["/a"] = moved("/b", Set_Cookie="session=1; Path=/")

        assert fetched(fetcher(server.port), f"http://files.test:{server.port}/a") == b"it"

    assert proxy.asked == []
    for asked in server.asked:
        assert asked.headers == {
            "Host": f"files.test:{server.port}",
            "User-Agent": "recto",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }


def endless(handler: Handler) -> None:
    handler.begin(200)
    while True:
        handler.wfile.write(b"x" * 10_000)


def chunked(handler: Handler) -> None:
    handler.begin(200, Transfer_Encoding="chunked")
    while True:
        handler.wfile.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")


@pytest.mark.parametrize("answer", [endless, chunked, gives(b"x" * 100_001)])
def test_a_file_that_is_too_large_is_left(answer: Answer) -> None:
    kept = Kept()
    with web({"/a": answer}) as server:
        by = fetcher(server.port, most=100_000)
        with pytest.raises(LimitExceeded, match="larger than 100,000 bytes"):
            anyio.run(by.fetch, f"http://files.test:{server.port}/a", kept)

    assert sum(len(part) for part in kept.parts) <= 100_000


def test_a_file_as_large_as_may_be_is_taken() -> None:
    with web({"/a": gives(b"x" * 100_000)}) as server:
        by = fetcher(server.port, most=100_000)
        assert len(fetched(by, f"http://files.test:{server.port}/a")) == 100_000


def dripping_body(handler: Handler) -> None:
    handler.begin(200, Content_Length="1000000")
    handler.drip(b"x")


def dripping_head(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    handler.drip(b"X-More: 1\r\n")


def silent(handler: Handler) -> None:
    handler.web.over.wait()


@pytest.mark.parametrize("answer", [dripping_body, dripping_head, silent])
def test_a_server_that_takes_too_long_is_left(answer: Answer) -> None:
    with web({"/a": answer}) as server:
        by = fetcher(server.port)
        by.timeout = 0.3
        with pytest.raises(FetchTimeout, match=r"within 0.3 s"):
            fetched(by, f"http://files.test:{server.port}/a")


def test_a_resolver_that_takes_too_long_is_left() -> None:
    async def resolve(name: str, port: int) -> Sequence[str]:
        await anyio.sleep_forever()
        return []

    by = Fetcher(most=100, timeout=0.1, rules=Rules(resolve=resolve))
    with pytest.raises(FetchTimeout):
        fetched(by, "http://files.test/a")


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_what_is_compressed_is_not_taken(encoding: str) -> None:
    with (
        web({"/a": gives(b"\x1f\x8b", Content_Encoding=encoding)}) as server,
        pytest.raises(FetchFailed, match="compresses"),
    ):
        fetched(fetcher(server.port), f"http://files.test:{server.port}/a")


def cut(handler: Handler) -> None:
    handler.begin(200, Content_Length="100")
    handler.wfile.write(b"half")
    handler.close_connection = True


def other(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-server\r\n")


@pytest.mark.parametrize("answer", [cut, other])
def test_what_ends_early_or_is_no_web_server_fails(answer: Answer) -> None:
    with (
        web({"/a": answer}) as server,
        pytest.raises(FetchFailed, match="does not answer as a web server"),
    ):
        fetched(fetcher(server.port), f"http://files.test:{server.port}/a")


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500])
def test_another_answer_than_the_file_fails(status: int) -> None:
    with (
        web({"/a": lambda handler: handler.say(status)}) as server,
        pytest.raises(FetchFailed, match=f"answered with {status}"),
    ):
        fetched(fetcher(server.port), f"http://files.test:{server.port}/a")


def test_a_server_that_is_not_there_fails() -> None:
    with web({}) as server:
        pass
    with pytest.raises(FetchFailed, match="does not answer"):
        fetched(fetcher(server.port), f"http://files.test:{server.port}/a")


def waits(handler: Handler) -> None:
    handler.web.over.wait()
    handler.say(200, b"it")


async def busy(server: Web, running: Sequence[str], others: Sequence[str]) -> int:
    """How many of the others are refused while those run; a fetch of each has a tenant."""
    by = fetcher(server.port)
    url, refused = f"http://files.test:{server.port}/a", 0
    async with anyio.create_task_group() as group:
        for tenant in running:
            group.start_soon(partial(by.fetch, url, Kept(), tenant=tenant))
        for _ in running:
            await anyio.to_thread.run_sync(partial(server.arrived.acquire, timeout=30))
        for tenant in others:
            try:
                await by.fetch(f"http://files.test:{server.port}/b", Kept(), tenant=tenant)
            except FetchBusy:
                refused += 1
        server.over.set()
    await by.fetch(url, Kept(), tenant=running[0])  # there is a place again
    return refused


def test_only_so_many_are_fetched_at_once() -> None:
    with web({"/a": waits, "/b": gives(b"it")}) as server:
        all_places = [f"t{number}" for number in range(PLACES)]
        assert anyio.run(busy, server, all_places, ["t0", "another"]) == 2


def test_one_tenant_leaves_places_for_others() -> None:
    with web({"/a": waits, "/b": gives(b"it")}) as server:
        assert anyio.run(busy, server, ["t"] * PLACES_OF_ONE, ["t", "another"]) == 1


def with_tls(port: int, trusted: Authority) -> Fetcher:
    certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    certificates.load_verify_locations(trusted.file)
    rules = Rules(ports=(port,), allows=allows, resolve=names())
    return Fetcher(most=100, timeout=30, rules=rules, certificates=certificates)


def serving(authority: Authority, host: str) -> ssl.SSLContext:
    signed = authority.sign(host, host=host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed.certificate, signed.key)
    return context


def test_a_certificate_is_that_of_the_name_though_the_address_is_pinned(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ours")
    asked: list[str | None] = []
    certificate = serving(authority, "files.test")
    certificate.sni_callback = lambda connection, name, context: asked.append(name)
    with web(FILE, certificate=certificate) as server:
        by = with_tls(server.port, authority)

        assert fetched(by, f"https://files.test:{server.port}/a.pdf") == b"a file"

    assert asked == ["files.test"]
    assert server.asked[0].headers["Host"] == f"files.test:{server.port}"


@pytest.mark.parametrize("case", ["another name", "unknown authority", "no TLS"])
def test_a_server_without_a_good_certificate_is_left(tmp_path: Path, case: str) -> None:
    authority = Authority(tmp_path, "ours")
    name = "other.test" if case == "another name" else "files.test"
    certificate = None if case == "no TLS" else serving(authority, name)
    trusted = Authority(tmp_path, "another") if case == "unknown authority" else authority
    with (
        web(FILE, certificate=certificate) as server,
        pytest.raises(FetchFailed, match="good certificate"),
    ):
        fetched(with_tls(server.port, trusted), f"https://files.test:{server.port}/a.pdf")

    assert server.asked == []


def test_a_fetcher_trusts_what_this_machine_trusts() -> None:
    certificates = Fetcher(most=1, timeout=1).certificates

    assert certificates.verify_mode is ssl.CERT_REQUIRED
    assert certificates.check_hostname
