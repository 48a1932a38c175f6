"""Tempo and beat, from the song, MIDI clock, OSC or Link. Time is passed in: nothing here reads a clock."""

import math
from typing import Literal

from stagelyric.show.pulses import PulseLine
from stagelyric.types.events import Beat, ClockPulse, Event, Tempo, Transport
from stagelyric.types.lines import Quantize

Source = Literal["internal", "midi", "link", "osc"]
PULSES = 24  # MIDI clock pulses per quarter note
# seconds without a pulse after which MIDI clock counts as stopped (at 20 BPM a pulse comes every 0.125 s)
SILENCE = 1.0
CLOSE = 1e-6  # beats; a position closer than this to a grid point counts as on it
JUST_NOW = 0.003  # seconds; a press at most this long after a pulse counts as on that pulse
LATE = 0.004  # seconds beyond the latest expected arrival of a pulse, after which it counts as lost


class Clock:
    """Follows one source of tempo. `tempo` is in quarter notes per minute; beats are quarter notes counted from 0.0;
    times are monotonic seconds."""

    def __init__(self, source: Source = "internal", *, tempo: float = 120.0, beats_per_bar: float = 4.0) -> None:
        self.source: Source = source
        self.tempo = tempo
        self.beats_per_bar = beats_per_bar
        self._anchor = (0.0, 0.0)  # a time, and the beat at that time
        self._stopped = False  # whether a MIDI stop message was received
        self._line = PulseLine()
        self._number = -1  # number of the last pulse received, counted over stops and starts
        self._pulsed = float("-inf")  # when that pulse came
        self._pulse = -1  # number of the last pulse since MIDI start
        self._heard = False  # whether a tempo or a beat came from OSC or Link

    def beat(self, at: float) -> float:
        """The beat at a time. With MIDI clock it stays between the last pulse's beat and the next one's, even where the
        fitted line would lead or lag."""
        time, beat = self._anchor
        beat += (at - time) * self.tempo / 60
        if not self._pulsing(at):
            return beat
        return min(max(beat, self._pulse / PULSES), math.nextafter((self._pulse + 1) / PULSES, -math.inf))

    def running(self, at: float) -> bool:
        """Whether the beat advances. While it does not, quantised actions happen at once."""
        if self.source == "midi" and self._number >= 0:
            return not self._stopped and at - self._pulsed < SILENCE
        return not self._stopped

    def target(self, quantize: Quantize, at: float) -> float | None:
        """The beat at which an action quantised to "now", "beat", "bar" or n beats is due; None for at once.

        With MIDI clock the grid points are pulses: if the pulse of a grid point came less than `JUST_NOW` ago, the
        action is due at once.
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
        """Whether the MIDI clock pulse of a beat has been received; False without MIDI clock."""
        return self._number >= 0 and self.source == "midi" and self._pulse / PULSES > beat - CLOSE

    def when(self, beat: float, at: float) -> float:
        """The time, at or after `at`, at which to act on a beat. With MIDI clock the beat's own pulse normally comes
        first (see `reached`); then this is the latest time at which it may still arrive, after which the action no
        longer waits for it."""
        time, here = self._anchor
        due = time + (beat - here) * 60 / self.tempo
        if self._pulsing(at) and _is_whole(beat * PULSES):
            due += self._late()
        return max(due, at)

    def sync(self, quantize: Quantize, at: float) -> float:
        """The time, at or after `at`, at which an action quantised in this way is due: see `target`."""
        beat = self.target(quantize, at)
        if beat is None:
            return at
        time, here = self._anchor
        return max(time + (beat - here) * 60 / self.tempo, at)

    def next_beat(self, at: float) -> tuple[float, float]:
        """The first whole beat after `at`, as (time, beat number)."""
        number = math.floor(self.beat(at) + CLOSE) + 1.0
        return self.when(number, at), number

    def _pulsing(self, at: float) -> bool:
        """Whether pulses are coming regularly, so that waiting for the next one is safe."""
        if self.source != "midi" or self._line.interval is None or self._stopped:
            return False
        return at < self._line.time(self._number + 1) + self._late()

    def _late(self) -> float:
        """Seconds after its computed time within which a pulse may still come: half the grid's width, or the lateness
        of the last pulse, whichever is more."""
        return max(self._line.width / 2, self._pulsed - self._line.time(self._number)) + LATE

    def song(self, tempo: float, beats_per_bar: float, at: float) -> None:
        """Begins a song: sets its time signature, and its tempo unless an external source has given one. With the
        internal clock the beats restart at 0."""
        self.beats_per_bar = beats_per_bar
        if self.source == "internal" or not self._told():
            self.tempo = tempo
        if self.source == "internal":
            self._anchor = (at, 0.0)

    def hear(self, event: Event) -> None:
        """Follows events of the chosen source and ignores those of other sources."""
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
