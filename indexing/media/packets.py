"""Packets become frames, and what FFmpeg finds wrong our errors. Runs in the worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.video.frame import VideoFrame

from recto.engine.errors import DamagedFile, LimitExceeded, RectoError, UnsupportedFile

_BROKEN_IN_A_ROW = 1000
"""Packets that may fail one after the other before a file is given up."""


def decoded(container: InputContainer, index: int) -> Iterator[AudioFrame | VideoFrame]:
    """All frames from here on; broken packets are passed over."""
    failed = 0
    for packet in container.demux(container.streams[index]):
        try:
            frames = packet.decode()
        except (av.error.InvalidDataError, av.error.EOFError):
            failed += 1
            if failed > _BROKEN_IN_A_ROW:
                return
            continue
        failed = 0 if frames else failed
        yield from frames


@contextmanager
def told() -> Iterator[None]:
    """What FFmpeg finds wrong, as our errors."""
    try:
        yield
    except RectoError:
        raise
    except (av.error.DecoderNotFoundError, av.error.DemuxerNotFoundError) as error:
        raise UnsupportedFile(f"nothing decodes what it holds ({error.strerror}).") from error
    except (av.error.MemoryError, MemoryError) as error:
        raise LimitExceeded("it needs more memory; raise Limits.media_memory.") from error
    except (av.error.FFmpegError, ValueError, LookupError) as error:
        raise DamagedFile(f"it is truncated or broken: {error}.") from error
