"""Addresses of libraries, and where a key may go."""

from __future__ import annotations

import pytest

from recto.engine.errors import InputError
from recto.engine.store.remote.address import is_server, parse_address

KEY = "very-secret-key"


@pytest.mark.parametrize(
    ("place", "library", "expected"),
    [
        ("http://qdrant/finance", None, "http://qdrant:6333/finance"),
        ("http://qdrant:7000/finance/", None, "http://qdrant:7000/finance"),
        ("http://qdrant:6333", "finance", "http://qdrant:6333/finance"),
        ("HTTPS://q.example.org/a_b-3", None, "https://q.example.org:443/a_b-3"),
        ("https://q.example.org/proxy/qdrant/x", None, "https://q.example.org:443/proxy/qdrant/x"),
        ("https://q.example.org/proxy", "x", "https://q.example.org:443/proxy/x"),
        ("http://[::1]:6333/x", None, "http://[::1]:6333/x"),
    ],
)
def test_address(place: str, library: str | None, expected: str) -> None:
    assert is_server(place)
    address = parse_address(place, library)
    assert str(address) == expected
    assert parse_address(str(address)) == address


@pytest.mark.parametrize("place", ["reports", "/srv/http://x", "ftp://host/x", "", "http:/x"])
def test_folder_is_no_server(place: str) -> None:
    assert not is_server(place)


@pytest.mark.parametrize(
    ("place", "library"),
    [
        ("http://qdrant:6333", None),
        ("http://qdrant:6333/", None),
        ("http://qdrant:6333/a.b", None),
        ("http://qdrant:6333", "a/b"),
        ("http://qdrant:6333", "-a"),
        ("http://qdrant:x/a", None),
        ("http:///a", None),
        ("http://qdrant/a?api_key=very-secret-key", None),
        ("http://user:very-secret-key@qdrant/a", None),
    ],
)
def test_what_is_no_address_is_refused_without_showing_a_key(
    place: str, library: str | None
) -> None:
    with pytest.raises(InputError) as raised:
        parse_address(place, library)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "[::1]",
        "10.1.2.3",
        "192.168.7.7",
        "qdrant",
        "q.local",
        "q.internal",
    ],
)
def test_key_may_go_unencrypted_within_the_network(host: str) -> None:
    assert parse_address(f"http://{host}/x", key=KEY).key == KEY


@pytest.mark.parametrize("host", ["8.8.8.8", "qdrant.example.org", "10.0.0.1.example.org"])
def test_key_goes_elsewhere_only_encrypted(host: str) -> None:
    with pytest.raises(InputError, match="unencrypted") as raised:
        parse_address(f"http://{host}/x", key=KEY)
    assert KEY not in str(raised.value)
    assert parse_address(f"https://{host}/x", key=KEY).key == KEY
    assert parse_address(f"http://{host}/x", key=KEY, allow_http=True).key == KEY
    assert parse_address(f"http://{host}/x").key is None


def test_key_is_not_shown() -> None:
    address = parse_address("https://q.example.org/x", key=KEY)
    assert KEY not in f"{address} {address!r} {address.folder_name}"


@pytest.mark.parametrize("key", ["line\nend", "two words", "kéy"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(InputError, match="characters that no key has"):
        parse_address("https://q.example.org/x", key=key)


def test_folders_of_different_libraries_differ() -> None:
    places = ["http://a/x", "http://a/y", "http://a:7000/x", "https://a/x", "https://a/p/x"]
    assert len({parse_address(place).folder_name for place in places}) == len(places)
