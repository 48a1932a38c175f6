"""Tempo and beat, from the song, MIDI clock, OSC or Link. Time is handed in: nothing here reads a clock."""

import math
from typing import Literal

from stagelyric.show.pulses import PulseLine
from stagelyric.types.events import Beat, ClockPulse, Event, Tempo, Transport
from stagelyric.types.lines import Quantize

Source = Literal["internal", "midi", "link", "osc"]
PULSES = 24  # MIDI clocks to a quarter note
SILENCE = 1.0  # seconds without a pulse after which MIDI clock has stopped; 20 BPM sends one every 0.125 s
CLOSE = 1e-6  # beats; closer to the grid than this is on it
JUST_NOW = 0.003  # seconds after a pulse in which a press is on it
LATE = 0.004  # seconds after a pulse was due at the latest: it is lost


class Clock:
    """`tempo` in quarter notes a minute; beats are quarter notes counted from 0.0; times are monotonic seconds."""

    def __init__(self, source: Source = "internal", *, tempo: float = 120.0, beats_per_bar: float = 4.0) -> None:
        self.source: Source = source
        self.tempo = tempo
        self.beats_per_bar = beats_per_bar
        self._anchor = (0.0, 0.0)  # a time, and the beat at that time
        self._stopped = False  # by a MIDI stop
        self._line = PulseLine()
        self._number = -1  # of the last pulse that was heard at all
        self._pulsed = float("-inf")  # when
        self._pulse = -1  # of the last pulse since the start
        self._heard = False  # a tempo or a beat from OSC or Link

    def beat(self, at: float) -> float:
        """The beat at a time. Between two pulses of MIDI clock it lies between theirs, however the line runs."""
        time, beat = self._anchor
        beat += (at - time) * self.tempo / 60
        if not self._pulsing(at):
            return beat
        return min(max(beat, self._pulse / PULSES), math.nextafter((self._pulse + 1) / PULSES, -math.inf))

    def running(self, at: float) -> bool:
        """Whether the beat moves. While it does not, nothing is made to wait for it."""
        if self.source == "midi" and self._number >= 0:
            return not self._stopped and at - self._pulsed < SILENCE
        return not self._stopped

    def target(self, quantize: Quantize, at: float) -> float | None:
        """The beat on which something quantised to "now", "beat", "bar" or n beats is due; None for at once.

        On a grid of MIDI clock the beat's own pulse decides: one that was just heard (JUST_NOW) is still it.
        """
        named = {"now": 0.0, "beat": 1.0, "bar": self.beats_per_bar}
        grid = named[quantize] if isinstance(quantize, str) else quantize
        if not grid or not self.running(at):
            return None
        if self._pulsing(at) and self._pulse >= 0:
            least = self._pulse / PULSES
            if at - self._pulsed < JUST_NOW and abs(round(least / grid) * grid - least) < CLOSE:
                return None
            return (math.floor(least / grid + CLOSE) + 1) * grid
        due = math.ceil(self.beat(at) / grid - CLOSE) * grid
        return None if due <= self.beat(at) else due

    def reached(self, beat: float) -> bool:
        """Whether the pulse of a beat has been heard; False where no pulse stands for it."""
        return self._number >= 0 and self.source == "midi" and self._pulse / PULSES > beat - CLOSE

    def when(self, beat: float, at: float) -> float:
        """The time, at or after `at`, when a beat is due. With MIDI clock its own pulse comes first (see `reached`);
        this is when that is given up, the latest that it may come on its grid."""
        time, here = self._anchor
        due = time + (beat - here) * 60 / self.tempo
        if self._pulsing(at) and _is_whole(beat * PULSES):
            due += self._late()
        return max(due, at)

    def sync(self, quantize: Quantize, at: float) -> float:
        """The time, at or after `at`, at which something quantised is due: see `target`."""
        beat = self.target(quantize, at)
        if beat is None:
            return at
        time, here = self._anchor
        return max(time + (beat - here) * 60 / self.tempo, at)

    def next_beat(self, at: float) -> tuple[float, float]:
        """The first whole beat after `at`: its time and its number."""
        number = math.floor(self.beat(at) + CLOSE) + 1.0
        return self.when(number, at), number

    def _pulsing(self, at: float) -> bool:
        """Whether pulses come, so that the next one may be waited for."""
        if self.source != "midi" or self._line.interval is None or self._stopped:
            return False
        return at < self._line.time(self._number + 1) + self._late()

    def _late(self) -> float:
        """So much after its time a pulse may still come: half the grid, or as late as the last one was."""
        return max(self._line.width / 2, self._pulsed - self._line.time(self._number)) + LATE

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
        return self._heard or self._number >= 0

    def _hear_pulse(self, at: float) -> None:
        if at - self._pulsed >= SILENCE:
            self._line.clear()
        self._number, self._pulsed = self._number + 1, at
        self._line.hear(self._number, at)
        if self._line.interval is not None:
            self.tempo = 60 / (PULSES * self._line.interval)
        if self._stopped:
            return
        self._pulse += 1
        due = at if self._line.interval is None else self._line.time(self._number)
        self._anchor = (due, self._pulse / PULSES)

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


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < CLOSE * PULSES
