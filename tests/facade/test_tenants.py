"""Two tenants in one library: nothing that one does tells of the other, or touches it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import recto
from recto.engine.endpoint.images import MadePicture
from recto.engine.errors import InputError, NotFound, TenantError
from recto.engine.illustrating import Illustrator
from recto.indexing.summariser import Summariser
from recto.library import Library
from tests.facade.conftest import Write
from tests.fakes import FakeEncoder
from tests.fakes_chat import FakeChat

Case = Callable[[Library, str, Path], None]


@pytest.fixture
def shared(library: Library, write: Write) -> Library:
    """A library in which tenant a has a document of one page, with a picture that was drawn."""
    a = library.within("a")
    a.add(write("birds.pdf", "the heron waits"), tags=["wet"], metadata={"secret": 1})
    a.page("birds.pdf", 1).image(100)
    return library


def _add(b: Library, id: str, path: Path) -> None:
    (outcome,) = b.add(path).outcomes
    assert outcome.kind == "added"  # as if nobody had it
    assert outcome.pages == 1
    b.remove(id)


def _remove(b: Library, id: str, path: Path) -> None:
    for name in (id, "birds.pdf", str(path)):
        with pytest.raises(NotFound, match="among the 0 of this library"):
            b.remove(name)


def _describe(b: Library, id: str, path: Path) -> None:
    for name in (id, "birds.pdf", str(path)):
        with pytest.raises(NotFound, match="among the 0 of this library"):
            b.describe(name, tags=["dry"], metadata={"secret": 2})


def _documents(b: Library, id: str, path: Path) -> None:
    assert b.documents() == b.documents(tags=["wet"]) == b.documents(where="pages = 1") == []
    with pytest.raises(InputError, match=r"no field meta\.secret"):
        b.documents(where="meta.secret = 1")


def _document(b: Library, id: str, path: Path) -> None:
    for name in (id, id[:8], "birds.pdf"):
        with pytest.raises(NotFound, match="among the 0 of this library"):
            b.document(name)


def _page(b: Library, id: str, path: Path) -> None:
    with pytest.raises(NotFound):
        b.page(id, 1)


def _heat_map(b: Library, id: str, path: Path) -> None:
    with pytest.raises(NotFound):
        b.heat_map("heron", id, 1)


def _encode(b: Library, id: str, path: Path) -> None:
    assert b.encode_question("heron").tokens == ("heron",)  # of what is asked alone


def _tenants(b: Library, id: str, path: Path) -> None:
    assert b.tenants() == []


def _source(b: Library, id: str, path: Path) -> None:
    with pytest.raises(NotFound):
        b.source(id)


def _search(b: Library, id: str, path: Path) -> None:
    assert b.search("heron") == b.search("heron", where='kind = "pdf"') == []
    assert b.search("heron", tags=["wet"]) == []
    with pytest.raises(NotFound):
        b.search("heron", documents=[id])
    with pytest.raises(InputError, match=r"no field meta\.secret"):
        b.search("heron", where="meta.secret = 1")


def _ask(b: Library, id: str, path: Path) -> None:
    assert b.ask("heron").hits == ()
    with pytest.raises(NotFound):
        b.ask("heron", documents=[id])


def _ask_stream(b: Library, id: str, path: Path) -> None:
    assert [getattr(event, "answer", None) for event in b.ask_stream("heron")]
    with pytest.raises(NotFound):
        b.ask_stream("heron", documents=[id])


def _illustrate(b: Library, id: str, path: Path) -> None:
    class Maker:
        name = "none"

        def make(self, *_: object, **__: object) -> MadePicture:
            raise AssertionError("asked for a picture of another tenant's pages")

        def close(self) -> None: ...

    for documents, reason in ((None, "rest on nothing"), ([id], "among the 0 of this library")):
        with pytest.raises(NotFound, match=reason):
            b.illustrate("the heron", Illustrator(Maker()), documents=documents)


def _info(b: Library, id: str, path: Path) -> None:
    info = b.info()
    assert (info.pages, info.documents, info.bytes_on_disk) == (0, 0, 0)


def _clips(b: Library, id: str, path: Path) -> None:
    """What is found across modalities is tried where there is an encoder for it (tests/media)."""
    for look in (b.clips, b.waveform, lambda name: b.frame(name, 0)):
        with pytest.raises(NotFound, match="among the 0 of this library"):
            look(id)
    assert b.crossmodal is None
    for ask in (lambda: b.find("heron"), lambda: b.classify(path, ["heron", "crane"])):
        with pytest.raises(InputError, match="no encoder of sound"):
            ask()


def _reencode(b: Library, id: str, path: Path) -> None:
    with pytest.raises(TenantError, match="All tenants of a library have one encoder"):
        b.reencode(FakeEncoder(revision="2"))


def _forget_unfinished(b: Library, id: str, path: Path) -> None:
    b.forget_unfinished()


def _summarise(b: Library, id: str, path: Path) -> None:
    model = FakeChat()
    assert b.summarise(Summariser(model)).outcomes == ()
    with pytest.raises(NotFound, match="among the 0 of this library"):
        b.summarise(Summariser(model), documents=[id])
    assert model.requests == []


def _within(b: Library, id: str, path: Path) -> None:
    assert b.within("c").documents() == []
    with pytest.raises(TenantError):
        b.within("")


def _close(b: Library, id: str, path: Path) -> None:
    b.close()
    assert b.documents() == []  # the library itself is still open


def _properties(b: Library, id: str, path: Path) -> None:
    assert b.tenant == "b"
    assert not list(b.folder.rglob("*"))
    assert b.encoder.name == FakeEncoder().id.name
    assert b.takes_images is True


CASES: dict[str, Case] = {
    **dict.fromkeys(("classify", "clips", "crossmodal", "find", "frame", "waveform"), _clips),
    "add": _add,
    "ask": _ask,
    "ask_stream": _ask_stream,
    "close": _close,
    **dict.fromkeys(("encode_picture", "encode_question", "encode_text"), _encode),
    "describe": _describe,
    "document": _document,
    "documents": _documents,
    "encoder": _properties,
    "folder": _properties,
    "forget_unfinished": _forget_unfinished,
    "heat_map": _heat_map,
    "illustrate": _illustrate,
    "info": _info,
    "page": _page,
    "reencode": _reencode,
    "remove": _remove,
    "search": _search,
    "source": _source,
    "summarise": _summarise,
    "takes_images": _properties,
    "tenant": _properties,
    "tenants": _tenants,
    "within": _within,
}


@pytest.mark.parametrize("name", [name for name in dir(Library) if name[0] != "_"])
def test_nothing_of_another_tenant(shared: Library, write: Write, name: str) -> None:
    """A public name of `Library` without a case here fails: say what it must not tell or do."""
    path = write("birds.pdf", "the heron waits")
    a = shared.within("a")
    (document,) = a.documents()
    kept = a.source(document.id).read_bytes()
    CASES[name](shared.within("b"), document.id, path)
    assert a.documents() == [document]
    assert [hit.page.number for hit in a.search("heron")] == [1]
    assert a.source(document.id).read_bytes() == kept
    assert list((a.folder / "pictures").rglob("*.jpg"))


def test_same_bytes_of_two_tenants(shared: Library, write: Write) -> None:
    a, b = shared.within("a"), shared.within("b")
    b.add(write("birds.pdf", "the heron waits"), metadata={"year": 2024})
    assert [d.metadata for d in a.documents()] == [{"secret": 1}]
    assert [d.metadata for d in b.documents()] == [{"year": 2024}]
    a.remove("birds.pdf")
    assert b.page("birds.pdf", 1).image(100).width == 100
    assert b.source("birds.pdf").exists()


def test_names_of_folders_do_not_tell_tenants(shared: Library) -> None:
    assert shared.within("a").folder.name != shared.within("aa").folder.name
    assert all(part != "a" for part in shared.within("a").folder.relative_to(shared.folder).parts)


def test_library_is_opened_for_a_tenant(tmp_path: Path, write: Write) -> None:
    folder, path = tmp_path / "tenants", write("birds.pdf", "the heron waits")
    with recto.open(folder, encoder=FakeEncoder(), tenant="a") as library:
        library.add(path)
    with pytest.raises(TenantError, match="belong to tenants; say whose"):
        recto.open(folder, encoder=FakeEncoder())
    with recto.open(folder, encoder=FakeEncoder(), tenant="b") as library:
        assert library.documents() == []
        assert [d.name for d in library.within("a").documents()] == ["birds.pdf"]


def test_library_without_tenants_takes_none(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", "the heron waits"))
    with pytest.raises(TenantError, match="belong to no tenant"):
        library.within("a")


def test_library_with_tenants_takes_nobodys_documents(shared: Library, write: Write) -> None:
    with pytest.raises(TenantError, match="belong to tenants"):
        shared.add(write("fish.pdf", "the pike lurks"))


def test_all_tenants_are_encoded_again(tmp_path: Path, write: Write) -> None:
    folder = tmp_path / "tenants"
    with recto.open(folder, encoder=FakeEncoder(), all_tenants=True) as library:
        library.within("a").add(write("birds.pdf", "the heron waits"))
        library.within("b").add(write("fish.pdf", "the pike lurks"))
    with recto.open(folder, encoder=FakeEncoder(), all_tenants=True) as library:
        assert library.documents() == []
        before = library.within("a")
        assert before.search("heron")
        report = library.reencode(FakeEncoder(revision="2"))
        assert sorted(outcome.path.name for outcome in report.outcomes) == ["birds.pdf", "fish.pdf"]
        for name, word, file in (("a", "heron", "birds.pdf"), ("b", "pike", "fish.pdf")):
            (hit,) = library.within(name).search(word, where='kind = "pdf"')
            assert hit.document.name == file
        assert before.encoder.revision == "2"


@pytest.mark.parametrize("name", ["../x", "a b", "é", "x" * 129])
def test_bad_name_of_a_tenant_is_refused(library: Library, name: str) -> None:
    with pytest.raises(InputError, match="no name of a tenant"):
        library.within(name)
