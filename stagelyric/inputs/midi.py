"""MIDI in: notes, controls, programs, songs, the clock, from every port there is or from the ones named.

The drivers run in a process of their own (`midi_process`): each message is stamped there as it arrives, comes
over a pipe to the event loop, is read here by one table and handed to `emit`.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Literal

from stagelyric.events import (
    ClockPulse,
    ControlChange,
    Emit,
    Event,
    NoteOff,
    NoteOn,
    Notice,
    ProgramChange,
    SongSelect,
    Transport,
)
from stagelyric.midi_ports import Ports

BANK_MSB, BANK_LSB = 0, 32
FIRST_MODE = 120  # controls from here on are channel modes (all notes off, …): a DAW's Stop sends them


def messages(packet: bytes) -> Iterator[bytes]:
    """The messages in what a driver handed over, each with its status byte.

    Mostly it is one; but some programs (csound on JACK) put all of a period into one packet, and a clock may
    stand in the middle of another message. Sysex and the end of a message that began elsewhere are left out.
    """
    status, data = 0, b""
    for byte in packet:
        if byte >= 0xF8:  # real time
            yield bytes([byte])
            continue
        if byte >= 0x80:
            status, data = byte if _kind(byte) in _DATA else 0, b""
        elif status:
            data += bytes([byte])
        if status and len(data) == _DATA[_kind(status)]:
            yield bytes([status]) + data
            status, data = status if status < 0xF0 else 0, b""


def _kind(status: int) -> int:
    """A status byte without its channel."""
    return status if status >= 0xF0 else status & 0xF0


class Reader:
    """Turns MIDI messages into events, and remembers what the standard wants remembered: each control's value
    before, and each channel's bank.

    `ignored` counts the messages that are no event: channel modes, pressure, pitch bend, tune request and such.
    """

    def __init__(self) -> None:
        self.ignored = 0
        self._values: dict[tuple[str, int, int], int] = {}

    def read(self, at: float, port: str, packet: bytes) -> list[Event]:
        """`at`: seconds of `time.monotonic()`; `port`: the port's name."""
        events = [self._read(at, port, message) for message in messages(packet)]
        found = [event for event in events if event is not None]
        self.ignored += len(events) - len(found)
        return found

    def _read(self, at: float, port: str, message: bytes) -> Event | None:
        status = message[0]
        channel = (status & 0x0F) + 1 if status < 0xF0 else 0
        make = _EVENTS.get(_kind(status))
        return make(self, at, port, channel, *message[1:]) if make else None

    def _note_on(self, at: float, port: str, channel: int, note: int, velocity: int) -> Event:
        if velocity == 0:
            return NoteOff(at, f"midi {port}", port, channel, note)
        return NoteOn(at, f"midi {port}", port, channel, note, velocity)

    def _note_off(self, at: float, port: str, channel: int, note: int, _velocity: int) -> Event:
        return NoteOff(at, f"midi {port}", port, channel, note)

    def _control(self, at: float, port: str, channel: int, control: int, value: int) -> Event | None:
        if control >= FIRST_MODE:
            return None
        key = (port, channel, control)
        previous = self._values.get(key, 0)
        self._values[key] = value
        return ControlChange(at, f"midi {port}", port, channel, control, value, previous)

    def _program(self, at: float, port: str, channel: int, program: int) -> Event:
        return ProgramChange(at, f"midi {port}", port, channel, program, self._bank(port, channel))

    def _bank(self, port: str, channel: int) -> int | None:
        coarse, fine = self._values.get((port, channel, BANK_MSB)), self._values.get((port, channel, BANK_LSB))
        return None if coarse is None and fine is None else (coarse or 0) * 128 + (fine or 0)

    def _position(self, at: float, port: str, _channel: int, fine: int, coarse: int) -> Event:
        return Transport(at, f"midi {port}", "position", coarse * 128 + fine)

    def _song(self, at: float, port: str, _channel: int, song: int) -> Event:
        return SongSelect(at, f"midi {port}", port, song)

    def _clock(self, at: float, port: str, _channel: int) -> Event:
        return ClockPulse(at, f"midi {port}", port)

    def _start(self, at: float, port: str, _channel: int) -> Event:
        return Transport(at, f"midi {port}", "start")

    def _continue(self, at: float, port: str, _channel: int) -> Event:
        return Transport(at, f"midi {port}", "continue")

    def _stop(self, at: float, port: str, _channel: int) -> Event:
        return Transport(at, f"midi {port}", "stop")


Make = Callable[..., Event | None]

# The MIDI standard as far as it is needed here: how many data bytes follow a status byte (without its channel) …
_DATA = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2, 0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}
# … and which messages are events.
_EVENTS: dict[int, Make] = {
    0x80: Reader._note_off,
    0x90: Reader._note_on,
    0xB0: Reader._control,
    0xC0: Reader._program,
    0xF2: Reader._position,
    0xF3: Reader._song,
    0xF8: Reader._clock,
    0xFA: Reader._start,
    0xFB: Reader._continue,
    0xFC: Reader._stop,
}


class Midi:
    """An Input: `wanted` are parts of port names; with none, every MIDI input there is.

    A port that is missing, ambiguous, lost or back is told by a Notice, each time once; the show goes on.
    Where the driver can, other programs may also connect to a port called "stagelyric".
    `api`: alsa, jack, core or winmm; None takes the first that works. `poll_seconds`: how often to look for
    ports that came or went.
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
        """The ports open now, by their names without numbers that change."""
        return () if self._ports is None else self._ports.names

    @asynccontextmanager
    async def listen(self, emit: Emit) -> AsyncIterator[None]:
        """Comes back at once: the ports open in the background."""

        def hear(at: float, port: str, packet: bytes) -> None:
            for event in self.reader.read(at, port, packet):
                emit(event)

        def tell(text: str, level: Literal["info", "warning"]) -> None:
            emit(Notice(monotonic(), self.name, text, level))

        self._ports = Ports("in", self._wanted, hear=hear, tell=tell, api=self._api, poll_seconds=self._poll_seconds)
        try:
            async with self._ports.running():
                yield
        finally:
            self._ports = None
