"""AbletonOSC as its documentation has it, with a set of its own: a fake, since Live can't be had here.

It answers under the address that it was asked at, to the sender's machine and a port of its own choice; listeners are
told at once of the present value, and then of each change. Booleans go out as T and F, an empty slot's name as N.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pythonosc.osc_message import OscMessage

from stagelyric.testing.play import packet
from stagelyric.testing.ports import free_port


class Ableton(asyncio.DatagramProtocol):
    """`scenes`: names; `tracks`: for each name its clips' names, None for an empty slot."""

    def __init__(self, port: int, answers: int, scenes: list[str], tracks: dict[str, list[str | None]]) -> None:
        self.port, self.answers = port, answers
        self.scenes, self.tracks = scenes, tracks
        self.playing = [-1] * len(tracks)
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self._listeners: set[tuple[str, int]] = set()
        self._to: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Ableton"]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.port))
        self._transport = transport
        try:
            yield self
        finally:
            transport.close()
            self._transport, self._to = None, None
            self._listeners.clear()

    def launch(self, scene: int, *, waits: bool = True) -> None:
        """`waits` False: no quantisation, so that the scene never waits."""
        if waits:
            self._tell("scene/is_triggered", scene, True)
            self._tell("scene/is_triggered", scene, False)
        for track, clips in enumerate(self.tracks.values()):
            self._play(track, scene if clips[scene] is not None else -1)

    def launch_clip(self, track: int, slot: int) -> None:
        self._play(track, slot)

    def call_off(self, scene: int, then: int) -> None:
        """A scene that still waits gives way to another, which begins."""
        self._tell("scene/is_triggered", scene, True)
        self._tell("scene/is_triggered", then, True)
        self._tell("scene/is_triggered", scene, False)

    def begin(self, scene: int) -> None:
        self._tell("scene/is_triggered", scene, False)

    def rename(self, scene: int, name: str) -> None:
        self.scenes[scene] = name
        self._tell("scene/name", scene, name)

    def send(self, address: str, *arguments: Any) -> None:
        if self._transport is not None and self._to is not None:
            self._transport.sendto(packet(address, *arguments), self._to)

    def datagram_received(self, data: bytes, sender: Any) -> None:
        self._to = (sender[0], self.answers)
        message = OscMessage(data)
        self.asked.append((message.address, tuple(message.params)))
        names = list(self.tracks.values())
        match [*message.address.split("/")[2:], *message.params]:
            case ["song", "get", "num_scenes"]:
                self.send(message.address, len(self.scenes))
            case ["song", "get", "track_names"]:
                self.send(message.address, *self.tracks)
            case ["track", "get", "clips", "name", int(track)]:
                self.send(message.address, track, *names[track])
            case ["clip", "get", "name", int(track), int(slot)]:
                self.send(message.address, track, slot, names[track][slot])
            case ["track", "start_listen", "playing_slot_index", "*"]:
                for track, slot in enumerate(self.playing):
                    self._listen("track/playing_slot_index", track, slot)
            case ["scene", "start_listen", "name", int(scene)]:
                self._listen("scene/name", scene, self.scenes[scene])
            case ["scene", "start_listen", "is_triggered", int(scene)]:
                self._listen("scene/is_triggered", scene, False)
            case _:
                raise AssertionError(f"AbletonOSC has no {message.address} {message.params}")

    def _listen(self, what: str, index: int, value: Any) -> None:
        self._listeners.add((what, index))
        self._tell(what, index, value)

    def _tell(self, what: str, index: int, value: Any) -> None:
        if (what, index) in self._listeners:
            of, _, named = what.partition("/")
            self.send(f"/live/{of}/get/{named}", index, value)

    def _play(self, track: int, slot: int) -> None:
        if self.playing[track] != slot:  # as Live does: what plays already tells nothing
            self.playing[track] = slot
            self._tell("track/playing_slot_index", track, slot)


def ableton(scenes: list[str], tracks: dict[str, list[str | None]]) -> Ableton:
    """On free ports."""
    return Ableton(free_port(), free_port(), scenes, tracks)
