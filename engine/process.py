"""A child process that answers calls, one at a time. Knows nothing of what is called.

The parent starts `python -m MODULE ARGUMENTS`; the module ends in `serve({name: function})`.
A plain subprocess rather than `multiprocessing`: a user's script needs no `__main__` guard.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from recto.engine import errors
from recto.engine.closing import Closing
from recto.engine.wire import Value, read_frame, write_frame

_ERRORS: dict[str, type[Exception]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.RectoError)
} | {"ValueError": ValueError, "MemoryError": MemoryError}


class Child(Closing):
    """The parent's side. Calls from several threads wait for each other."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        name: str,
        python: Path | None = None,
        packages: Sequence[Path] | None = None,
    ) -> None:
        """Start it. `name` is what messages call it, e.g. "the store's process".

        `python` runs it, None is what runs this; `packages` are where it looks for modules besides
        its own, None is where this does.
        """
        path = sys.path if packages is None else map(str, packages)
        self._name = name
        # One thread of its own does all reading and writing: Ctrl-C interrupts whoever waits for a
        # call, never a frame in the middle, so the pipe stays in step.
        self._exchange = ThreadPoolExecutor(max_workers=1, thread_name_prefix=module)
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        # -P: a folder of documents may hold a json.py. New session: Ctrl-C is for the parent.
        self._process = subprocess.Popen(
            [str(python or sys.executable), "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def call(self, method: str, *arguments: Value, timeout: float | None = None) -> Value:
        """The result of `method(*arguments)` in the child.

        Raises what the child raised if it is one of `recto.engine.errors`, ValueError or
        MemoryError; RuntimeError with the child's traceback for anything else; WorkerDied when the
        child is gone; LimitExceeded when it took longer than `timeout` seconds, and then it is
        killed.
        """
        reply = self._exchange.submit(self._ask, method, arguments, timeout).result()
        if "error" in reply:
            kind, message = reply["error"]
            raise _ERRORS.get(kind, RuntimeError)(message)
        return reply["result"]

    def _ask(self, method: str, arguments: tuple[Value, ...], timeout: float | None) -> Value:
        timer = _Killer(self._process, timeout)
        try:
            with timer:
                assert self._process.stdin is not None
                assert self._process.stdout is not None
                write_frame(self._process.stdin, [method, list(arguments)])
                return read_frame(self._process.stdout)
        except (OSError, EOFError, ValueError, MemoryError, LookupError) as error:
            # Also where a reply was read in part: what follows would be taken for the next one.
            raise self._death(method, timer, timeout) from error

    def close(self, *, grace: float = 10.0) -> None:
        """Wait for the call under way, close the child's input, which ends it; kill it if it has
        not ended after `grace` seconds. May be called twice."""
        self._exchange.shutdown()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # a broken pipe: it has ended already
            self._process.stdin.close()
        try:
            self._process.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process.stdout.close()
        self._stderr.close()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def _death(self, method: str, timer: _Killer, timeout: float | None) -> errors.RectoError:
        self.kill()  # also waits for it: `alive` is False from here on
        if timer.fired:
            return errors.LimitExceeded(
                f"{self._name} took longer than {timeout:g} s for {method!r} and was ended."
            )
        code = self._process.returncode
        cause = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        self._stderr.seek(0)
        said = self._stderr.read()[-2000:].decode(errors="replace").strip()
        return errors.WorkerDied(
            f"{self._name} ended ({cause}) during {method!r}."
            + (f" It last said:\n{said}" if said else "")
        )


class _Killer:
    """Kills a process when a block takes too long."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float | None) -> None:
        self.fired = False
        self._process = process
        self._timer = None if seconds is None else threading.Timer(seconds, self._fire)

    def _fire(self) -> None:
        self.fired = True
        self._process.kill()

    def __enter__(self) -> None:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()


def serve(functions: Mapping[str, Callable[..., Value]]) -> None:
    """The child's side: answer calls until the parent closes the pipe or dies."""
    calls = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up between our frames
    while True:
        try:
            method, arguments = read_frame(calls)
        except EOFError:
            return
        try:
            reply = {"result": functions[method](*arguments)}
        except Exception as error:  # every failure is reported to the parent, which decides
            known = type(error).__name__ in _ERRORS
            text = str(error) if known else traceback.format_exc()
            reply = {"error": [type(error).__name__, text]}
        write_frame(replies, reply)


def limit_memory(megabytes: int) -> None:
    """Let allocations of this process fail above this much address space, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    size = megabytes << 20
    with contextlib.suppress(ValueError, OSError):  # macOS refuses to lower it
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
