"""A JACK server of one's own, and programs nobody here wrote to play into it."""

import mmap
import os
import struct
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import psutil
import pytest

# Only with its audio on JACK too does csound know the MIDI module of that name.
_PIECE = """<CsoundSynthesizer>
<CsOptions>
-+rtaudio=jack -odac -+jack_client={client}_sound -+rtmidi=jack -Q0 -+jack_midi_client={client} -d -m0
</CsOptions>
<CsInstruments>
sr = 48000
ksmps = 64
nchnls = 2
0dbfs = 1
{orchestra}
</CsInstruments>
<CsScore>
{score}
</CsScore>
</CsoundSynthesizer>
"""
_REGISTRY = Path("/dev/shm/jack-shm-registry")
_NUMBERS = 24  # bytes before the first server's place in it
_SERVERS = 8


class Jack:
    """A dummy server (no sound card, 48 kHz, 256 frames: 5.3 ms a period) under a name of its own, with so many
    audio outputs.

    Whoever is to speak with it has `env` in the environment.
    """

    def __init__(self, outputs: int = 2) -> None:
        self._outputs = outputs
        self.name = f"test{uuid.uuid4().hex[:12]}"
        self.env = {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1"}
        self._server: subprocess.Popen[bytes] | None = None
        self._players: list[subprocess.Popen[Any]] = []

    def start(self) -> None:
        """Does nothing where it runs."""
        if self._server is not None and self._server.poll() is None:
            return
        # -S, synchronous: without it JACK itself loses or doubles MIDI in a burst.
        command = (
            "jackd", "-n", self.name, "-R", "-S", "-t", "100", "-d", "dummy", "-r", "48000", "-p", "256",
            "-P", str(self._outputs),
        )  # fmt: skip
        _forget_dead_servers()
        with TemporaryFile() as said:
            self._server = self._spawn(*command, output=said)
            tries = 30
            while self._run("jack_wait", "-s", self.name, "-w", "-t", "1").returncode:
                tries -= 1
                if not tries or self._server.poll() is not None:
                    self._server.kill()
                    self._server.wait(20)
                    said.seek(0)
                    pytest.fail(f"jackd does not start; it said:\n{said.read().decode(errors='replace')}")

    def kill(self) -> None:
        """As a crash would: no goodbye to anyone. The players go too: one that outlived its server would take the
        signals meant for its namesake on the next."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(20)
            self._server = None
        self.stop_players()

    def stop_players(self) -> None:
        """In good order too: a program that is killed keeps the server busy for a second."""
        for player in self._players:
            if player.stdin is not None:
                player.stdin.close()
            else:
                player.terminate()
            try:
                player.wait(10)
            except subprocess.TimeoutExpired:
                player.kill()
                player.wait(10)
            if player.stdout is not None:
                player.stdout.close()
        self._players.clear()

    def stop(self) -> None:
        """In good order: what a killed server shared with its clients, 100 MB, lies in memory until another starts."""
        self.stop_players()
        self.start()
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
            self._server = None
        for left in Path("/dev/shm").glob(f"jack_*{self.name}_*"):
            left.unlink()

    def play(self, *command: str) -> "subprocess.Popen[bytes]":
        """A program that goes on beside the test and ends with the server at the latest."""
        player = self._spawn(*command)
        self._players.append(player)
        return player

    def sequence(self, client: str, *notes: tuple[int, int, int], loop: int = 24_000) -> "subprocess.Popen[bytes]":
        """jack_midiseq: plays (start, note, length) for ever; times in frames of 1/48,000 s."""
        return self.play("jack_midiseq", client, str(loop), *(str(number) for note in notes for number in note))

    def feed(self, client: str) -> Callable[[str], None]:
        """A client that plays the bytes that it is given, in hexadecimal, each time in a block of their own."""
        sender = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("jack_sender.py")), client],
            env=self._environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._players.append(sender)
        assert sender.stdin is not None
        assert sender.stdout is not None
        assert sender.stdout.readline() == "ready\n"
        commands = sender.stdin

        def send(event: str) -> None:
            commands.write(f"{event}\n")
            commands.flush()

        return send

    def csound(self, folder: Path, orchestra: str, score: str, client: str = "csound") -> "subprocess.Popen[bytes]":
        """csound with its MIDI out on JACK, at the port `{client}_out:port`."""
        piece = folder / f"{client}.csd"
        piece.write_text(_PIECE.format(client=client, orchestra=orchestra, score=score))
        return self.play("csound", str(piece))

    def ports(self) -> list[str]:
        return self.call("jack_lsp").split()

    def connect(self, source: str, target: str) -> None:
        """Again and again for a while: a port may be listed before its program is up, and takes none then."""
        for _ in range(200):
            if not self._run("jack_connect", source, target).returncode:
                return
            time.sleep(0.05)
        pytest.fail(f"{source} and {target} do not connect")

    def call(self, *command: str) -> str:
        return self._run(*command).stdout.decode()

    def _run(self, *command: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(command, env=self._environment(), capture_output=True, timeout=60)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.env}

    def _spawn(self, *command: str, output: int | IO[bytes] = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )


@contextmanager
def server(outputs: int = 2) -> Iterator[Jack]:
    """For fixtures and tests that need "jack"."""
    jack = Jack(outputs)
    jack.start()
    try:
        yield jack
    finally:
        jack.stop()


def _forget_dead_servers() -> None:
    """JACK's list of servers is one for the machine, has eight places, and keeps one for each server that was killed
    (and for each that a killed run of the tests left); with none free no server starts.

    The list is a file of C structures (common/shm.h of JACK 2): six 32-bit numbers, the fourth and fifth of them the
    length of the file and of this head of it, and in the head for each server its process's number, 0 where the place
    is free, and its name.
    """
    try:
        registry = _REGISTRY.open("r+b")
    except FileNotFoundError:
        return  # no server ever ran
    with registry, mmap.mmap(registry.fileno(), 0) as shared:
        length, head = struct.unpack_from("<II", shared, 12)
        place, left = divmod(head - _NUMBERS, _SERVERS)
        assert (length, left) == (len(shared), 0), "JACK's list of servers is laid out in another way"
        for at in range(_NUMBERS, head, place):
            (process,) = struct.unpack_from("<i", shared, at)
            if process and not _is_server(process):
                shared[at : at + place] = bytes(place)  # the name too: JACK takes one whose process is 0 for active


def _is_server(process: int) -> bool:
    try:
        return psutil.Process(process).name() in ("jackd", "jackdbus")
    except psutil.NoSuchProcess:
        return False
