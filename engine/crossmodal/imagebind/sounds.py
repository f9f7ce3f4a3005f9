"""Sound as the audio tower takes it: three clips of two seconds, each a spectrum of 128 by 204."""

from __future__ import annotations

import numpy as np

from recto.engine.crossmodal.imagebind.config import MELS, SPECTRUM_FRAMES
from recto.engine.crossmodal.imagebind.films import CLIP_SECONDS, clip_starts
from recto.engine.crossmodal.imagebind.filterbank import RATE, WINDOW, filterbank
from recto.engine.crossmodal.protocol import Sound
from recto.engine.crossmodal.resampling import resample
from recto.engine.crossmodal.sampling import check_sound
from recto.engine.vectors import FloatArray

CLIPS = 3
_MEAN, _STD = np.float32(-4.268), np.float32(9.138)


def sound_input(sound: Sound) -> FloatArray:
    """(3, 1, 128, 204).

    The mean over all channels is taken off each clip, and then the first channel alone is heard:
    give a mix where the others matter. Clips that overlap share their samples, so that a later
    one sees what an earlier one was shifted by; the model was measured like that.
    """
    check_sound(sound)
    samples = resample(np.asarray(sound.samples, np.float32), sound.rate, RATE).copy()
    spectra = []
    for start in clip_starts(samples.shape[1] / RATE, CLIPS):
        clip = samples[:, int(start * RATE) : int((start + CLIP_SECONDS) * RATE)]
        clip -= clip.mean()  # in place, as said above
        spectra.append(spectrum(clip[0]))
    return np.stack(spectra)[:, None]


def spectrum(samples: FloatArray) -> FloatArray:
    """(128, 204) of (n,): what is missing at the end is zeros, as everything normalised after."""
    if len(samples) < WINDOW:  # 25 ms make one frame
        samples = np.pad(samples, (0, WINDOW - len(samples)))
    energies = filterbank(samples)[:SPECTRUM_FRAMES].T
    padded = np.zeros((MELS, SPECTRUM_FRAMES), np.float32)
    padded[:, : energies.shape[1]] = energies
    return np.asarray((padded - _MEAN) / _STD, np.float32)
