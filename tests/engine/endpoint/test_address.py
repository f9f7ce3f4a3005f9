from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend

from recto.engine.endpoint.address import EndpointAddress, find_address
from recto.engine.errors import EndpointSettingError, KeyRefused

AZURE = "https://us.openai.azure.com/openai/v1"
DATED = "https://us.openai.azure.com/openai/deployments/eyes?api-version=2024-10-21"
LOCAL = "http://localhost:11434/v1"
SECRET = "sk-secret-1234"
ALL = {
    "OPENAI_API_KEY": "openai-key",
    "AZURE_OPENAI_API_KEY": "azure-key",
    "ANTHROPIC_API_KEY": "anthropic-key",
    "GEMINI_API_KEY": "gemini-key",
}


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.keys: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.keys.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.keys[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.keys[service, username]


@pytest.fixture(autouse=True)
def ring() -> Iterator[Ring]:
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("base_url", "key"),
    [
        (None, "openai-key"),
        ("https://api.openai.com/v1", "openai-key"),
        ("https://API.OpenAI.com/v1/", "openai-key"),
        (AZURE, "azure-key"),
        (DATED, "azure-key"),
        ("https://us.services.ai.azure.com/openai/v1", "azure-key"),
        ("https://api.anthropic.com/v1/", "anthropic-key"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "gemini-key"),
        (LOCAL, None),
        ("http://192.168.1.5:8000/v1", None),
        ("http://gpu-box:8000/v1", None),
        ("https://llm.example.com/v1", None),
        ("https://api.openai.com.example.com/v1", None),
        ("https://notopenai.azure.com/v1", None),
        ("https://evilopenai.azure.com.example.com/v1", None),
    ],
)
def test_a_key_goes_to_its_own_host_only(base_url: str | None, key: str | None) -> None:
    assert find_address("m", base_url, environment=ALL).key == key


@pytest.mark.parametrize("base_url", [None, LOCAL, AZURE, "https://llm.example.com/v1"])
def test_the_key_for_recto_goes_where_the_user_says(base_url: str | None) -> None:
    given = ALL | {"RECTO_API_KEY": " mine\n"}
    assert find_address("m", base_url, environment=given).key == "mine"


def test_a_keyring_is_asked_by_host(ring: Ring) -> None:
    ring.set_password("recto", "llm.example.com", "kept")
    assert find_address("m", "https://llm.example.com/v1", environment=ALL).key == "kept"
    assert find_address("m", "https://other.example.com/v1", environment=ALL).key is None


def test_the_environment_comes_before_the_keyring(ring: Ring) -> None:
    ring.set_password("recto", "api.openai.com", "kept")
    assert find_address("m", environment=ALL).key == "openai-key"
    assert find_address("m", environment={}).key == "kept"


@pytest.mark.parametrize(
    ("base_url", "variable"),
    [(None, "OPENAI_API_KEY"), (AZURE, "AZURE_OPENAI_API_KEY")],
)
def test_a_host_that_surely_needs_a_key_is_not_asked_without(
    base_url: str | None, variable: str
) -> None:
    with pytest.raises(KeyRefused, match=f"RECTO_API_KEY or {variable}"):
        find_address("m", base_url, environment={"OPENAI_API_KEY": " "} if base_url else {})


def test_an_address_does_not_show_its_key() -> None:
    address = EndpointAddress("m", None, SECRET)
    assert SECRET not in repr(address)
    assert SECRET not in str(address)


@pytest.mark.parametrize(
    "base_url", ["http://llm.example.com/v1", "http://8.8.8.8/v1", "http://192.168.1.5/v1"]
)
def test_a_key_does_not_travel_unencrypted(base_url: str) -> None:
    with pytest.raises(EndpointSettingError, match="https://") as caught:
        EndpointAddress("m", base_url, SECRET)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("base_url", ["http://192.168.1.5/v1", "http://gpu-box/v1"])
def test_within_the_local_network_it_may_be_allowed_to(base_url: str) -> None:
    given = {"RECTO_API_KEY": "mine"}
    assert find_address("m", base_url, allow_http=True, environment=given).key == "mine"


def test_beyond_the_local_network_it_may_not() -> None:
    with pytest.raises(EndpointSettingError, match="unencrypted"):
        EndpointAddress("m", "http://llm.example.com/v1", SECRET, allow_http=True)


@pytest.mark.parametrize(
    "base_url", ["http://localhost:1/v1", "http://127.0.0.1/v1", "http://[::1]:8/v1"]
)
def test_on_this_machine_a_key_may_go_as_it_is(base_url: str) -> None:
    assert EndpointAddress("m", base_url, SECRET).loopback


@pytest.mark.parametrize(
    "base_url",
    ["localhost:11434", "ftp://host/v1", "http://", "http://h:port/v1", "http://[::1/v1", "/v1"],
)
def test_what_is_no_address_is_refused(base_url: str) -> None:
    with pytest.raises(EndpointSettingError, match="expected"):
        EndpointAddress("m", base_url)


@pytest.mark.parametrize(
    "base_url",
    [
        f"https://me:{SECRET}@host/v1",
        f"https://{SECRET}@host/v1",
        f"https://host/v1?key={SECRET}",
        f"https://host/v1?api-version=1&key={SECRET}",
        f"https://host/v1?{SECRET}",
        f"https://host/v1?api-version=1#{SECRET}",
        f"https://host/v1#{SECRET}",
        f"https://me:{SECRET}@host:port/v1",
    ],
)
def test_a_key_within_an_address_is_refused_and_not_repeated(base_url: str) -> None:
    with pytest.raises(EndpointSettingError) as caught:
        EndpointAddress("m", base_url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel", "nul\0"])
def test_a_key_that_no_header_can_hold_is_refused(key: str) -> None:
    with pytest.raises(EndpointSettingError, match="characters") as caught:
        EndpointAddress("m", None, key)
    assert key not in str(caught.value)


def test_a_model_must_be_named() -> None:
    with pytest.raises(EndpointSettingError, match="model"):
        EndpointAddress(" ")


def test_a_version_of_an_address_is_part_of_it() -> None:
    address = EndpointAddress("eyes", f"{DATED}&")
    assert address.url == DATED
    assert address.base == DATED.partition("?")[0]
    assert address.query == {"api-version": "2024-10-21"}
    assert EndpointAddress("m", AZURE).query == {}


@pytest.mark.parametrize(
    ("base_url", "header"),
    [
        (None, {"Authorization": f"Bearer {SECRET}"}),
        (AZURE, {"Authorization": f"Bearer {SECRET}"}),
        (f"{AZURE}?api-version=preview", {"Authorization": f"Bearer {SECRET}"}),
        (DATED, {"api-key": SECRET}),
    ],
)
def test_a_key_is_in_the_header_that_the_endpoint_reads(
    base_url: str | None, header: dict[str, str]
) -> None:
    assert EndpointAddress("m", base_url, SECRET).authorization == header
    assert EndpointAddress("m", base_url).authorization == {}
