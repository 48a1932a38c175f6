"""MIDI ports that appear and vanish: decides which to have open, and what to tell people about them.

The drivers live in `process`; this is its other end. Nothing here blocks the event loop.
"""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from stagelyric.gear.midi.wire import HEARD, NAME, SENT, SERVER_GONE, VIRTUAL
from stagelyric.types.child import Child, End
from stagelyric.types.devices import DeviceError, find, plain
from stagelyric.types.events import Level
from stagelyric.types.extras import how_to_get
from stagelyric.types.json import JsonObject
from stagelyric.types.process import command, isolated_environment
from stagelyric.types.program import typed

Hear = Callable[[float, str, bytes], None]
Tell = Callable[[str, Level, str], None]
"""Gets a text, its level, and the subject: a warning lasts until good news of the same subject comes."""

_Frame = tuple[float, int, bytes]  # at, number, body

_SILENT_SECONDS = 10.0  # seconds without a report after which the driver process counts as hung and is replaced
_ENDING_SECONDS = 3.0
_LONGEST_PAUSE = 30.0
_NONE_WORKS = "no MIDI driver works here" + (
    "; `modprobe snd-seq` brings ALSA's, or start a JACK server" if sys.platform == "linux" else ""
)
NOT_INSTALLED = "no MIDI driver is installed"
_ELSE = "keys and OSC are heard; MIDI is too, once a driver works here"
_INSTALL = how_to_get("midi")


@dataclass(frozen=True, slots=True)
class Listing:
    """The result of `list_ports`; `problem` says why it is empty; `apis`: those that the binding was built with."""

    binding: str | None = None
    api: str | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    problem: str | None = None
    apis: tuple[str, ...] = ()


def list_ports(seconds: float = 5.0) -> Listing:
    """The MIDI ports that exist now. Blocks for up to `seconds`; never raises."""
    try:
        done = subprocess.run(
            _command("list", None, 0), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
            env=isolated_environment(), timeout=seconds,
        )  # fmt: skip
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return Listing(problem=f"the MIDI driver did not answer within {seconds:g} s")
    except OSError as error:
        return Listing(problem=f"the MIDI driver's process does not start: {error}")
    except ValueError:
        return Listing(problem=f"the MIDI driver failed: it ended the process that asked it ({_how_it_ended(done)})")
    problem = found["problem"]
    if found["binding"] is None:
        problem = f"{NOT_INSTALLED}: {_INSTALL}"
    elif problem:
        problem = f"{_NONE_WORKS} ({problem})"
    return Listing(
        found["binding"], found["api"], tuple(found["inputs"]), tuple(found["outputs"]), problem, tuple(found["apis"])
    )


@dataclass(slots=True)
class Roster:
    """Decides which ports to open. Pure: names come in; orders are returned and messages passed to `tell`.

    `wanted`: parts of names, each of which must match one port; `everything`: if nothing is wanted, take all ports
    except ALSA's "Midi Through", which returns what others (or we) send to it.
    """

    wanted: Sequence[str]
    kind: str
    tell: Tell
    everything: bool = True
    numbers: dict[str, int] = field(default_factory=dict)  # the ports ordered to be opened, by full name
    heard: set[int] = field(default_factory=set)  # the numbers of those that are open
    _fresh: "count[int]" = field(default_factory=lambda: count(VIRTUAL + 1))
    _lost: set[str] = field(default_factory=set)
    _failures: dict[str, int] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)

    @property
    def open_names(self) -> tuple[str, ...]:
        return tuple(plain(name) for name, number in self.numbers.items() if number in self.heard)

    def update(self, names: Sequence[str]) -> list[JsonObject]:
        """The orders that open and close ports so that they match the names that exist now."""
        target = self._choose(names)
        closing = [name for name in self.numbers if name not in target]
        opening = [name for name in target if name not in self.numbers]
        orders: list[JsonObject] = [self._close(name) for name in closing]
        for name in opening:
            self.numbers[name] = next(self._fresh)
            orders.append({"open": [self.numbers[name], name]})
        return orders

    def lose_all(self) -> None:
        """The driver is gone, and all ports with it."""
        for name in list(self.numbers):
            self._close(name)

    def opened(self, number: int) -> None:
        name = self._name(number)
        if name is None:
            return
        self.heard.add(number)
        self._failures.pop(name, None)
        back = plain(name) in self._lost
        self._lost.discard(plain(name))
        self.tell(f'{self.kind} "{plain(name)}" is {"back" if back else "open"}', "info", self._about(name))

    def failed(self, number: int, why: str) -> None:
        """A port could not be opened. The next update tries again; only the second failure is reported, since the
        program may still be starting."""
        name = self._name(number)
        if name is None:
            return
        del self.numbers[name]
        self._failures[name] = self._failures.get(name, 0) + 1
        if self._failures[name] == 2:
            text = f'{self.kind} "{plain(name)}" does not open, perhaps another program holds it: {why}'
            self.tell(text, "warning", self._about(name))

    def _choose(self, names: Sequence[str]) -> list[str]:
        if not self.wanted:
            return [name for name in names if self.everything and "midi through" not in name.casefold()]
        chosen = []
        for wanted in self.wanted:
            try:
                chosen.append(find(wanted, names, self.kind))
                self._told.pop(wanted, None)
            except DeviceError as error:
                self._say_once(wanted, str(error))
        return list(dict.fromkeys(chosen))

    def _say_once(self, wanted: str, text: str) -> None:
        if "ambiguous" not in text:
            known = (*self._lost, *self.numbers)
            if wanted in self._told or any(wanted.casefold() in name.casefold() for name in known):
                return  # its loss has been reported already, or is about to be
            text += " (it is taken up when it comes)"
        if self._told.get(wanted) != text:
            self._told[wanted] = text
            self.tell(text, "warning", f"{self.kind} {wanted}")

    def _close(self, name: str) -> JsonObject:
        number = self.numbers.pop(name)
        if number in self.heard:
            self.heard.discard(number)
            self._lost.add(plain(name))
            text = f'{self.kind} "{plain(name)}" is gone; it is taken up again when it is back'
            self.tell(text, "warning", self._about(name))
        return {"close": number}

    def _about(self, name: str) -> str:
        """The subject of what is told about a port: as it is wanted, so that one that was missing, opened or lost is
        one subject; its own name where every port is taken."""
        wanted = next((wanted for wanted in self.wanted if wanted.casefold() in name.casefold()), plain(name))
        return f"{self.kind} {wanted}"

    def _name(self, number: int) -> str | None:
        return next((name for name, its in self.numbers.items() if its == number), None)


class Ports:
    """The ports of one direction. `hear(at, port, message)` and `tell` run on the event loop's thread.

    `port` is the port's name without the numbers that change; `api`: alsa, jack, core, winmm, or None for the first
    that works; `poll_seconds`: how often the drivers are asked which ports exist.
    """

    def __init__(
        self,
        direction: Literal["in", "out"],
        wanted: Sequence[str],
        *,
        tell: Tell,
        hear: Hear | None = None,
        opened: Callable[[], None] | None = None,
        api: str | None = None,
        poll_seconds: float = 1.0,
        everything: bool = True,
    ) -> None:
        self._direction = direction
        self._api = api
        self._poll_seconds = poll_seconds
        self._tell = tell
        self._hear = hear or (lambda at, port, message: None)
        self._opened = opened or (lambda: None)
        self._roster = Roster(tuple(wanted), f"MIDI {direction}put", tell, everything)
        self._names: dict[int, str] = {}
        poll, silent = self._poll_seconds, self._poll_seconds + _SILENT_SECONDS
        self._child = Child(
            lambda: _command(self._direction, self._api, poll), _Frames(), hear=self._heard, lost=self._lost,
            alive=lambda frame: frame[1] == 0, starting=silent, silence=silent, pauses=_pauses(poll), after_use=1,
            ending=_ENDING_SECONDS, environment=isolated_environment(),
        )  # fmt: skip
        self._problem = ""
        self._subject = f"MIDI {direction}put"
        self._missing = False
        self._counted_on = bool(wanted)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the open ports, except the one that other programs connect to."""
        return self._roster.open_names

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Returns at once; the ports open in the background."""
        async with self._child.running(f"midi {self._direction}"):
            yield

    def send(self, message: bytes) -> None:
        """Sends a message to every open port; never waits. Before the drivers are up it is dropped."""
        for number in (VIRTUAL, *self._roster.heard):
            self._child.send((0.0, number, message))

    def _lost(self, end: End) -> None:
        self._names.clear()
        self._roster.lose_all()
        if self._missing:
            self._child.give_up()  # the MIDI library is missing, so a restart would not help
        elif end.status is None:
            self._say(f"MIDI is off: its process does not start ({end.how})")
        elif not end.spoke:
            self._say(f"MIDI is off: its driver does not start (status {end.status})")
        elif end.status != SERVER_GONE:  # if the server is gone, the process that is started next reports it
            self._say(f"the MIDI {self._direction}put's process {end.how}; it is started anew")
        if end.status == SERVER_GONE or end.seconds > _SILENT_SECONDS:
            self._child.well()

    def _heard(self, frame: _Frame) -> None:
        at, number, body = frame
        if number:
            self._hear(at, self._names.get(number, NAME), body)
        else:
            self._report(json.loads(body))

    def _report(self, report: JsonObject) -> None:
        if "names" in report:
            if self._problem:
                self._tell(f"MIDI {self._direction}put is there now ({report['api']})", "info", self._subject)
            self._problem = ""
            for order in self._roster.update(report["names"]):
                self._order(order)
        elif "opened" in report:
            self._roster.opened(report["opened"])
            self._opened()
        elif "failed" in report:
            self._roster.failed(report["failed"], report["why"])
        elif "missing" in report:
            self._missing = True
            self._say(f"MIDI is off: no driver is installed ({_INSTALL})")
        elif "problem" in report:
            if self._counted_on:
                self._say(f"MIDI is off: {_NONE_WORKS} (more: {typed('doctor')})")
            else:  # many machines have none, and it was not asked for
                self._say(f"{_ELSE} (more: {typed('doctor')})", "info")

    def _order(self, order: JsonObject) -> None:
        if "open" in order:
            number, name = order["open"]
            self._names[number] = plain(name)
        self._child.send((0.0, 0, json.dumps(order).encode()))

    def _say(self, text: str, level: Literal["info", "warning"] = "warning") -> None:
        if text != self._problem:
            self._problem = text
            self._tell(text, level, self._subject)


def _pauses(first: float) -> list[float]:
    """Seconds before each start: none before the first, then doubling from one start to the next."""
    pauses = [0.0, first]
    while pauses[-1] < _LONGEST_PAUSE:
        pauses.append(min(2 * pauses[-1], _LONGEST_PAUSE))
    return pauses


class _Frames:
    """The driver process's message format, both ways: (at, number, body), with `at` 0.0 for what is sent."""

    def pack(self, order: _Frame) -> bytes:
        _, number, body = order
        return SENT.pack(number, len(body)) + body

    def unpack(self, data: bytes) -> tuple[list[_Frame], bytes]:
        frames: list[_Frame] = []
        start = 0
        while len(data) - start >= HEARD.size:
            at, number, length = HEARD.unpack_from(data, start)
            end = start + HEARD.size + length
            if len(data) < end:
                break
            frames.append((at, number, data[start + HEARD.size : end]))
            start = end
        return frames, data[start:]


def _how_it_ended(done: "subprocess.CompletedProcess[bytes]") -> str:
    return f"signal {-done.returncode}" if done.returncode < 0 else f"status {done.returncode}"


def _command(direction: str, api: str | None, poll_seconds: float) -> list[str]:
    return command("stagelyric.gear.midi.process", direction, api or "", str(poll_seconds), isolated=True)
