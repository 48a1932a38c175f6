"""Tempo and beat, from the song, MIDI clock, OSC or Link. Time is handed in: nothing here reads a clock."""

import math
from collections import deque
from itertools import pairwise
from statistics import median
from typing import Literal

from stagelyric.types.events import Beat, ClockPulse, Event, Tempo, Transport
from stagelyric.types.lines import Quantize

Source = Literal["internal", "midi", "link", "osc"]
PULSES = 24  # MIDI clocks to a quarter note
SILENCE = 1.0  # seconds without a pulse after which MIDI clock has stopped; 20 BPM sends one every 0.125 s
CLOSE = 1e-6  # beats; closer to the grid than this is on it


class Clock:
    """`tempo` in quarter notes a minute; beats are quarter notes counted from 0.0; times are monotonic seconds."""

    def __init__(self, source: Source = "internal", *, tempo: float = 120.0, beats_per_bar: float = 4.0) -> None:
        self.source: Source = source
        self.tempo = tempo
        self.beats_per_bar = beats_per_bar
        self._anchor = (0.0, 0.0)  # a time, and the beat at that time
        self._stopped = False  # by a MIDI stop
        self._pulses: deque[float] = deque(maxlen=PULSES + 1)
        self._pulse = -1  # of the last pulse since the start
        self._heard = False  # a tempo or a beat from OSC or Link

    def beat(self, at: float) -> float:
        """The beat at a time."""
        time, beat = self._anchor
        return beat + (at - time) * self.tempo / 60

    def running(self, at: float) -> bool:
        """Whether the beat moves. While it does not, nothing is made to wait for it."""
        if self.source == "midi" and self._pulses:
            return not self._stopped and at - self._pulses[-1] < SILENCE
        return not self._stopped

    def sync(self, quantize: Quantize, at: float) -> float:
        """The time, at or after `at`, at which something quantised to "now", "beat", "bar" or n beats is due."""
        named = {"now": 0.0, "beat": 1.0, "bar": self.beats_per_bar}
        grid = named[quantize] if isinstance(quantize, str) else quantize
        if not grid or not self.running(at):
            return at
        beat = self.beat(at)
        return at + max(math.ceil(beat / grid - CLOSE) * grid - beat, 0.0) * 60 / self.tempo

    def next_beat(self, at: float) -> tuple[float, float]:
        """The first whole beat after `at`: its time and its number."""
        number = math.floor(self.beat(at) + CLOSE) + 1.0
        return at + (number - self.beat(at)) * 60 / self.tempo, number

    def song(self, tempo: float, beats_per_bar: float, at: float) -> None:
        """A song begins: its time signature, and its tempo where no one outside gives one. Beats start at 0."""
        self.beats_per_bar = beats_per_bar
        if self.source == "internal" or not self._told():
            self.tempo = tempo
        if self.source == "internal":
            self._anchor = (at, 0.0)

    def hear(self, event: Event) -> None:
        """Follows what the source sends, and disregards the other sources."""
        match event, self.source:
            case ClockPulse(), "midi":
                self._hear_pulse(event.at)
            case Transport(), "midi":
                self._hear_transport(event)
            case Tempo(), "osc" | "link":
                self._anchor = (event.at, self.beat(event.at))
                self.tempo = event.bpm
                self._heard = True
            case Beat(), "osc" | "link":
                self._anchor = (event.at, event.beat)
                self._heard = True

    def _told(self) -> bool:
        return self._heard or bool(self._pulses)

    def _hear_pulse(self, at: float) -> None:
        if self._pulses and at - self._pulses[-1] >= SILENCE:
            self._pulses.clear()
        self._pulses.append(at)
        if self._stopped:
            return
        self._pulse += 1
        self._anchor = (at, self._pulse / PULSES)
        if len(self._pulses) > 6:
            # The median forgives a late driver; a mean over the window would take it for a change of tempo.
            self.tempo = 60 / (PULSES * median(b - a for a, b in pairwise(self._pulses)))

    def _hear_transport(self, event: Transport) -> None:
        match event.action:
            case "start":
                self._stopped, self._pulse = False, -1  # the next pulse is the first beat
                self._anchor = (event.at, 0.0)
            case "continue":
                self._stopped = False
            case "stop":
                self._stopped = True
            case "position":
                self._pulse = event.position * PULSES // 4 - 1
                self._anchor = (event.at, event.position / 4)
