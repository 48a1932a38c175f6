"""MIDI in: notes, controls, programs, song select and clock, from all ports or from those named.

The drivers run in a process of their own (`gear.midi.process`). It stamps each message on arrival and sends it over a
pipe to the event loop; here mido parses it, and the event goes to `emit`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from time import monotonic
from types import ModuleType
from typing import Any, TypeAlias

from stagelyric.gear.midi.ports import Ports
from stagelyric.gear.midi.stream import Stream
from stagelyric.types.events import (
    ClockPulse,
    ControlChange,
    Emit,
    Event,
    Level,
    NoteOff,
    NoteOn,
    Notice,
    ProgramChange,
    SongSelect,
    Transport,
)
from stagelyric.types.parts import Part, ignore

Message: TypeAlias = Any  # a mido message; mido has no types

BANK_MSB, BANK_LSB = 0, 32
FIRST_MODE = 120  # controls from here on are channel mode messages (all notes off, …), which a DAW sends on Stop


class Reader:
    """Converts messages to events, and keeps the state that the MIDI standard requires: each control's previous value,
    and each channel's bank.

    `ignored` counts the messages that give no event: channel modes, pressure, pitch bend, tune request and so on.
    """

    def __init__(self) -> None:
        self.ignored = 0
        self._values: dict[tuple[str, int, int], int] = {}
        self._streams: dict[str, Stream] = {}

    def read(self, at: float, port: str, packet: bytes) -> list[Event]:
        """`at`: seconds of `time.monotonic()`; `port`: the port's name.

        A packet usually holds one message, but some programs (csound on JACK) put all messages of a period into one.
        """
        found = []
        whole, left_out = self._streams.setdefault(port, Stream()).feed(packet)
        self.ignored += left_out
        for message in _mido().parse_all(b"".join(whole)):
            make = _EVENTS.get(message.type)
            event = make(self, at, port, message) if make else None
            if event is not None:
                found.append(event)
            else:
                self.ignored += 1
        return found

    def _note_on(self, at: float, port: str, message: Message) -> Event:
        if message.velocity == 0:
            return self._note_off(at, port, message)
        return NoteOn(at, f"midi {port}", port, message.channel + 1, message.note, message.velocity)

    def _note_off(self, at: float, port: str, message: Message) -> Event:
        return NoteOff(at, f"midi {port}", port, message.channel + 1, message.note)

    def _control(self, at: float, port: str, message: Message) -> Event | None:
        if message.control >= FIRST_MODE:
            return None
        key = (port, message.channel, message.control)
        previous = self._values.get(key, 0)
        self._values[key] = message.value
        return ControlChange(at, f"midi {port}", port, message.channel + 1, message.control, message.value, previous)

    def _program(self, at: float, port: str, message: Message) -> Event:
        coarse, fine = (self._values.get((port, message.channel, control)) for control in (BANK_MSB, BANK_LSB))
        bank = None if coarse is None and fine is None else (coarse or 0) * 128 + (fine or 0)
        alone = coarse if fine is None else None
        return ProgramChange(at, f"midi {port}", port, message.channel + 1, message.program, bank, alone)

    def _position(self, at: float, port: str, message: Message) -> Event:
        return Transport(at, f"midi {port}", "position", message.pos)

    def _song(self, at: float, port: str, message: Message) -> Event:
        return SongSelect(at, f"midi {port}", port, message.song)

    def _clock(self, at: float, port: str, message: Message) -> Event:
        return ClockPulse(at, f"midi {port}", port)

    def _transport(self, at: float, port: str, message: Message) -> Event:
        return Transport(at, f"midi {port}", message.type)


@cache
def _mido() -> ModuleType:
    """Imports mido, which takes 90 ms: neither before the first page is served nor during the first press."""
    return import_module("mido")


# Keys: mido's names of the messages.
_EVENTS: dict[str, Callable[[Reader, float, str, Message], Event | None]] = {
    "note_on": Reader._note_on,
    "note_off": Reader._note_off,
    "control_change": Reader._control,
    "program_change": Reader._program,
    "songpos": Reader._position,
    "song_select": Reader._song,
    "clock": Reader._clock,
    "start": Reader._transport,
    "continue": Reader._transport,
    "stop": Reader._transport,
}


class Midi(Part):
    """A part that sends events. `wanted`: parts of port names; if empty, all MIDI inputs are opened.

    A port that is missing, ambiguous, lost or back is reported by a Notice, each time once; the show goes on. If the
    driver supports it, other programs may also connect to a port called "stagelyric". `api`: alsa, jack, core or winmm;
    None takes the first that works. `poll_seconds`: how often to look for ports that appeared or vanished.
    """

    name = "midi"

    def __init__(self, wanted: Sequence[str] = (), api: str | None = None, poll_seconds: float = 1.0) -> None:
        self._wanted = tuple(wanted)
        self._api = api
        self._poll_seconds = poll_seconds
        self._ports: Ports | None = None
        self.reader = Reader()

    @property
    def ports(self) -> tuple[str, ...]:
        """The names of the ports open now, without the numbers that change."""
        return () if self._ports is None else self._ports.names

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        """Returns at once; the ports open in the background."""

        def hear(at: float, port: str, packet: bytes) -> None:
            for event in self.reader.read(at, port, packet):
                emit(event)

        def tell(text: str, level: Level, about: str) -> None:
            emit(Notice(monotonic(), self.name, text, level, about))

        self._ports = Ports("in", self._wanted, hear=hear, tell=tell, api=self._api, poll_seconds=self._poll_seconds)
        reading = asyncio.create_task(asyncio.to_thread(_mido))
        try:
            async with self._ports.running():
                yield
                await reading
        finally:
            self._ports = None
