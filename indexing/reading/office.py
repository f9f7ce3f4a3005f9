"""Office files become PDF through LibreOffice, in a process and with a profile of its own.

Knows nothing of pages: what it makes is read like any other PDF.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from recto.engine.errors import DamagedFile, LimitExceeded, UnsupportedFile
from recto.indexing.limits import Limits

_KEPT = 8
_PROGRAMS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
# No macros, and nothing fetched that a document links to.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def program() -> str | None:
    """The path of LibreOffice, or None when it is not installed."""
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


class Converter:
    """Keeps what it has converted, the last 8 files, until it is closed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._made: dict[tuple[str, int, int], Path] = {}
        self._lock = threading.Lock()

    def to_pdf(self, path: Path, kind: str) -> Path:
        """A PDF of an office file.

        Raises UnsupportedFile when LibreOffice is not installed, DamagedFile when it makes nothing
        of the file, LimitExceeded when it takes too long or makes too much.
        """
        status = path.stat()
        key = (str(path.resolve()), status.st_size, status.st_mtime_ns)
        with self._lock:  # a second LibreOffice with the same profile would refuse to start
            if key not in self._made:
                self._made[key] = self._convert(path, kind)
                if len(self._made) > _KEPT:
                    shutil.rmtree(self._made.pop(next(iter(self._made))).parent)
            return self._made[key]

    def _convert(self, path: Path, kind: str) -> Path:
        soffice = program()
        if soffice is None:
            raise UnsupportedFile(
                f"{path} is an office file ({kind}), which LibreOffice must convert to PDF, and it "
                "is not installed. Install it so that `soffice` is on the PATH (Debian: apt-get "
                "install libreoffice-nogui; macOS: brew install --cask libreoffice), or save the "
                "file as PDF."
            )
        folder = Path(tempfile.mkdtemp(dir=self._home()))
        try:
            source = folder / f"document.{kind}"
            shutil.copyfile(path, source)
            said = self._run(soffice, source, path)
            return self._result(source.with_suffix(".pdf"), path, said)
        except BaseException:
            shutil.rmtree(folder)
            raise

    def _home(self) -> Path:
        """A folder of our own with a profile in it: another LibreOffice may be running."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="recto-office-")
            user = Path(self._folder.name) / "profile" / "user"
            user.mkdir(parents=True)
            (user / "registrymodifications.xcu").write_text(_PROFILE)
        return Path(self._folder.name)

    def _run(self, soffice: str, source: Path, path: Path) -> str:
        """What the program printed."""
        profile = (self._home() / "profile").as_uri()
        blocks = self._limits.bytes // 512  # the unit of ulimit -f
        # The shell sets the limits before the program starts, and where it cannot, goes on.
        limited = (
            f"ulimit -v {self._limits.convert_memory << 10} 2>/dev/null; "
            f'ulimit -f {blocks} 2>/dev/null; exec "$0" "$@"'
        )
        options = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
        options += [f"-env:UserInstallation={profile}", "--convert-to", "pdf"]
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(
                ["sh", "-c", limited, soffice, *options, "--outdir", source.parent, source],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=source.parent,
                start_new_session=True,
            )
            try:
                process.wait(self._limits.convert_seconds)
            except subprocess.TimeoutExpired as error:
                raise LimitExceeded(
                    f"LibreOffice took longer than {self._limits.convert_seconds:g} s to convert "
                    f"{path}; raise Limits.convert_seconds."
                ) from error
            finally:
                _end(process)
            log.seek(0)
            return log.read(2000).decode(errors="replace").strip()

    def _result(self, pdf: Path, path: Path, said: str) -> Path:
        if not pdf.is_file() or pdf.stat().st_size == 0:
            raise DamagedFile(f"LibreOffice could not convert {path}." + (said and f" {said}"))
        if pdf.stat().st_size > self._limits.bytes - 512:  # the system has cut it off there
            raise LimitExceeded(
                f"{path} became a PDF of more than {self._limits.bytes} bytes; raise Limits.bytes."
            )
        return pdf

    def close(self) -> None:
        """Remove what was converted."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
            self._made.clear()


def _end(process: subprocess.Popen[bytes]) -> None:
    """The program starts others: all of them, and those of one that has ended itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
