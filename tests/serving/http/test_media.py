"""Sound and film over HTTP: added, found, looked at, played; by those who may."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image

from recto.engine.errors import LicenceNotAccepted
from recto.serving.http.server import Server
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.serving.media_server import fill, media, media_settings, towers

from .conftest import Client, running

__all__ = ["media", "towers"]
MAIN = "/api/libraries/main"
BEHIND = {"X-Forwarded-For": "192.0.2.1"}
"""Through a proxy, so that coming from this machine opens nothing."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, towers: Path, media: Path) -> Iterator[Client]:
    """Of a server without keys over all of `media`."""
    settings = media_settings(tmp_path_factory.mktemp("media-server"), towers)
    fill(settings, media)
    with running(settings) as address, Client(base_url=address, timeout=60) as client:
        yield client


def files(**sent: Path) -> list[tuple[str, tuple[str, bytes]]]:
    return [(name, (path.name, path.read_bytes())) for name, path in sent.items()]


def found(client: Client, asked: dict[str, Any], **sent: Path) -> list[dict[str, Any]]:
    reply = client.post(f"{MAIN}/search/media", data=asked, files=files(**sent) or None)
    assert reply.status_code == 200, reply.text
    hits: list[dict[str, Any]] = reply.json()["hits"]
    return hits


def test_a_library_tells_by_what_it_finds(client: Client) -> None:
    assert client.get(MAIN).json()["crossmodal"].startswith("imagebind")


@pytest.mark.parametrize(
    ("kind", "name", "modality"),
    [
        ("audio", "low.wav", "audio"),
        ("video", "talk.mp4", "video"),
        ("image", "beach.png", "image"),
    ],
)
def test_a_file_finds_itself(
    client: Client, media: Path, kind: str, name: str, modality: str
) -> None:
    hits = found(client, {"in": modality}, **{kind: media / name})

    assert (hits[0]["document"], hits[0]["modality"]) == (name, modality)


def test_pages_asked_by_a_picture_that_nobody_can_look_at_say_where_to_ask(
    client: Client, media: Path
) -> None:
    reply = client.post(f"{MAIN}/search/image", files=files(image=media / "beach.png"))

    assert reply.status_code == 422
    assert "search/media" in reply.text


def test_all_that_is_given_is_added_up(client: Client, media: Path) -> None:
    asked = {"text": ["waves", "wind"], "minus": "people", "in": ["audio", "video"], "limit": 2}

    hits = found(client, asked, audio=media / "low.wav", image=media / "beach.png")

    assert len({hit["document"] for hit in hits}) == 2
    assert {hit["modality"] for hit in hits} <= {"audio", "video"}
    assert all(hit["end"] > hit["start"] and hit["page"] is None for hit in hits)


def test_a_search_is_confined(client: Client) -> None:
    def names(**confined: object) -> set[str]:
        return {hit["document"] for hit in found(client, {"text": "x", "limit": 9, **confined})}

    assert names(documents="low.wav") == {"low.wav"}
    assert names(where='kind = "wav"') == {"low.wav", "noise.wav"}
    assert names(tags="none") == set()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "bad-question"),
        ({"text": "people", "minus": "people"}, "bad-question"),
        ({"text": "x", "in": "smell"}, "bad-input"),
        ({"text": "x", "limit": "0"}, "bad-input"),
        ({"text": "x", "where": "colour = 1"}, "bad-input"),
        ({"text": "x", "documents": "absent.wav"}, "not-found"),
    ],
)
def test_a_wrong_question_is_a_problem(client: Client, asked: dict[str, str], code: str) -> None:
    reply = client.post(f"{MAIN}/search/media", data=asked)

    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == code


def test_a_file_that_cannot_be_read_is_told_by_its_name(client: Client) -> None:
    sent = [("audio", ("../bark.wav", b"no sound"))]

    reply = client.post(f"{MAIN}/search/media", files=sent)

    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported-file")
    assert reply.json()["detail"].startswith("bark.wav is no sound")


def test_labels_are_weighed(client: Client, media: Path) -> None:
    labels = {"labels": ["dog", "car", "bird"]}

    told = client.post(f"{MAIN}/classify", data=labels, files=files(file=media / "low.wav")).json()

    shares = [label["probability"] for label in told["labels"]]
    assert sorted(label["name"] for label in told["labels"]) == ["bird", "car", "dog"]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    one = client.post(
        f"{MAIN}/classify", data={"labels": ["dog"]}, files=files(file=media / "low.wav")
    )
    assert one.status_code == 422


def test_clips_of_a_document_are_listed(client: Client) -> None:
    told = client.get(f"{MAIN}/documents/talk.mp4/clips").json()

    films = [c for c in told["clips"] if c["modality"] == "video"]
    assert [(clip["start"], clip["end"], clip["page"]) for clip in films] == [
        (0, 3, None),
        (3, 6, None),
    ]
    assert told["seconds"] == pytest.approx(6, abs=0.1)
    (picture,) = client.get(f"{MAIN}/documents/beach.png/clips").json()["clips"]
    assert (picture["modality"], picture["page"]) == ("image", 1)


def test_a_frame_shows_its_second(client: Client) -> None:
    def brightness(t: float) -> float:
        reply = client.get(f"{MAIN}/documents/talk.mp4/frame", params={"t": t, "width": 64})
        assert reply.headers["content-type"] == "image/webp"
        picture = Image.open(io.BytesIO(reply.content))
        assert picture.size == (64, 48)
        return float(np.asarray(picture.convert("L")).mean())

    assert brightness(1.5) < 100 < 160 < brightness(4.5)


def test_a_waveform_is_between_the_extremes(client: Client) -> None:
    asked = {"start": 1, "end": 2, "points": 10}

    points = client.get(f"{MAIN}/documents/low.wav/waveform", params=asked).json()["points"]

    assert np.allclose(points, [[-0.5, 0.5]] * 10, atol=0.02)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("low.wav/frame", 404),
        ("birds.pdf/frame", 404),
        ("birds.pdf/waveform", 404),
        ("birds.pdf/media", 415),
        ("birds.pdf/media/link", 415),
        ("absent.wav/clips", 404),
        ("talk.mp4/frame?t=nan", 422),
        ("talk.mp4/frame?t=-1", 422),
        ("low.wav/waveform?points=0", 422),
        ("low.wav/waveform?start=5&end=4", 422),
    ],
)
def test_what_there_is_not_is_a_problem(client: Client, path: str, status: int) -> None:
    reply = client.get(f"{MAIN}/documents/{path}")

    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.status_code == status


def test_a_file_is_played_in_place(client: Client, media: Path) -> None:
    for name, kind in (("low.wav", "audio/wav"), ("talk.mp4", "video/mp4")):
        reply = client.get(f"{MAIN}/documents/{name}/media")

        assert reply.content == (media / name).read_bytes()
        assert reply.headers["content-type"] == kind
        assert reply.headers["content-disposition"] == f'inline; filename="{name}"'
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["accept-ranges"] == "bytes"


def test_a_part_of_a_file_is_given(client: Client, media: Path) -> None:
    whole = (media / "low.wav").read_bytes()
    path = f"{MAIN}/documents/low.wav/media"

    part = client.get(path, headers={"Range": "bytes=100-199"})
    beyond = client.get(path, headers={"Range": f"bytes={len(whole)}-"})
    odd = client.get(path, headers={"Range": "lines=1-2"})

    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert (beyond.status_code, beyond.json()["code"]) == (416, "bad-range")
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"
    assert (odd.status_code, odd.json()["code"]) == (400, "bad-request")


def test_only_by_its_id_is_a_file_kept_by_browsers(client: Client) -> None:
    (id,) = {hit["document_id"] for hit in found(client, {"text": "x", "documents": "talk.mp4"})}

    for what in ("media", "frame?t=1&width=64", "waveform?points=9"):
        by_id = client.get(f"{MAIN}/documents/{id}/{what}").headers["cache-control"]
        by_name = client.get(f"{MAIN}/documents/talk.mp4/{what}").headers["cache-control"]
        assert "immutable" in by_id
        assert "no-cache" in by_name


@pytest.fixture(scope="module")
def keyed(
    tmp_path_factory: pytest.TempPathFactory, towers: Path, media: Path
) -> Iterator[tuple[Client, dict[str, str], ServeSettings]]:
    """A server where tenant a has all of `media` and b nothing; a key of each."""
    settings = media_settings(tmp_path_factory.mktemp("media-keys"), towers)
    fill(settings, media, tenant="a")
    ring = KeyRing(settings.state)
    keys = {tenant: ring.create(tenant, "read", tenant)[0] for tenant in "ab"}
    with (
        running(settings) as address,
        Client(base_url=address, timeout=60, headers=BEHIND) as client,
    ):
        yield client, keys, settings


def by(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_nothing_of_another_tenant_is_found_or_played(
    keyed: tuple[Client, dict[str, str], ServeSettings], media: Path
) -> None:
    client, keys, _ = keyed

    def hits(tenant: str) -> list[dict[str, Any]]:
        reply = client.post(
            f"{MAIN}/search/media",
            data={"text": "x"},
            files=files(audio=media / "low.wav"),
            headers=by(keys[tenant]),
        )
        found: list[dict[str, Any]] = reply.json()["hits"]
        return found

    mine = hits("a")

    assert mine
    assert hits("b") == []
    (id,) = {hit["document_id"] for hit in mine if hit["document"] == "talk.mp4"}
    for what in ("clips", "frame", "waveform", "media", "media/link"):
        path = f"{MAIN}/documents/{id}/{what}"
        assert client.get(path, headers=by(keys["a"])).status_code == 200
        assert client.get(path, headers=by(keys["b"])).status_code == 404
        assert client.get(path).status_code == 401


def link_of(client: Client, key: str, name: str = "low.wav") -> str:
    told = client.get(f"{MAIN}/documents/{name}/media/link", headers=by(key))
    assert told.headers["cache-control"] == "no-store"
    address: str = told.json()["address"]
    return address


def test_a_link_plays_without_a_key(
    keyed: tuple[Client, dict[str, str], ServeSettings], media: Path
) -> None:
    client, keys, _ = keyed
    address = link_of(client, keys["a"])

    whole = client.get(address)
    part = client.get(address, headers={"Range": "bytes=0-9"})

    assert whole.content == (media / "low.wav").read_bytes()
    assert (part.status_code, part.content) == (206, whole.content[:10])
    assert keys["a"] not in address


def test_a_link_opens_nothing_else(keyed: tuple[Client, dict[str, str], ServeSettings]) -> None:
    client, keys, _ = keyed
    low, talk = (urlsplit(link_of(client, keys["a"], name)) for name in ("low.wav", "talk.mp4"))
    document = low.path.removesuffix("/media")

    for path in (talk.path, document, f"{document}/source", f"{low.path}/link", MAIN):
        reply = client.get(f"{path}?{low.query}")
        assert (reply.status_code, reply.json()["code"]) == (401, "no-key")


@pytest.mark.parametrize("changed", ["key", "expires", "signature"])
def test_a_link_cannot_be_forged(
    keyed: tuple[Client, dict[str, str], ServeSettings], changed: str
) -> None:
    client, keys, _ = keyed
    parts = urlsplit(link_of(client, keys["a"]))
    query = {name: value for name, (value,) in parse_qs(parts.query).items()}
    other = {
        "key": keys["b"][:11],
        "expires": str(int(query["expires"]) + 1),
        "signature": query["signature"][:-1] + ("0" if query["signature"][-1] != "0" else "1"),
    }

    for value in (other[changed], "", "ä", "\x00"):
        reply = client.get(parts.path, params={**query, changed: value})
        assert (reply.status_code, reply.json()["code"]) == (401, "no-key")
    assert "link" in reply.json()["detail"]


def test_a_revoked_key_closes_its_links(
    keyed: tuple[Client, dict[str, str], ServeSettings],
) -> None:
    client, _, settings = keyed
    ring = KeyRing(settings.state)
    secret, key = ring.create("visitor", "read", "a")
    address = link_of(client, secret)
    assert client.get(address).status_code == 200

    ring.revoke(key.id)

    assert client.get(address).status_code == 401


def test_uploads_become_clips(tmp_path: Path, towers: Path, media: Path) -> None:
    settings = media_settings(tmp_path, towers)
    names = ("low.wav", "beach.png")
    with running(settings) as address, Client(base_url=address, timeout=60) as client:
        sent = [("files", (name, (media / name).read_bytes())) for name in names]
        job = client.post(f"{MAIN}/documents", files=sent).json()
        told = client.get(f"{MAIN}/jobs/{job['job']}/events").text
        over = client.get(f"{MAIN}/jobs/{job['job']}").json()
        hits = found(client, {"in": "audio"}, audio=media / "low.wav")
        figures = client.get("/metrics").text

    assert [(f["state"], f["pages"], f["clips"]) for f in over["files"]] == [
        ("added", 0, 2),
        ("added", 1, 1),
    ]
    assert '"clips": 2' in told
    assert hits[0]["document"] == "low.wav"
    assert 'recto_clips_total{library="main"} 3.0' in figures


def test_without_an_encoder_nothing_is_found_and_the_rest_goes_on(
    tmp_path: Path, towers: Path, media: Path
) -> None:
    plain = replace(media_settings(tmp_path, towers), crossmodal=None, accept_license=None)
    with running(plain) as address, Client(base_url=address, timeout=60) as client:
        sent = [("files", (n, (media / n).read_bytes())) for n in ("low.wav", "birds.pdf")]
        job = client.post(f"{MAIN}/documents", files=sent).json()
        client.get(f"{MAIN}/jobs/{job['job']}/events")
        over = client.get(f"{MAIN}/jobs/{job['job']}").json()
        reply = client.post(f"{MAIN}/search/media", data={"text": "x"})
        told = client.get(MAIN).json()

    assert [file["state"] for file in over["files"]] == ["failed", "added"]
    assert (reply.status_code, reply.json()["code"]) == (422, "bad-input")
    assert "--crossmodal-encoder" in reply.json()["detail"]
    assert str(tmp_path) not in reply.text
    assert told["crossmodal"] is None


def test_weights_are_not_loaded_before_their_licence_is_accepted(
    tmp_path: Path, towers: Path
) -> None:
    settings = replace(media_settings(tmp_path, towers), accept_license=None)

    with pytest.raises(LicenceNotAccepted):
        Server(settings)


def test_one_encoder_serves_all_libraries(tmp_path: Path, towers: Path) -> None:
    both = {name: str(tmp_path / name) for name in "ab"}
    settings = replace(media_settings(tmp_path, towers), libraries=both)

    with Server(settings) as server:
        encoders = [
            server.library(name, "")._holdings.shared.crossmodal.encoder for name in server.names()
        ]

    assert encoders[0] is encoders[1]
