"""MIDI in from JACK through JACK-Client (the extra `jack`): each message's bytes as sent, with its exact time.

Without it RtMidi is used, which waits for the end of a system exclusive message before it delivers anything, and
reports the time at which its thread was woken. A raw JACK port has each event's bytes, even of an unfinished message,
and its frame; so MIDI clock is exact however late our thread runs.

There is one client, with one port for each program that we listen to. JACK's callback only copies, since it must not
wait for a pipe.
"""

import gc
import os
import queue
import threading
from collections.abc import Callable, Iterable
from importlib import import_module
from time import monotonic, sleep
from types import ModuleType
from typing import Any, TypeAlias

from stagelyric.gear.midi.wire import NAME, SERVER_GONE, VIRTUAL

CLOCK = b"\xf8"
_SETTLING_SECONDS = 3.0
_TRIES, _BETWEEN_TRIES = 10, 0.1  # a number, and seconds
_LOOKS, _SURE = 5, 0.0001  # the most readings of both clocks, and the duration of one (seconds) that is short enough
_FRAMES = 1 << 32  # JACK's frame counter wraps around at this value

Hear = Callable[[int, bytes, float | None], None]
JackPort: TypeAlias = Any  # JACK-Client's port; the library has no types
_Port = tuple[int, JackPort]  # number, port


def library() -> ModuleType | None:
    """JACK-Client's module, or None if it or JACK's own library is not installed."""
    try:
        return import_module("jack")
    except (ImportError, OSError):
        return None


class JackInput:
    """The same as `process.RtMidi`, for JACK alone. Raises the library's JackOpenError if no server runs."""

    api = "jack"

    def __init__(self, jack: ModuleType, hear: Hear) -> None:
        self._jack = jack
        self._client = jack.Client(NAME, no_start_server=True)
        self._rate = self._client.samplerate
        self._heard: queue.SimpleQueue[tuple[int, bytes, float | None]] = queue.SimpleQueue()
        self._lives: dict[str, str] = {}
        self._closing: list[tuple[float, JackPort]] = []
        self._ports: tuple[_Port, ...] = ((VIRTUAL, self._client.midi_inports.register("in")),)
        self._client.set_process_callback(self._process)
        # The ports of a dead server would seem to exist for ever, so this process ends with it.
        self._client.set_shutdown_callback(lambda status, reason: os._exit(SERVER_GONE))
        gc.disable()  # nothing here makes reference cycles, and a collection could run in the middle of a block
        threading.Thread(target=self._pass_on, args=(hear,), daemon=True).start()
        self._client.activate()

    def names(self) -> list[str]:
        """The ports that send MIDI, except our own."""
        for _ in range(_TRIES):
            try:
                found = self._client.get_ports(is_midi=True, is_output=True)
            except self._jack.JackError:  # a port vanished during the listing
                continue
            return [port.name for port in found if not port.name.startswith(NAME)]
        return []

    def changed(self, names: Iterable[str]) -> set[str]:
        """Those of the open ports that now belong to another program with the same name."""
        found = {name for name in names if (life := self._lives.get(name)) and self._life(name) not in ("", life)}
        for name in found:
            del self._lives[name]
        return found

    def open(self, number: int, name: str) -> None:
        """Connects to a port. Raises OSError. JACK connects only to a program that is fully started, so this is retried
        for a while."""
        own = self._client.midi_inports.register(f"{name.rpartition(':')[2][:24]}-{number}")
        for _ in range(_TRIES):
            try:
                self._client.connect(name, own)
                if any(port.name == name for port in own.connections):
                    self._lives[name] = self._life(name)
                    self._ports = (*self._ports, (number, own))
                    return
            except self._jack.JackError:
                pass
            sleep(_BETWEEN_TRIES)
        own.unregister()
        raise OSError("it takes no connection")

    def close(self, number: int) -> None:
        """Closes the port later: after a program was killed the JACK server is busy with it for a second, and if
        anything is closed then while the program starts again, nobody receives anything any more."""
        for its, port in self._ports:
            if its == number:
                self._closing.append((monotonic() + _SETTLING_SECONDS, port))
        self._ports = tuple(pair for pair in self._ports if pair[0] != number)

    def close_due(self) -> None:
        while self._closing and self._closing[0][0] <= monotonic():
            self._closing.pop(0)[1].unregister()

    def close_all(self) -> None:
        self._client.deactivate()
        self._client.close()

    def send(self, number: int, message: bytes) -> None:
        """Does nothing: this client only listens."""

    def _life(self, name: str) -> str:
        """An identifier of the program that owns the port, which differs for a later program of the same name; "" if
        unknown."""
        try:
            uuid: str = self._client.get_uuid_for_client_name(name.partition(":")[0])
        except self._jack.JackError:
            return ""
        return uuid

    def _process(self, frames: int) -> None:
        """Runs on JACK's thread, once per block."""
        begun = None
        for number, port in self._ports:
            for offset, data in port.incoming_midi_events():
                message = bytes(data)
                at = None
                # other messages get the time at which they are read: a press can't lie in the future
                if message == CLOCK:
                    begun = self._begun() if begun is None else begun
                    at = begun + offset / self._rate
                self._heard.put((number, message, at))

    def _begun(self) -> float:
        """When this block began, in seconds of `time.monotonic()`. What was sent at the block's first frame sounds from
        then on, so a pulse later in the block is reported a little before it is due."""
        first = self._client.last_frame_time
        best, span = 0.0, float("inf")
        for _ in range(_LOOKS):
            before = monotonic()
            frame = self._client.frame_time
            after = monotonic()
            if after - before < span:
                span = after - before
                since = (frame - first + _FRAMES // 2) % _FRAMES - _FRAMES // 2
                best = (before + after) / 2 - since / self._rate
            if span < _SURE:
                break
        return best

    def _pass_on(self, hear: Hear) -> None:
        while True:
            hear(*self._heard.get())
