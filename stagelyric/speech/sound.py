"""Processes a voice's output for playing: mono float32 PCM in [-1, 1], trimmed, at a fixed loudness and one sample
rate.

Samples have the shape (N,) throughout; rates are in samples per second.
"""

import contextlib
import io
import math
import os
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SILENCE: Samples = np.zeros(1, dtype=np.float32)  # one sample, since a FLAC file without any can't be read
LOUDNESS = -20.0  # LUFS, of a finished line
PEAK = 0.89  # -1 dBFS; no line exceeds it, even if that makes it quieter than LOUDNESS
_QUIET = 0.003  # share of the peak, -50 dB; what is quieter at the beginning or end counts as silence
_BEFORE, _AFTER = 0.001, 0.02  # seconds kept before the first sound and after the last
_RISE, _FALL = 0.001, 0.008  # seconds of fade-in and fade-out, which prevent clicks
_BLOCK, _STEP = 0.4, 0.1  # seconds, length and step of the gating blocks in BS.1770-4
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0  # LUFS, LU


def read(path: Path) -> tuple[Samples, int]:
    """A sound file's samples, mixed down to one channel, and its rate. WAV, AIFF or FLAC, recognised by content.

    Raises OSError if it is none of these.
    """
    try:
        pcm, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise OSError(str(error)) from None
    return np.ascontiguousarray(pcm.mean(axis=1, dtype=np.float32)), int(rate)


def write(path: Path, pcm: Samples, rate: int) -> None:
    """Writes FLAC with 16 bits: a fifth of the size of float32, and any player opens it. The file appears only when
    complete, in a folder that is made if it is missing.

    Raises OSError if it can't be stored. The bytes are made before they are written, since libsndfile does not say when
    a disk is full."""
    made = io.BytesIO()
    soundfile.write(made, pcm, rate, format="FLAC", subtype="PCM_16")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(made.getbuffer())
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def finish(pcm: Samples, rate: int, to: int) -> Samples:
    """Converts a voice's raw samples to what the player needs, at the rate `to`; returns SILENCE if they are silent."""
    pcm = trim(pcm, rate)
    if not len(pcm):
        return SILENCE
    pcm = resample(pcm, rate, to)
    return edges(level(pcm, to), to)


def trim(pcm: Samples, rate: int) -> Samples:
    """Removes the silence at the beginning and end."""
    loudest = float(np.abs(pcm).max(initial=0.0))
    if loudest < 1e-4:
        return pcm[:0]
    heard = np.flatnonzero(np.abs(pcm) > _QUIET * loudest)
    begin = max(int(heard[0]) - int(_BEFORE * rate), 0)
    return pcm[begin : int(heard[-1]) + int(_AFTER * rate)]


def resample(pcm: Samples, rate: int, to: int) -> Samples:
    if rate == to:
        return pcm
    resampled: Samples = soxr.resample(pcm, rate, to, quality="HQ")
    return resampled


def level(pcm: Samples, rate: int) -> Samples:
    """Scales to LOUDNESS, or as near to it as PEAK permits."""
    gain = 10 ** ((LOUDNESS - loudness(pcm, rate)) / 20)
    gain = min(gain, PEAK / max(float(np.abs(pcm).max()), 1e-9))
    return pcm * np.float32(gain)


def edges(pcm: Samples, rate: int) -> Samples:
    """Fades in and out at the ends."""
    pcm = pcm.copy()
    rise, fall = min(int(_RISE * rate), len(pcm)), min(int(_FALL * rate), len(pcm))
    pcm[:rise] *= np.linspace(0, 1, rise, endpoint=False, dtype=np.float32)
    pcm[len(pcm) - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)
    return pcm


def loudness(pcm: Samples, rate: int) -> float:
    """Integrated loudness of one channel in LUFS by ITU-R BS.1770-4 (EBU R128).

    A sound shorter than a gating block (0.4 s) is measured as a whole, without gating. -inf for silence.
    """
    weighted = _k_weighted(pcm, rate)
    block, step = round(_BLOCK * rate), round(_STEP * rate)
    if len(weighted) < block:
        return _lufs(float(np.mean(np.square(weighted)))) if len(weighted) else -math.inf
    sums = np.concatenate([[0.0], np.cumsum(np.square(weighted))])
    starts = np.arange(0, len(weighted) - block + 1, step)
    powers = (sums[starts + block] - sums[starts]) / block
    powers = powers[powers > _power(_ABSOLUTE_GATE)]
    if not len(powers):
        return -math.inf
    powers = powers[powers > _power(_lufs(float(powers.mean())) + _RELATIVE_GATE)]
    return _lufs(float(powers.mean()))


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _k_weighted(pcm: Samples, rate: int) -> NDArray[np.float64]:
    """Applies the two filters of BS.1770-4 (a high shelf for the head's effect, and a high pass) to the spectrum.

    The standard tabulates them for 48 kHz; the analogue prototypes used here are those that libebur128 uses for other
    rates.
    """
    size = len(pcm) + rate // 4  # padding, so that the high pass's tail does not wrap around to the beginning
    size = 1 << (size - 1).bit_length()
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    spectrum = np.fft.rfft(pcm.astype(np.float64), size)

    k, q, high = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf = (high + band * k / q + k * k) + 2 * (k * k - high) * z + (high - band * k / q + k * k) * z * z
    spectrum *= shelf / _pole(k, q, z)

    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    spectrum *= (1 - z) ** 2 * (1 + k / q + k * k) / _pole(k, q, z)
    weighted: NDArray[np.float64] = np.fft.irfft(spectrum, size)[: len(pcm)]
    return weighted


def _pole(k: float, q: float, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
    return (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z * z
