"""What a library gives over HTTP: documents, pages, hits."""

from __future__ import annotations

import io

from PIL import Image

from .conftest import Client

MAIN = "/api/libraries/main"


def test_a_library_tells_what_it_holds(client: Client) -> None:
    (told,) = client.get("/api/libraries").json()

    assert (told["library"], told["documents"], told["pages"]) == ("main", 1, 2)
    assert client.get(MAIN).json() == told


def test_documents_are_listed_in_parts(client: Client) -> None:
    first = client.get(f"{MAIN}/documents", params={"limit": 1}).json()

    assert [document["document"] for document in first["documents"]] == ["ferry.pdf"]
    assert (first["total"], first["next"]) == (1, None)
    assert client.get(f"{MAIN}/documents", params={"offset": 1}).json()["documents"] == []


def test_documents_are_found_by_tag(client: Client) -> None:
    assert client.get(f"{MAIN}/documents", params={"tag": "travel"}).json()["total"] == 1
    assert client.get(f"{MAIN}/documents", params={"tag": "food"}).json()["total"] == 0


def test_documents_are_found_by_a_part_of_their_name_or_title(client: Client) -> None:
    totals = [
        client.get(f"{MAIN}/documents", params={"q": part}).json()["total"]
        for part in ("FERRY", "erry.p", "tram", "")
    ]

    assert totals == [1, 1, 0, 1]


def test_a_search_finds_the_page(client: Client) -> None:
    reply = client.post(f"{MAIN}/search", json={"question": "What do tickets cost?"})

    hit = reply.json()["hits"][0]
    assert (hit["document"], hit["page"]) == ("ferry.pdf", 2)
    assert hit["matches"]


def test_a_search_is_confined_to_pages(client: Client) -> None:
    asked = {"question": "What do tickets cost?", "last_page": 1}

    hits = client.post(f"{MAIN}/search", json=asked).json()["hits"]

    assert [hit["page"] for hit in hits] == [1]


def test_a_page_has_text_words_and_a_picture(client: Client) -> None:
    page = f"{MAIN}/documents/ferry.pdf/pages/2"

    assert client.get(page).json()["text"] == "Tickets cost twelve crowns."
    words = client.get(f"{page}/words").json()["words"]
    assert [word["text"] for word in words] == ["Tickets", "cost", "twelve", "crowns."]
    picture = Image.open(io.BytesIO(client.get(f"{page}/image", params={"width": 300}).content))
    assert (picture.format, picture.width) == ("WEBP", 300)


def test_only_a_page_asked_for_by_id_is_kept_by_browsers(client: Client) -> None:
    (document,) = client.get(f"{MAIN}/documents").json()["documents"]

    by_id = client.get(f"{MAIN}/documents/{document['document_id']}/pages/1/image?width=64")
    by_name = client.get(f"{MAIN}/documents/ferry.pdf/pages/1/image?width=64")

    assert "immutable" in by_id.headers["cache-control"]
    assert "no-cache" in by_name.headers["cache-control"]


def test_the_original_is_a_download(client: Client) -> None:
    reply = client.get(f"{MAIN}/documents/ferry.pdf/source")

    assert reply.content.startswith(b"%PDF-")
    assert reply.headers["content-disposition"].startswith("attachment")
    assert reply.headers["content-type"] == "application/octet-stream"


def test_a_picture_that_is_known_is_not_sent_again(client: Client) -> None:
    path = f"{MAIN}/documents/ferry.pdf/pages/1/image"
    tag = client.get(path, params={"width": 64}).headers["etag"]

    def status(width: int) -> int:
        known = {"If-None-Match": f'"other", W/{tag}'}
        return client.get(path, params={"width": width}, headers=known).status_code

    assert (status(64), status(65)) == (304, 200)


def test_head_tells_what_get_does_without_sending_it(client: Client) -> None:
    path = f"{MAIN}/documents/ferry.pdf"

    got, head = client.get(path), client.head(path)

    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))
