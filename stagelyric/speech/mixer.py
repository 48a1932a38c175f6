"""Mixes the sounds that play, with fades between them. Runs in the audio callback: nothing here waits or does I/O.

Orders come from another thread through `deque.append`, which is atomic; everything else is used by the callback only.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from stagelyric.types.mixing import Bus, Overlap

Samples = NDArray[np.float32]

FADE = 0.010  # seconds in which a line that is cut off fades out
_DUCKING = 0.050  # seconds in which an older line is turned down
LINES = 12  # lines that may sound at once; one more makes the oldest fade out
_VOICES = 2 * LINES  # leaves room for lines that are fading out
WAITING = 4  # lines that may wait for the one before them; one more drops the oldest of them
LONGEST_BLOCK = 8192  # frames; a longer block is mixed in pieces
_KNEE = 0.9  # above this level the sum is compressed (soft clipping) so that it stays below 1
_NOTHING: Samples = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Begun:
    """A line's first samples are in the buffer: its number, and the time of that callback (`time.monotonic()`)."""

    number: int
    at: float


@dataclass(slots=True)
class _Voice:
    """One sound being played; the slot is free if `number` is -1. `gain` changes by `slope` per sample until it is
    `target`."""

    pcm: Samples
    number: int = -1
    position: int = 0
    gain: float = 0.0
    target: float = 0.0
    slope: float = 0.0
    bus: Bus = "house"

    def towards(self, target: float, samples: float) -> None:
        self.target = target
        self.slope = (target - self.gain) / max(samples, 1.0)

    def release(self) -> None:
        self.number, self.pcm = -1, _NOTHING


class Mixer:
    """`mix(out)` fills a block of shape (frames, channels), float32.

    `rate`: samples per second; `buses`: for each bus its channels, counted from 0, and its gain as a factor; `overlap`:
    what a new line does to the one before it; `duck`: the factor by which older lines are turned down if they continue
    ("mix").
    """

    def __init__(
        self,
        rate: int,
        buses: Mapping[Bus, tuple[Sequence[int], float]],
        *,
        overlap: Overlap = "cut",
        duck: float = 0.35,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.begun: deque[Begun] = deque(maxlen=256)
        self.left_out = 0  # lines that were dropped while waiting because others came
        self.busy = False  # whether the last block contained a line
        self._rate, self._buses, self._overlap, self._duck, self._now = rate, buses, overlap, duck, now
        self._fade = FADE * rate
        self._orders: deque[Callable[[], None]] = deque()
        self._voices = [_Voice(_NOTHING) for _ in range(_VOICES)]
        self._waiting: deque[tuple[Samples, int, Bus]] = deque()
        self._frames = 0  # frames of the present block
        self._count = np.arange(1, LONGEST_BLOCK + 1, dtype=np.float32)
        self._gains = np.zeros(LONGEST_BLOCK, dtype=np.float32)
        self._part = np.zeros(LONGEST_BLOCK, dtype=np.float32)

    # Called on the other thread

    def play(self, pcm: Samples, number: int, bus: Bus = "house") -> None:
        self._orders.append(partial(self._take, pcm, number, bus))

    def stop(self, number: int) -> None:
        """Fades the line out, or removes it from those that wait."""
        self._orders.append(partial(self._drop, number))

    def silence(self) -> None:
        """Silences everything by the end of the next block."""
        self._orders.append(self._hush)

    # Called in the callback

    def mix(self, out: NDArray[np.float32]) -> None:
        for begin in range(0, len(out), LONGEST_BLOCK):
            self._mix(out[begin : begin + LONGEST_BLOCK])

    def _mix(self, out: NDArray[np.float32]) -> None:
        self._frames = len(out)
        out.fill(0)
        while self._orders:
            self._orders.popleft()()
        if self._waiting and not self._on("house"):
            self._start(*self._waiting.popleft())
        self.busy = False
        for voice in self._voices:
            if voice.number >= 0:
                self.busy = True
                self._add(voice, out)
        if self.busy and max(out.max(), -out.min()) > _KNEE:
            _bend(out)

    def _on(self, bus: Bus) -> list[_Voice]:
        """A bus's lines that are not fading out, oldest first."""
        voices = [voice for voice in self._voices if voice.number >= 0 and voice.bus == bus and voice.target > 0]
        return sorted(voices, key=lambda voice: voice.number)

    def _take(self, pcm: Samples, number: int, bus: Bus) -> None:
        others = self._on(bus)
        if bus == "whisper" or self._overlap == "cut":
            for voice in others:
                self._cut(voice)
        elif self._overlap == "wait" and (others or self._waiting):
            self._waiting.append((pcm, number, bus))
            if len(self._waiting) > WAITING:
                self._waiting.popleft()
                self.left_out += 1
            return
        else:
            for voice in others[: len(others) + 1 - LINES]:
                self._cut(voice)
            for voice in others:
                if voice.target > 0:
                    voice.towards(self._duck * self._buses[bus][1], _DUCKING * self._rate)
        self._start(pcm, number, bus)

    def _start(self, pcm: Samples, number: int, bus: Bus) -> None:
        # All slots are in use only if many lines come within one fade; then the quietest one is almost silent.
        voice = min(self._voices, key=lambda voice: voice.gain if voice.number >= 0 else -1.0)
        voice.pcm, voice.number, voice.position, voice.bus = pcm, number, 0, bus
        voice.gain = voice.target = self._buses[bus][1]
        voice.slope = 0.0
        self.begun.append(Begun(number, self._now()))

    def _cut(self, voice: _Voice) -> None:
        if voice.position:
            voice.towards(0.0, self._fade)
        else:  # none of it was heard yet
            voice.release()

    def _drop(self, number: int) -> None:
        self._waiting = deque(order for order in self._waiting if order[1] != number)
        for voice in self._voices:
            if voice.number == number:
                self._cut(voice)

    def _hush(self) -> None:
        self._waiting.clear()
        for voice in self._voices:
            if not voice.position:
                voice.release()
            else:
                voice.towards(0.0, min(self._frames, self._fade))

    def _add(self, voice: _Voice, out: NDArray[np.float32]) -> None:
        count = min(self._frames, len(voice.pcm) - voice.position)
        pcm, part = voice.pcm[voice.position : voice.position + count], self._part[:count]
        if voice.slope:
            gains = self._gains[:count]
            np.multiply(self._count[:count], voice.slope, out=gains)
            gains += voice.gain
            np.clip(gains, min(voice.gain, voice.target), max(voice.gain, voice.target), out=gains)
            np.multiply(pcm, gains, out=part)
            if abs(voice.target - voice.gain) <= abs(voice.slope) * (self._frames + 0.5):
                voice.gain, voice.slope = voice.target, 0.0
            else:
                voice.gain += voice.slope * self._frames
        else:
            np.multiply(pcm, voice.gain, out=part)
        for channel in self._buses[voice.bus][0]:
            out[:count, channel] += part
        voice.position += count
        if voice.position >= len(voice.pcm) or not (voice.gain or voice.slope):
            voice.release()


def _bend(out: NDArray[np.float32]) -> None:
    """Soft clipping: keeps the sum of lines below 1 without a corner in the curve, whose slope never exceeds 1."""
    size = np.abs(out)
    room = 1 - _KNEE
    np.copyto(out, np.sign(out) * (_KNEE + room * np.tanh((size - _KNEE) / room)), where=size > _KNEE)
