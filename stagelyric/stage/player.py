"""Shows a night again to parts of a show, such as the page: in its own time, faster, paused, from any moment."""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from stagelyric.stage.moments import Moment, NightAgain
from stagelyric.types.json import JsonObject
from stagelyric.types.parts import Part
from stagelyric.types.time import MACHINE, Time

log = logging.getLogger(__name__)

SLOWEST, FASTEST = 0.1, 100.0
_FURTHEST = 1e9  # seconds from the night's beginning that may be asked for; also an integer too large for a float isn't
_SOON = 1e-6  # seconds of the night; a moment so near is told now, since a timer may ring that much too early
_OLD = 20.0  # seconds of the night; beats longer ago are left out when several moments are told at once


class Player:
    """`parts` are told of cues, states and beats as if the show were up; `speed`: 2.0 is twice as fast; `at`: where it
    begins, in seconds of the night; `changed` is called when it is paused, moved or set to another speed. A part that
    raises is reported to all parts once, and counted in `failed` by its name; the others are told as usual."""

    def __init__(
        self,
        night: NightAgain,
        parts: Sequence[Part],
        *,
        speed: float = 1.0,
        at: float = 0.0,
        changed: Callable[[], None] = lambda: None,
        time: Time = MACHINE,
    ) -> None:
        self.speed, self.changed = speed, changed
        self.playing = True
        self.failed = Counter[str]()
        self._parts, self._time = parts, time
        self._read(night)
        self._place = 0  # the moment that is to be told next
        self._mark = (time.now(), 0.0)  # a time, and where the night was then
        self._rearm = asyncio.Event()
        self._begin = at

    def _read(self, night: NightAgain) -> None:
        self.night = night
        self._times = [moment.at for moment in night.moments]
        self._cues = [place for place, moment in enumerate(night.moments) if moment.cue is not None]
        self._songs = [{"at": begun, "title": title} for begun, title in night.songs()]

    @property
    def at(self) -> float:
        """Where the night is, in seconds since its beginning."""
        now, at = self._mark
        return min(at + (self._time.now() - now) * self.speed, self.night.length) if self.playing else at

    @property
    def moment(self) -> Moment:
        """The last moment that was told."""
        return self.night.moments[max(self._place - 1, 0)]

    async def run(self) -> None:
        """Plays from the moment given as `at`. Stays at the end of the night, from where it can be moved back; ends
        only by being cancelled."""
        self.seek(self._begin)
        while True:
            self._rearm.clear()
            self._tell()
            over = self._place == len(self._times)
            due = self.night.length if over else self._times[self._place]
            left = (due - self.at) / self.speed if self.playing else None
            if over and left is not None and left <= _SOON:
                self.play(False)
                continue
            with suppress(TimeoutError):
                async with self._time.limit(left):
                    await self._rearm.wait()

    def play(self, on: bool) -> None:
        """Goes on, at the end from the beginning; or pauses."""
        if on and self.at >= self.night.length - _SOON:
            self.seek(0.0)
        self._mark_here()
        self.playing = on
        self._moved()

    def pace(self, speed: float) -> None:
        """Sets the speed, within the bounds of `SLOWEST` and `FASTEST`."""
        self._mark_here()
        self.speed = min(max(speed, SLOWEST), FASTEST)
        self._moved()

    def seek(self, at: float) -> None:
        """Goes to a moment: the line that was up then comes up again, after the state that it found."""
        at = min(max(at, 0.0), self.night.length)
        self._mark = (self._time.now(), at)
        up = bisect_right(self._cues, bisect_right(self._times, at) - 1) - 1
        self._place = self._cues[up] if up >= 0 else 0
        for part in self._parts:
            self._call(part, part.state, self.moment.state)
        self._tell()
        self._moved()

    def take(self, night: NightAgain) -> None:
        """Goes on in a fuller account of the same night: with its state at this moment, without showing the line that
        is up again."""
        self._mark_here()
        self._read(night)
        self._place = bisect_right(self._times, self.at + _SOON)
        for part in self._parts:
            self._call(part, part.state, self.moment.state)
        self._moved()

    def step(self, lines: int) -> None:
        """Goes some lines on, or back if `lines` is negative: back is first the beginning of the line that is up."""
        up = bisect_right(self._cues, self._place - 1) - 1
        if lines < 0 and up >= 0 and self.at - self._times[self._cues[up]] > max(self.speed, 1.0):
            lines += 1
        wanted = up + lines
        if wanted >= len(self._cues):
            return
        self.seek(self._times[self._cues[wanted]] if wanted >= 0 else 0.0)

    def told(self) -> JsonObject:
        """What a page is told: where the night is, and whether and how fast it goes on."""
        night = self.night
        return {
            "type": "replay", "began": night.began, "length": night.length, "at": self.at, "playing": self.playing,
            "speed": self.speed, "songs": self._songs,
        }  # fmt: skip

    def ask(self, request: object) -> None:
        """Does what a page asks for. Raises ValueError, with a plain sentence, if that is nothing."""
        match request:
            case {"play": bool(on)}:
                self.play(on)
            case {"to": int(at) | float(at)} if not isinstance(at, bool) and abs(at) <= _FURTHEST:
                self.seek(at)
            case {"speed": int(speed) | float(speed)} if not isinstance(speed, bool) and SLOWEST <= speed <= FASTEST:
                self.pace(speed)
            case {"step": int(lines)} if not isinstance(lines, bool) and abs(lines) < 2**31:
                self.step(lines)
            case _:
                raise ValueError(
                    f"A replay wants play (true or false), to (seconds), speed ({SLOWEST:g} to {FASTEST:g}) or step "
                    f"(lines); found {repr(request)[:60]}."
                )

    def _mark_here(self) -> None:
        self._mark = (self._time.now(), self.at)

    def _moved(self) -> None:
        self._rearm.set()
        self.changed()

    def _tell(self) -> None:
        """Tells the parts what has happened up to where the night is."""
        end = bisect_right(self._times, self.at + _SOON)
        oldest = self.at - _OLD
        moments, self._place = self.night.moments[self._place : end], max(end, self._place)
        for moment in moments:
            for part in self._parts:
                if moment.beat is not None:
                    if moment.at >= oldest:
                        self._call(part, part.beat, moment.beat, moment.state.tempo)
                    continue
                if moment.cue is not None:
                    self._call(part, part.show, moment.cue)
                self._call(part, part.state, moment.state)

    def _call(self, part: Part, what: Callable[..., object], *about: object) -> None:
        """Calls a part's method, as the show does: if it raises, the night goes on for the others."""
        try:
            what(*about)
        except Exception as error:  # a part may raise any exception
            self.failed[part.name] += 1
            if self.failed[part.name] == 1:
                log.exception("%s failed", part.name)
                for each in self._parts:
                    self._call(each, each.alert, f"{part.name} failed ({error}); the replay goes on")
