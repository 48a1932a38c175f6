"""MIDI in from JACK through JACK-Client (the extra `jack`): the bytes as they were sent, and when.

RtMidi, which is used without it, waits for the end of a system exclusive message before it gives anything, and tells
the moment at which its thread was woken. A raw JACK port has each event's bytes, also of a message without its end, and
its frame; so MIDI clock is exact however late our thread runs.

One client with a port for each program that is listened to. JACK's callback only copies: it must not wait for a pipe.
"""

import gc
import os
import queue
import threading
from collections.abc import Callable, Iterable
from importlib import import_module
from time import monotonic, sleep
from typing import Any

from stagelyric.gear.midi.wire import NAME, SERVER_GONE, VIRTUAL

CLOCK = b"\xf8"
_SETTLING_SECONDS = 3.0
_TRIES, _BETWEEN_TRIES = 10, 0.1  # seconds
_LOOKS, _SURE = 5, 0.0001  # readings of both clocks, and how near together (seconds) one is good enough
_FRAMES = 1 << 32  # JACK's frame counter begins anew after so many

Hear = Callable[[int, bytes, float | None], None]
_Port = tuple[int, Any]  # number, JACK-Client's port


def library() -> Any | None:
    """JACK-Client's module, or None where it, or JACK's own library, is not installed."""
    try:
        return import_module("jack")
    except (ImportError, OSError):
        return None


class JackInput:
    """The same as `process.RtMidi`, by another way. Raises the library's JackOpenError where no server runs."""

    api = "jack"

    def __init__(self, jack: Any, hear: Hear) -> None:
        self._jack = jack
        self._client = jack.Client(NAME, no_start_server=True)
        self._rate = self._client.samplerate
        self._heard: queue.SimpleQueue[tuple[int, bytes, float | None]] = queue.SimpleQueue()
        self._lives: dict[str, str] = {}
        self._closing: list[tuple[float, Any]] = []
        self._ports: tuple[_Port, ...] = ((VIRTUAL, self._client.midi_inports.register("in")),)
        self._client.set_process_callback(self._process)
        # The ports of a dead server would seem to be there for ever.
        self._client.set_shutdown_callback(lambda status, reason: os._exit(SERVER_GONE))
        gc.disable()  # nothing here makes circles, and a collection would come in the middle of a block
        threading.Thread(target=self._pass_on, args=(hear,), daemon=True).start()
        self._client.activate()

    def names(self) -> list[str]:
        """The ports that play, but for our own."""
        for _ in range(_TRIES):
            try:
                found = self._client.get_ports(is_midi=True, is_output=True)
            except self._jack.JackError:  # one went while they were looked through
                continue
            return [port.name for port in found if not port.name.startswith(NAME)]
        return []

    def changed(self, names: Iterable[str]) -> set[str]:
        """Those of the open ports that are another program's by now, though of the same name."""
        found = {name for name in names if (life := self._lives.get(name)) and self._life(name) not in ("", life)}
        for name in found:
            del self._lives[name]
        return found

    def open(self, number: int, name: str) -> None:
        """Raises OSError. JACK connects only to a program that is fully up, so a new one is tried for a while."""
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
        """Only later: after a program was killed the server is busy with it for a second, and if anything is closed
        just then while the program starts again, nobody hears anything any more."""
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
        """It only listens."""

    def _life(self, name: str) -> str:
        """Tells the program that has the port from any other that had one of the same name, "" where unknown."""
        try:
            uuid: str = self._client.get_uuid_for_client_name(name.partition(":")[0])
        except self._jack.JackError:
            return ""
        return uuid

    def _process(self, frames: int) -> None:
        """On JACK's thread, once a block."""
        begun = None
        for number, port in self._ports:
            for offset, data in port.incoming_midi_events():
                message = bytes(data)
                at = None
                if message == CLOCK:  # the rest counts from when it is heard: a press can't lie in the future
                    begun = self._begun() if begun is None else begun
                    at = begun + offset / self._rate
                self._heard.put((number, message, at))

    def _begun(self) -> float:
        """When this block began, in seconds of `time.monotonic()`: what was sent at its first frame sounds from then
        on, so that a pulse later in it is told of a little before it is due."""
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
