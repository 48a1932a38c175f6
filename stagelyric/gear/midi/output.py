"""MIDI out: lamps on the pedal board or controller that show the show's state."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Literal

from stagelyric.gear.midi.ports import Ports
from stagelyric.types.events import Emit, Level, Notice
from stagelyric.types.lines import Cue, State
from stagelyric.types.parts import Part, ignore


@dataclass(frozen=True, slots=True)
class Lamp:
    """A note or a control that switches a lamp. `channel` 1-16; `number`, `on` and `off` 0-127.

    A note is switched off by a note-off; a control by the value `off`.
    """

    kind: Literal["note", "control"]
    number: int
    channel: int = 16
    on: int = 127
    off: int = 0

    def message(self, lit: bool) -> bytes:
        value = self.on if lit else self.off
        status = 0xB0 if self.kind == "control" else 0x90 if lit else 0x80
        return bytes([status | (self.channel - 1), self.number, value])


@dataclass(frozen=True, slots=True)
class Lights:
    """The lamps, and when they are lit.

    `line`: a line is up. `low`: fewer than `low_lines` lines are ready. `error`: something was lost; lit for
    `error_seconds`. A lamp that is None is not used.

    By default they are the controls 102, 103 and 104 on channel 16, which the standard leaves undefined, so that a
    synthesizer that receives them makes no sound.
    """

    line: Lamp | None = Lamp("control", 102)
    low: Lamp | None = Lamp("control", 103)
    error: Lamp | None = Lamp("control", 104)
    low_lines: int = 8
    error_seconds: float = 5.0


class MidiOut(Part):
    """The part that switches the lamps. `wanted`: parts of the names of MIDI outputs; the lamps of a port that is back
    are set again.

    It emits only a Notice when a port is missing, lost or back. If the driver supports it, other programs may also
    connect to a port called "stagelyric-out". Nothing here waits for a driver: messages go through a pipe to the
    process that holds the ports. At the end all lamps are switched off. `api`: alsa, jack, core or winmm; None takes
    the first that works. `poll_seconds`: how often to look for ports that appeared or vanished.
    """

    name = "midi out"

    def __init__(
        self,
        wanted: Sequence[str],
        lights: Lights | None = None,
        *,
        api: str | None = None,
        poll_seconds: float = 1.0,
    ) -> None:
        self._lights = lights or Lights()
        self._lit: dict[Lamp, bool] = {}
        self._error_over: asyncio.TimerHandle | None = None
        self._emit: Emit = lambda event: None
        self._ports = Ports(
            "out",
            wanted,
            tell=self._tell,
            opened=self._send_all,
            api=api,
            poll_seconds=poll_seconds,
            everything=False,
        )

    @property
    def ports(self) -> tuple[str, ...]:
        """The names of the ports open now, without the numbers that change."""
        return self._ports.names

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        self._emit = emit  # for notices about ports
        async with self._ports.running():
            try:
                yield
            finally:
                self._emit = ignore
                if self._error_over is not None:
                    self._error_over.cancel()
                for lamp in list(self._lit):
                    self._light(lamp, False)

    def show(self, cue: Cue) -> None:
        self._light(self._lights.line, cue.line is not None)

    def state(self, state: State) -> None:
        self._light(self._lights.line, bool(state.line) and not state.cleared)
        self._light(self._lights.low, state.ready < self._lights.low_lines)

    def alert(self, text: str, level: Level = "warning") -> None:
        if level != "warning":
            return
        if self._error_over is not None:
            self._error_over.cancel()
        self._light(self._lights.error, True)
        loop = asyncio.get_running_loop()
        self._error_over = loop.call_later(self._lights.error_seconds, self._light, self._lights.error, False)

    def _tell(self, text: str, level: Level, about: str) -> None:
        self._emit(Notice(monotonic(), self.name, text, level, about))

    def _light(self, lamp: Lamp | None, lit: bool) -> None:
        if lamp is not None and self._lit.get(lamp, False) != lit:
            self._lit[lamp] = lit
            self._ports.send(lamp.message(lit))

    def _send_all(self) -> None:
        """Sends every lamp's state, for a port that has just opened."""
        for lamp, lit in self._lit.items():
            self._ports.send(lamp.message(lit))
