"""Those who read a library, and the one who changes it."""

from __future__ import annotations

from threading import Thread

from recto.reencoding import Gate


def test_who_wants_to_be_alone_waits_for_those_inside_and_goes_before_others() -> None:
    gate = Gate()
    order: list[str] = []

    def change() -> None:
        with gate.alone():
            order.append("changed")

    def read() -> None:
        with gate.shared():
            order.append("read")

    with gate.shared():
        threads = [Thread(target=change), Thread(target=read)]
        for thread in threads:
            thread.start()
            thread.join(0.1)  # time enough to go wrong
        with gate.shared():  # again, though somebody waits
            order.append("left")
    for thread in threads:
        thread.join()
    assert order == ["left", "changed", "read"]


def test_readers_are_inside_together() -> None:
    gate = Gate()
    order: list[str] = []

    def read() -> None:
        with gate.shared():
            order.append("other")

    with gate.shared():
        other = Thread(target=read)
        other.start()
        other.join()
        order.append("first")
    assert order == ["other", "first"]
