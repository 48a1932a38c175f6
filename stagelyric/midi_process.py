"""The MIDI drivers, in a process of their own: `python -m stagelyric.midi_process in|out|list [API]`.

A driver may hang while it lists, opens or closes a port, it writes to standard error as it likes, and JACK's
library takes the whole process down when a port is closed after its server died. Here that costs nothing:
`midi_ports` starts another one. Its other end also holds all the judgement; this side obeys.

Up the pipe (standard output) go frames of HEARD and a body: number 0 a report in JSON, VIRTUAL and above a MIDI
message from the port with that number. Down (standard input) come frames of SENT and a body: number 0 an order
in JSON (`{"open": [number, name]}` or `{"close": number}`), others a MIDI message for that port.
The end of standard input is the end of the process.
"""

import ctypes
import json
import os
import queue
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from struct import Struct
from time import monotonic
from typing import Any, BinaryIO, NoReturn

HEARD = Struct("<dHH")  # at (seconds of time.monotonic(), the same clock for every process), number, length
SENT = Struct("<HH")  # number, length
VIRTUAL = 1  # the number of the port that other programs connect to
NAME = "stagelyric"  # what other programs see; ports that begin with it are our own

SERVER_GONE = 3  # the exit status where JACK's server died
_CLOSING_SECONDS = 1.0
_WHERE = re.compile(r"^\w+::\w+: ")  # RtMidi's messages begin with the function they come from


class Binding:
    """python-rtmidi, or supriya-midi where that has no wheel: both bind RtMidi and differ in three places."""

    def __init__(self) -> None:
        try:
            self._module: Any = import_module("rtmidi")
            self.apis: Callable[[], Iterable[int]] = self._module.get_compiled_api
        except ImportError:
            self._module = import_module("supriya_midi")
            self.apis = self._module.get_compiled_apis
        self.name: str = self._module.__name__

    def api_name(self, api: int) -> str:
        """RtMidi's own short name: alsa, jack, core, winmm."""
        name: str = self._module.get_api_name(api)
        return name

    def client(self, direction: str, api: int, name: str) -> Any:
        return (self._module.MidiIn if direction == "in" else self._module.MidiOut)(api, name)

    def listen(self, client: Any, heard: Callable[[Sequence[int]], None]) -> None:
        if self.name == "rtmidi":
            client.set_callback(lambda event, _: heard(event[0]))
        else:
            client.set_callback(lambda message, _delta, _data: heard(message))
        client.ignore_types(sysex=True, timing=False, active_sense=True)


class Drivers:
    """The ports of one direction, on the first API that works (or on the one named)."""

    def __init__(self, binding: Binding, direction: str, api: str | None, pipe: int) -> None:
        self._binding = binding
        self._direction = direction
        self._wanted_api = api
        self._pipe = pipe
        self._writing = threading.Lock()
        self._clients: dict[int, Any] = {}
        self._api: int | None = None
        self._probe: Any = None
        self.vanished: set[str] = set()

    @property
    def api(self) -> str | None:
        return None if self._api is None else self._binding.api_name(self._api)

    def connect(self) -> None:
        """Opens the first API that works, and the virtual port where that has one.

        Raises OSError with what each of them answered.
        """
        answers = []
        for api in self._binding.apis():
            name = self._binding.api_name(api)
            if name == "dummy" or self._wanted_api not in (None, name):
                continue
            try:
                self._probe = self._binding.client(self._direction, api, NAME)
            except Exception as error:  # each binding has exceptions of its own, all of them derived from this
                answers.append(f"{name}: {_WHERE.sub('', str(error)).rstrip('.')}")
            else:
                self._api = api
                self._open_virtual()
                return
        raise OSError("; ".join(answers) or f"there is no MIDI driver {self._wanted_api or ''}".rstrip())

    def names(self) -> list[str]:
        """Every port there is but our own. Two of one name (CoreMIDI) are told apart by a number."""
        return [name for name in self._numbered() if not name.startswith(NAME)]

    def open(self, number: int, name: str) -> None:
        client = self._binding.client(self._direction, self._api or 0, NAME)
        client.open_port(self._numbered().index(name), name.rpartition(":")[2][:32] or NAME)
        self._start(number, client)

    def close(self, number: int) -> None:
        """Gives the driver a while; a port that will not close is left behind, in a thread that ends with us."""
        client = self._clients.pop(number, None)
        if client is not None:
            closing = threading.Thread(target=_delete, args=(client,), daemon=True)
            closing.start()
            closing.join(_CLOSING_SECONDS)

    def close_all(self) -> None:
        for number in list(self._clients):
            self.close(number)

    def send(self, number: int, message: bytes) -> None:
        if number in self._clients:
            self._clients[number].send_message(list(message))

    def report(self, **report: Any) -> None:
        self._write(0, json.dumps(report).encode())

    def _numbered(self) -> list[str]:
        names: list[str] = []
        for name in self._probe.get_ports():
            again = names.count(name)
            names.append(f"{name} ({again + 1})" if again else name)
        return names

    def _open_virtual(self) -> None:
        try:
            # CoreMIDI shows the port's name alone, the others client and port.
            self._probe.open_virtual_port(NAME if self.api == "core" else self._direction)
        except Exception:  # Windows has no virtual ports: NotImplementedError or the binding's own
            return
        self._start(VIRTUAL, self._probe)

    def _start(self, number: int, client: Any) -> None:
        self._clients[number] = client
        if self._direction == "in":
            self._binding.listen(client, lambda message: self._write(number, bytes(message)))

    def _write(self, number: int, body: bytes) -> None:
        frame = HEARD.pack(monotonic(), number, len(body)) + body
        with self._writing:  # a report may be longer than the pipe takes in one piece
            while frame:
                frame = frame[os.write(self._pipe, frame) :]


class JackWatch:
    """Hears from the JACK server what RtMidi does not tell: that it died, and which ports went.

    Without it a dead server's ports would seem to be there for ever, and a program that was started again
    between two looks would seem never to have gone.
    """

    def __init__(self, library: ctypes.CDLL, on_death: Callable[[], None], on_gone: Callable[[str], None]) -> None:
        pointer, integer = ctypes.c_void_p, ctypes.c_uint32
        library.jack_client_open.restype = pointer
        library.jack_port_by_id.restype = pointer
        library.jack_port_by_id.argtypes = [pointer, integer]
        library.jack_port_name.restype = ctypes.c_char_p
        library.jack_port_name.argtypes = [pointer]
        client = pointer(library.jack_client_open(f"{NAME}-watch".encode(), 1, None))  # 1: start no server
        if not client:
            raise OSError("JACK took no watcher")

        def registered(port: int, is_there: int, _: Any) -> None:
            name = None if is_there else library.jack_port_name(library.jack_port_by_id(client, port))
            if name:
                on_gone(name.decode(errors="replace"))

        # Kept, for JACK holds no reference of its own to them.
        self._death = ctypes.CFUNCTYPE(None, pointer)(lambda _: on_death())
        self._registered = ctypes.CFUNCTYPE(None, integer, ctypes.c_int, pointer)(registered)
        library.jack_on_shutdown(client, self._death, None)
        library.jack_set_port_registration_callback(client, self._registered, None)
        library.jack_activate(client)


def loaded_jack() -> ctypes.CDLL | None:
    """The very library that RtMidi uses (a wheel brings its own), or None where there is none."""
    try:
        with open("/proc/self/maps") as maps:
            paths = [line.split(maxsplit=5)[-1].strip() for line in maps if "libjack" in line]
    except OSError:
        return None
    return ctypes.CDLL(paths[0]) if paths else None


def run(drivers: Drivers, stdin: BinaryIO, poll_seconds: float) -> None:
    """Says which ports there are, every `poll_seconds` and when one went, and carries out what comes in."""
    orders: queue.SimpleQueue[tuple[int, bytes] | str | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(stdin, orders.put), daemon=True).start()
    watch: JackWatch | None = None
    problem = ""
    look_at = 0.0
    while True:
        try:
            order = orders.get(timeout=max(0.0, look_at - monotonic()))
        except queue.Empty:
            order = ""
        if order is None:
            return
        if isinstance(order, tuple):
            _obey(drivers, *order)
            continue
        look_at = monotonic() + poll_seconds
        if drivers.api is None:
            try:
                drivers.connect()
            except OSError as error:
                problem = str(error)
                drivers.report(problem=problem)
                continue
            if drivers.api == "jack" and (library := loaded_jack()):
                watch = watch or JackWatch(library, lambda: os._exit(SERVER_GONE), orders.put)
        if order:  # a port went; it may have come back before we look
            drivers.report(names=[name for name in drivers.names() if name != order], api=drivers.api)
        drivers.report(names=drivers.names(), api=drivers.api)


def _obey(drivers: Drivers, number: int, body: bytes) -> None:
    if number:
        drivers.send(number, body)
        return
    order = json.loads(body)
    if "close" in order:
        drivers.close(order["close"])
        return
    number, name = order["open"]
    try:
        drivers.open(number, name)
    except Exception as error:  # gone again, held by another program: whatever it is, it is told
        drivers.report(failed=number, why=str(error))
    else:
        drivers.report(opened=number)


def _read(stdin: BinaryIO, put: Callable[[tuple[int, bytes] | None], None]) -> None:
    while len(head := stdin.read(SENT.size)) == SENT.size:
        number, length = SENT.unpack(head)
        put((number, stdin.read(length)))
    put(None)


def _delete(client: Any) -> None:
    client.close_port()
    client.delete()


def listing() -> dict[str, Any]:
    """The inputs and outputs there are, by the first API that works."""
    found: dict[str, Any] = {"binding": None, "api": None, "inputs": [], "outputs": [], "problem": None}
    try:
        binding = Binding()
        found["binding"] = binding.name
        for direction in ("in", "out"):
            drivers = Drivers(binding, direction, None, -1)
            drivers.connect()
            found["api"] = drivers.api
            found[f"{direction}puts"] = drivers.names()
    except (ImportError, OSError) as error:
        found["problem"] = str(error)
    return found


def main() -> NoReturn:
    direction, api, poll_seconds = sys.argv[1], sys.argv[2] or None, float(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which then ends our input
    os.environ["JACK_NO_START_SERVER"] = "1"
    pipe = os.dup(1)
    os.dup2(2, 1)  # the drivers' libraries print to both
    if direction == "list":
        os.write(pipe, json.dumps(listing()).encode())
        os._exit(0)
    try:
        drivers = Drivers(Binding(), direction, api, pipe)
    except ImportError as error:
        body = json.dumps({"missing": str(error)}).encode()
        os.write(pipe, HEARD.pack(monotonic(), 0, len(body)) + body)
        sys.stdin.buffer.read()
        os._exit(0)
    run(drivers, sys.stdin.buffer, poll_seconds)
    closing = threading.Thread(target=drivers.close_all, daemon=True)
    closing.start()
    closing.join(_CLOSING_SECONDS)
    os._exit(0)  # no interpreter to wind down around drivers that may still be calling


if __name__ == "__main__":
    main()
