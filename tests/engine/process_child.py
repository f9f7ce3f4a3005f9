"""The child that `test_process` calls."""

from __future__ import annotations

import os
import signal
import sys
import threading

from recto.engine.errors import DamagedFile
from recto.engine.process import limit_memory, serve


def add(left: int, right: int) -> int:
    return left + right


def divide(left: int, right: int) -> float:
    return left / right


def chatter() -> str:
    print("a library's banner", flush=True)  # noqa: T201
    os.write(1, b"a C library's banner\n")
    return "done"


def damaged(message: str) -> None:
    raise DamagedFile(message)


def die() -> None:
    sys.stderr.write("goodbye\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    threading.Event().wait()


def grow(megabytes: int) -> int:
    limit_memory(megabytes)
    return len(bytearray((megabytes + 1) << 20))


if __name__ == "__main__":
    serve({f.__name__: f for f in (add, divide, chatter, damaged, die, hang, grow)})
