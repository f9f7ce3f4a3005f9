"""What a file of sound or film holds, from one pass over its packets. Runs in the worker.

Headers lie: of files that were cut off, of live recordings, of variable frame rates. So the length
is where the last packet ends, and the frames are those whose packets are there. Nothing is decoded.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.stream import Disposition, Stream

from recto.engine.errors import EmptyFile, LimitExceeded
from recto.indexing.limits import Limits

_GUESSED_RATE = Fraction(25)
_RATES = Fraction(1, 1000), Fraction(1000)
"""Frames a second; what is declared beyond is not believed."""
_FRAMES = 1 << 25
"""Of a day at 388 a second."""


@dataclass(frozen=True, slots=True, eq=False)
class SoundTrack:
    index: int
    """Of the stream in the file."""
    rate: int
    channels: int
    seconds: float
    """Where it ends, from the file's beginning."""


@dataclass(frozen=True, slots=True, eq=False)
class FilmTrack:
    index: int
    width: int
    height: int
    rate: Fraction
    """Frames a second, on average."""
    ticks: npt.NDArray[np.int64]
    """When each frame is shown, ascending, in units of the stream."""
    keys: list[int]
    """The ticks of frames that need no other to be decoded, ascending."""
    times: npt.NDArray[np.float64]
    """As `ticks`, in seconds from the file's beginning."""
    seconds: float

    def key_before(self, tick: int) -> int:
        """The last of `keys` at or before `tick`, or the first frame."""
        at = bisect_right(self.keys, tick)
        return self.keys[at - 1] if at else int(self.ticks[0])


class _Packets:
    """What is noted of one stream's packets."""

    def __init__(self) -> None:
        self.ticks = array("q")
        self.keys = array("q")
        self.first: int | None = None
        self.last = 0

    def note(self, tick: int, duration: int, key: bool, shown: bool) -> None:
        self.first = tick if self.first is None else min(self.first, tick)
        self.last = max(self.last, tick + duration)
        if shown:
            self.ticks.append(tick)
            if key:
                self.keys.append(tick)


@dataclass(frozen=True, slots=True)
class Survey:
    origin: Fraction
    """Seconds of the file's own clock at which it begins."""
    sound: SoundTrack | None
    film: FilmTrack | None


def survey(container: InputContainer, limits: Limits) -> Survey:
    """Read all packets. Raises EmptyFile, LimitExceeded, and what PyAV raises."""
    sound, film = _sound_stream(container), _film_stream(container)
    if film is not None and film.width * film.height > limits.pixels:
        raise LimitExceeded(
            f"its pictures are {film.width} by {film.height}, more than {limits.pixels} pixels;"
            " raise Limits.pixels."
        )
    noted = {stream.index: _Packets() for stream in (sound, film) if stream is not None}
    if noted:
        _note(container, film, noted)
    begins = [
        _begin(container.streams[index], packets.first)
        for index, packets in noted.items()
        if packets.first is not None
    ]
    if not begins:
        raise EmptyFile("it holds neither sound nor pictures.")
    origin = min(begins)
    result = Survey(
        origin,
        _sound_track(sound, noted, origin),
        _film_track(film, noted, origin),
    )
    _check_length(result, limits)
    return result


def _begin(stream: Stream, first: int) -> Fraction:
    """What a codec needs before its first sample comes earlier, and is not heard."""
    tick = first if stream.start_time is None else stream.start_time
    return Fraction(tick * stream.time_base)


def _sound_stream(container: InputContainer) -> Stream | None:
    streams = [
        stream
        for stream in container.streams.audio
        if stream.codec_context is not None and stream.rate and stream.channels
    ]
    return _preferred(streams)


def _film_stream(container: InputContainer) -> Stream | None:
    """The picture on a record's sleeve is no film."""
    streams = [
        stream
        for stream in container.streams.video
        if stream.codec_context is not None
        and not stream.disposition & Disposition.attached_pic
        and stream.width
        and stream.height
    ]
    return _preferred(streams)


def _preferred(streams: list[Stream]) -> Stream | None:
    """The one that the file says is its own, or the first."""
    default = [stream for stream in streams if stream.disposition & Disposition.default]
    return next(iter(default or streams), None)


def _note(container: InputContainer, film: Stream | None, noted: dict[int, _Packets]) -> None:
    streams = [container.streams[index] for index in noted]
    try:
        for packet in container.demux(streams):
            tick = packet.dts if packet.pts is None else packet.pts
            if tick is None:
                continue
            pictured = film is not None and packet.stream_index == film.index
            packets = noted[packet.stream_index]
            packets.note(
                tick,
                packet.duration or 0,
                packet.is_keyframe,
                pictured and not packet.is_discard,
            )
            if len(packets.ticks) > _FRAMES:
                raise LimitExceeded(f"it has more than {_FRAMES} frames.")
    except av.error.InvalidDataError:
        # Broken in the middle: what came before can be used, if anything did.
        if not any(packets.first is not None for packets in noted.values()):
            raise


def _sound_track(
    stream: Stream | None, noted: dict[int, _Packets], origin: Fraction
) -> SoundTrack | None:
    if stream is None or noted[stream.index].first is None:
        return None
    return SoundTrack(
        index=stream.index,
        rate=stream.rate,
        channels=stream.channels,
        seconds=float(noted[stream.index].last * stream.time_base - origin),
    )


def _film_track(
    stream: Stream | None, noted: dict[int, _Packets], origin: Fraction
) -> FilmTrack | None:
    if stream is None or not (packets := noted[stream.index]).ticks:
        return None
    ticks = np.unique(np.array(packets.ticks, np.int64))
    rate = _rate(stream, len(ticks), (int(ticks[-1]) - int(ticks[0])) * stream.time_base)
    times = np.asarray(ticks * float(stream.time_base) - float(origin), np.float64)
    return FilmTrack(
        index=stream.index,
        width=stream.width,
        height=stream.height,
        rate=rate,
        ticks=ticks,
        keys=sorted(packets.keys),
        times=times,
        seconds=max(
            float(packets.last * stream.time_base - origin), float(times[-1]) + float(1 / rate)
        ),
    )


def _rate(stream: Stream, count: int, shown: Fraction) -> Fraction:
    """As the container has it, or as the frames lie."""
    lowest, highest = _RATES
    measured = Fraction(count - 1) / shown if count > 1 and shown > 0 else None
    for rate in (stream.average_rate, measured, stream.guessed_rate):
        if rate is not None and lowest <= rate <= highest:
            return Fraction(rate)
    return _GUESSED_RATE


def _check_length(found: Survey, limits: Limits) -> None:
    seconds = max(track.seconds for track in (found.sound, found.film) if track is not None)
    if seconds > limits.media_hours * 3600:
        raise LimitExceeded(
            f"it lasts {seconds / 3600:.1f} hours, more than {limits.media_hours:g}; raise"
            " Limits.media_hours."
        )
