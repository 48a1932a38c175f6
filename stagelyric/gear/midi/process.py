"""The MIDI drivers in a process of their own: MODULE of `types.process`, with the arguments in|out|list, API, seconds.

A driver may hang while it lists, opens or closes a port, it may write to standard error, and JACK's library ends the
whole process when a port is closed after its server died. In a separate process that does no harm: `ports` starts
another one. All decisions are made at the other end; this process only carries out orders.

Up the pipe (see `types.process`) go frames of HEARD and a body: number 0 is a report in JSON, VIRTUAL and above a MIDI
message from the port with that number. Down (standard input) come frames of SENT and a body: number 0 is an order in
JSON (`{"open": [number, name]}` or `{"close": number}`), others are a MIDI message for that port. The process ends when
its standard input is closed.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import BinaryIO, NoReturn, Protocol

from stagelyric.gear.midi import jack_input
from stagelyric.gear.midi.rtmidi_ports import Binding, RtMidi, plainly
from stagelyric.gear.midi.wire import SENT, Pipe

_LEAVING_SECONDS = 1.0


class Driver(Protocol):
    """The ports of one direction on one API. Its methods raise OSError, or the library's own exceptions."""

    api: str

    def names(self) -> list[str]:
        """All ports except our own."""
        ...

    def changed(self, names: Iterable[str]) -> set[str]:
        """Those of the open ports that now belong to another program with the same name."""
        ...

    def open(self, number: int, name: str) -> None: ...

    def close(self, number: int) -> None: ...

    def close_due(self) -> None:
        """Closes the ports whose closing was put off."""
        ...

    def close_all(self) -> None: ...

    def send(self, number: int, message: bytes) -> None: ...


def connect(binding: Binding, direction: str, wanted: str | None, pipe: Pipe) -> Driver:
    """The first API that works (or the one `wanted`), with its virtual port open. Raises OSError with each API's
    error."""
    answers = []
    for number in binding.apis():
        name = binding.api_name(number)
        if name == "dummy" or wanted not in (None, name):
            continue
        try:
            if name == "jack" and direction == "in" and (library := jack_input.library()):
                return jack_input.JackInput(library, pipe.hear)
            return RtMidi(binding, direction, number, pipe.hear)
        except Exception as error:  # each binding has its own exceptions, whose only common class is Exception
            answers.append(f"{name}: {plainly(error)}")
    raise OSError("; ".join(answers) or f"there is no MIDI driver {wanted or ''}".rstrip())


class Process:
    """Reports which ports exist, every `poll_seconds`, and carries out orders."""

    def __init__(self, begin: Callable[[], Driver], pipe: Pipe, poll_seconds: float) -> None:
        self._begin, self._pipe, self._poll_seconds = begin, pipe, poll_seconds
        self.driver: Driver | None = None

    def run(self, stdin: BinaryIO) -> None:
        orders: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(stdin, orders.put), daemon=True).start()
        look_at = 0.0
        while True:
            try:
                order = orders.get(timeout=max(0.0, look_at - monotonic()))
            except queue.Empty:
                look_at = monotonic() + self._poll_seconds
                self._look()
                continue
            if order is None:
                return
            if self.driver is not None:
                self._obey(self.driver, *order)

    def _look(self) -> None:
        try:
            if self.driver is None:
                self.driver = self._begin()
        except OSError as error:
            self._pipe.report(problem=str(error))
            return
        driver = self.driver
        driver.close_due()
        names = driver.names()
        # some vanished and others of the same names came: report first the loss, then the new ones
        if changed := driver.changed(names):
            self._pipe.report(names=[name for name in names if name not in changed], api=driver.api)
        self._pipe.report(names=names, api=driver.api)

    def _obey(self, driver: Driver, number: int, body: bytes) -> None:
        if number:
            driver.send(number, body)
            return
        order = json.loads(body)
        if "close" in order:
            driver.close(order["close"])
            return
        number, name = order["open"]
        try:
            driver.open(number, name)
        except Exception as error:  # gone again, or held by another program: the error is reported whatever it is
            self._pipe.report(failed=number, why=str(error))
        else:
            self._pipe.report(opened=number)


def _read(stdin: BinaryIO, put: Callable[[tuple[int, bytes] | None], None]) -> None:
    while len(head := stdin.read(SENT.size)) == SENT.size:
        number, length = SENT.unpack(head)
        put((number, stdin.read(length)))
    put(None)


def listing(pipe: Pipe) -> dict[str, object]:
    """The inputs and outputs that exist, by the first API that works."""
    found: dict[str, object] = {
        "binding": None, "apis": [], "api": None, "inputs": [], "outputs": [], "problem": None,
    }  # fmt: skip
    try:
        binding = Binding()
        found["binding"] = binding.name
        found["apis"] = [binding.api_name(api) for api in binding.apis()]
        for direction in ("in", "out"):
            driver = connect(binding, direction, None, pipe)
            found["api"] = driver.api
            found[f"{direction}puts"] = driver.names()
            driver.close_all()
    except (ImportError, OSError) as error:
        found["problem"] = str(error)
    return found


def main(descriptor: int) -> NoReturn:
    direction, api, poll_seconds = sys.argv[1], sys.argv[2] or None, float(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which then closes our input
    os.environ["JACK_NO_START_SERVER"] = "1"
    pipe = Pipe(descriptor)
    if direction == "list":
        with open(os.devnull, "wb") as nowhere:
            found = listing(Pipe(nowhere.fileno()))
        os.write(descriptor, json.dumps(found).encode())
        os._exit(0)
    try:
        binding = Binding()
    except ImportError as error:
        pipe.report(missing=str(error))
        os._exit(0)
    process = Process(lambda: connect(binding, direction, api, pipe), pipe, poll_seconds)
    process.run(sys.stdin.buffer)
    if process.driver is not None:
        closing = threading.Thread(target=process.driver.close_all, daemon=True)
        closing.start()
        closing.join(_LEAVING_SECONDS)
    os._exit(0)  # skips the interpreter's shutdown, since drivers may still be calling back
