"""RtMidi's ports: ALSA, JACK, CoreMIDI, Windows."""

import ctypes
import itertools
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from time import monotonic, sleep
from types import ModuleType
from typing import Any, TypeAlias

from stagelyric.gear.midi.wire import NAME, SERVER_GONE, VIRTUAL

Client: TypeAlias = Any  # a port object of RtMidi's, whose bindings have no types

_CLOSING_SECONDS = 5.0
_SETTLING_SECONDS = 3.0
_TRIES, _BETWEEN_TRIES = 10, 0.1  # a number, and seconds
_WHERE = re.compile(r"^\w+::\w+: ")  # RtMidi's messages begin with the function's name


class Binding:
    """python-rtmidi, or supriya-midi on platforms for which that has no wheel: both bind RtMidi and differ in three
    places."""

    def __init__(self) -> None:
        try:
            self._module: ModuleType = import_module("rtmidi")
            self.apis: Callable[[], Iterable[int]] = self._module.get_compiled_api
        except ImportError:
            self._module = import_module("supriya_midi")
            self.apis = self._module.get_compiled_apis
        self.name: str = self._module.__name__

    def api_name(self, api: int) -> str:
        """RtMidi's own short name of an API: alsa, jack, core, winmm."""
        name: str = self._module.get_api_name(api)
        return name

    def client(self, direction: str, api: int, name: str) -> Client:
        return (self._module.MidiIn if direction == "in" else self._module.MidiOut)(api, name)

    def listen(self, client: Client, heard: Callable[[Sequence[int]], None]) -> None:
        if self.name == "rtmidi":
            client.set_callback(lambda event, _: heard(event[0]))
        else:
            client.set_callback(lambda message, _delta, _data: heard(message))
        client.ignore_types(sysex=True, timing=False, active_sense=True)


class RtMidi:
    """The ports of one direction on one of RtMidi's APIs, and the virtual port if the API supports it. `hear` gets a
    port's number and a message, on RtMidi's thread. Raises the binding's own exceptions, or OSError."""

    def __init__(self, binding: Binding, direction: str, api: int, hear: Callable[[int, bytes], None]) -> None:
        self.api = binding.api_name(api)
        self._binding, self._direction, self._hear, self._number = binding, direction, hear, api
        self._name = NAME if direction == "in" else f"{NAME}-out"
        self._clients: dict[int, Client] = {}
        self._lives: dict[str, str] = {}
        self._closing: list[tuple[float, Client]] = []
        self._probe: Client = binding.client(direction, api, self._name)
        library = loaded_jack() if self.api == "jack" else None
        self._watch = JackWatch(library) if library else None
        self._open_virtual()

    def names(self) -> list[str]:
        """All ports except our own. Two with the same name (CoreMIDI) are distinguished by a number."""
        return [name for name in self._numbered() if not name.startswith(NAME)]

    def changed(self, names: Iterable[str]) -> set[str]:
        """Those of the open ports that now belong to another program with the same name (JACK only)."""
        if self._watch is None:
            return set()
        found = {name for name in names if (life := self._lives.get(name)) and self._watch.life(name) not in ("", life)}
        for name in found:
            del self._lives[name]
        return found

    def open(self, number: int, name: str) -> None:
        """Opens a port. JACK connects only to a program that is fully started, and RtMidi does not report whether it
        did, so this asks JACK and retries."""
        label = f"{name.rpartition(':')[2][:24]}-{number}"
        for _ in range(_TRIES):
            client = self._binding.client(self._direction, self._number, self._name)
            client.open_port(self._numbered().index(name), label)
            if self._watch is None or self._watch.is_connected(name, label):
                if self._watch is not None:
                    self._lives[name] = self._watch.life(name)
                self._start(number, client)
                return
            _delete(client)
            sleep(_BETWEEN_TRIES)
        raise OSError("it takes no connection")

    def close(self, number: int) -> None:
        """Closes a port, waiting for the driver for a while. A port that does not close is left to a thread that ends
        with us.

        On JACK it is closed later: after a program was killed the server is busy with it for a second, and if anything
        is closed then while the program starts again, nobody receives anything any more.
        """
        client = self._clients.pop(number, None)
        if client is None:
            return
        if self._watch is not None:
            self._closing.append((monotonic() + _SETTLING_SECONDS, client))
        else:
            _close(client)

    def close_due(self) -> None:
        while self._closing and self._closing[0][0] <= monotonic():
            _close(self._closing.pop(0)[1])

    def close_all(self) -> None:
        """Closes everything properly: a program that just ends keeps the JACK server busy for a second."""
        for client in {self._probe, *self._clients.values(), *(client for _, client in self._closing)}:
            if client is not None:
                _delete(client)
        if self._watch is not None:
            self._watch.close()

    def send(self, number: int, message: bytes) -> None:
        if number in self._clients:
            self._clients[number].send_message(list(message))

    def _numbered(self) -> list[str]:
        names: list[str] = []
        for name in self._probe.get_ports():
            again = names.count(name)
            names.append(f"{name} ({again + 1})" if again else name)
        return names

    def _open_virtual(self) -> None:
        try:
            # CoreMIDI shows the port's name alone, the others show client and port.
            self._probe.open_virtual_port(self._name if self.api == "core" else self._direction)
        except Exception:  # Windows has no virtual ports: NotImplementedError or the binding's own exception
            return
        self._start(VIRTUAL, self._probe)

    def _start(self, number: int, client: Client) -> None:
        self._clients[number] = client
        if self._direction == "in":
            self._binding.listen(client, lambda message: self._hear(number, bytes(message)))


class JackWatch:
    """Finds out about the JACK server what RtMidi does not report.

    When the server dies, this process ends with the status SERVER_GONE, since its ports would seem to exist for ever.
    That is done without Python: RtMidi's bindings hold the interpreter's lock while they wait for the server, and the
    server would wait for a Python callback.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        pointer, text = ctypes.c_void_p, ctypes.c_char_p
        for name, result, arguments in (
            ("jack_client_open", pointer, [text, ctypes.c_int, pointer]),
            ("jack_on_shutdown", None, [pointer, pointer, pointer]),
            ("jack_port_by_name", pointer, [pointer, text]),
            ("jack_port_get_all_connections", ctypes.POINTER(text), [pointer, pointer]),
            ("jack_get_uuid_for_client_name", pointer, [pointer, text]),
            ("jack_client_close", ctypes.c_int, [pointer]),
            ("jack_free", None, [pointer]),
        ):
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        self._library = library
        # 1 (JackNoStartServer): do not start a server
        self._client = library.jack_client_open(f"{NAME}-watch".encode(), 1, None)
        if not self._client:
            raise OSError("the JACK server does not answer")  # supriya-midi reports this on standard error only
        library.jack_on_shutdown(self._client, ctypes.cast(ctypes.CDLL(None)._exit, pointer), SERVER_GONE)

    def close(self) -> None:
        self._library.jack_client_close(self._client)

    def is_connected(self, port: str, label: str) -> bool:
        """Whether `port` is connected to a port of ours called `label`."""
        its = self._library.jack_port_by_name(self._client, port.encode())
        others = its and self._library.jack_port_get_all_connections(self._client, its)
        if not others:
            return False
        names = list(itertools.takewhile(bool, (others[place] for place in itertools.count())))
        self._library.jack_free(others)
        return label.encode() in [name.rpartition(b":")[2] for name in names]

    def life(self, port: str) -> str:
        """An identifier of the program that owns the port, which differs for a later program of the same name; "" if
        unknown."""
        client = port.partition(":")[0].encode()
        uuid = self._library.jack_get_uuid_for_client_name(self._client, client)
        if not uuid:
            return ""
        text = ctypes.string_at(uuid).decode()
        self._library.jack_free(uuid)
        return text


def loaded_jack() -> ctypes.CDLL | None:
    """The JACK library that RtMidi uses (a wheel brings its own), or None if there is none."""
    try:
        with open("/proc/self/maps") as maps:
            paths = [line.split(maxsplit=5)[-1].strip() for line in maps if "libjack" in line]
    except OSError:
        return None
    return ctypes.CDLL(paths[0]) if paths else None


def _close(client: Client) -> None:
    closing = threading.Thread(target=_delete, args=(client,), daemon=True)
    closing.start()
    closing.join(_CLOSING_SECONDS)


def _delete(client: Client) -> None:
    client.close_port()
    client.delete()


def plainly(error: Exception) -> str:
    """RtMidi's message without the function's name."""
    return _WHERE.sub("", str(error)).rstrip(".")
