"""Signed links, without a server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from starlette.routing import Route

from recto.serving.auditing import FILE
from recto.serving.http.audit import Audit
from recto.serving.http.links import LIFETIME, Links
from recto.serving.http.traces import Trace
from recto.serving.keys import Key

KEY = Key(id="rk_Ab12Cd34", name="a", right="read", tenant="a", created="")
PATH = "/api/libraries/main/documents/ä b/media"
NOW = 1_000_000.5


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_a_link_opens_until_it_is_over() -> None:
    links = Links()
    asked = query(links.signed(PATH, KEY, NOW))

    assert links.open(PATH, KEY, asked, NOW)
    assert links.open(PATH, KEY, asked, int(NOW) + LIFETIME)
    assert not links.open(PATH, KEY, asked, int(NOW) + LIFETIME + 1)


def test_a_link_is_for_one_key_one_tenant_one_path() -> None:
    links = Links()
    asked = query(links.signed(PATH, KEY, NOW))

    assert not links.open(PATH + "/link", KEY, asked, NOW)
    assert not links.open(PATH, replace(KEY, id="rk_Xy98Zw76"), asked, NOW)
    assert not links.open(PATH, replace(KEY, tenant="b"), asked, NOW)


def test_a_link_is_none_of_another_server() -> None:
    assert not Links().open(PATH, KEY, query(Links().signed(PATH, KEY, NOW)), NOW)


def test_what_is_no_time_opens_nothing() -> None:
    links = Links()
    asked = query(links.signed(PATH, KEY, NOW))

    for expires in ("", "later", "-1", "１", "9" * 5000):
        assert not links.open(PATH, KEY, asked | {"expires": expires}, NOW)


def test_who_takes_a_file_is_noted_and_not_the_link(tmp_path: Path) -> None:
    address = urlsplit(Links().signed(PATH, KEY, NOW))
    scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "query_string": address.query.encode(),
        "route": Route("/api/{document}/media", endpoint=str),
        "path_params": {"document": "low.wav"},
    }

    Audit(tmp_path).note(scope, Trace(key=KEY), 206)

    (line,) = (tmp_path / FILE).read_text().splitlines()
    entry = json.loads(line)
    assert (entry["key"], entry["tenant"], entry["document"]) == (KEY.id, "a", "low.wav")
    assert "signature" not in line
