"""Sound without a sound card: a JACK server or a PulseAudio null sink of one's own, and what was played on it.

`python sound_server.py SERVER PORTS FILE` records JACK ports until its standard input ends, in a process of its own
(a client whose server is killed may go down with it), and writes an .npz: `pcm` (N, ports), and for each period
`frames`, the place in `pcm` where it begins, and `seconds` of `time.monotonic()` at its beginning.
"""

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stagelyric.speech.player import Player

Samples = NDArray[np.float32]
LIMIT = 60.0
CLIENT = "stagelyric-speech"


@dataclass(frozen=True, slots=True)
class Recording:
    """`pcm` (N, channels); `rate` in samples a second; `frames`, `seconds`: the beginnings of its periods."""

    pcm: Samples
    rate: int
    frames: NDArray[np.int64]
    seconds: NDArray[np.float64]

    def when(self, frame: int) -> float:
        """`time.monotonic()` at the beginning of the period that has this frame: when its samples were made."""
        return float(self.seconds[np.searchsorted(self.frames, frame, side="right") - 1])

    def onsets(self, channel: int = 0, quiet: float = 0.2) -> list[int]:
        """Where sound begins after at least `quiet` seconds of silence."""
        heard = np.flatnonzero(np.abs(self.pcm[:, channel]) > 1e-4)
        if not len(heard):
            return []
        gaps = np.flatnonzero(np.diff(heard) > quiet * self.rate)
        return [int(heard[0]), *(int(heard[place + 1]) for place in gaps)]


class JackRecorder:
    """Records the outputs of stagelyric's client while the context is open; `recording` is there afterwards.
    `early`: the client is not there yet, and is connected to when it comes."""

    def __init__(self, server: str, folder: Path, channels: int = 2, *, early: bool = False) -> None:
        self._file = folder / f"{uuid.uuid4().hex}.npz"
        ports = ",".join(f"{CLIENT}:out_{channel}" for channel in range(channels))
        # -P: the `jack` it imports is JACK-Client's, not the one beside this file.
        self._command = [sys.executable, "-P", __file__, server, ports, str(self._file), *(["early"] if early else [])]
        self.result: Any = None

    def __enter__(self) -> "JackRecorder":
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(LIMIT)
        self._process.stdout.close()
        with np.load(self._file) as kept:
            self.result = Recording(kept["pcm"], int(kept["rate"]), kept["frames"], kept["seconds"])

    @property
    def recording(self) -> Recording:
        assert isinstance(self.result, Recording)
        return self.result


class Pulse:
    """A PulseAudio server with one null sink, and ALSA's default device on it. Whoever plays has `env`."""

    def __init__(self, folder: Path, rate: int = 44_100, channels: int = 2) -> None:
        self.rate, self.channels = rate, channels
        # Its socket's name must be short, shorter than pytest's folders.
        self._home = Path(f"/tmp/pulse-{uuid.uuid4().hex[:8]}")
        self._folder = folder
        self._native = f"unix:{self._home}/native"
        alsa = folder / "asound.conf"
        device = f'{{ type pulse server "{self._native}" }}'
        alsa.write_text(f"</usr/share/alsa/alsa.conf>\npcm.!default {device}\nctl.!default {device}\n")
        self.env = {"ALSA_CONFIG_PATH": str(alsa), "JACK_NO_START_SERVER": "1", "JACK_DEFAULT_SERVER": "none-here"}
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._home.mkdir(mode=0o700, exist_ok=True)
        # A sink that starts for every sound would lose its beginning: so no module that suspends it.
        command = [
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-target=stderr",
            "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._home}/native",
            "-L", f"module-null-sink sink_name=stage rate={self.rate} channels={self.channels}",
        ]  # fmt: skip
        runtime = {"PULSE_RUNTIME_PATH": str(self._home), "HOME": str(self._home), "XDG_RUNTIME_DIR": str(self._home)}
        self._server = subprocess.Popen(
            command, env=os.environ | runtime, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        limit = time.monotonic() + LIMIT
        while b"stage" not in self._pactl("list", "short", "sinks"):
            assert time.monotonic() < limit, "pulseaudio does not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait(LIMIT)
            self._server = None

    def players(self) -> int:
        """How many streams play on the sink."""
        return len(self._pactl("list", "short", "sink-inputs").splitlines())

    @contextlib.contextmanager
    def record(self) -> Iterator[list[Samples]]:
        """What the sink plays, (N, channels), in the list when the context is over."""
        file = self._folder / f"{uuid.uuid4().hex}.raw"
        with file.open("wb") as out:
            command = [
                "parec", f"--server={self._native}", "--device=stage.monitor", "--raw", "--format=float32le",
                f"--rate={self.rate}", f"--channels={self.channels}", "--latency-msec=20",
            ]  # fmt: skip
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
            limit = time.monotonic() + LIMIT
            while not file.stat().st_size:
                assert time.monotonic() < limit, "parec records nothing"
                time.sleep(0.02)
            recorded: list[Samples] = []
            yield recorded
            time.sleep(0.3)  # parec hands its buffers over late
            process.terminate()
            process.wait(LIMIT)
        raw = np.fromfile(file, dtype="<f4")
        recorded.append(raw[: len(raw) // self.channels * self.channels].reshape(-1, self.channels))

    def _pactl(self, *arguments: str) -> bytes:
        done = subprocess.run(["pactl", f"--server={self._native}", *arguments], capture_output=True, timeout=LIMIT)
        return done.stdout


def match(recorded: Samples, played: Samples) -> tuple[float, int]:
    """How well, and where, `played` is found in `recorded`: the correlation of the two pieces (1.0: the same but for
    its gain) and the first sample's place. Both of shape (N,)."""
    size = 1 << (len(recorded) + len(played) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(played, size)), size)
    place = int(np.argmax(product[: max(len(recorded) - len(played) + 1, 1)]))
    piece = recorded[place : place + len(played)].astype(np.float64)
    wanted = played[: len(piece)].astype(np.float64)
    norm = np.linalg.norm(piece) * np.linalg.norm(wanted)
    return (float(piece @ wanted / norm) if norm else 0.0), place


def match_in_pieces(recorded: Samples, played: Samples, size: int) -> float:
    """How well the louder pieces of `size` samples of `played` are found in `recorded`, each for itself: what the best
    quarter of them reaches. For sound servers that leave gaps on a busy machine, in pieces and between them; at another
    rate or pitch no piece is found."""
    pieces = [played[start : start + size].astype(np.float64) for start in range(0, len(played) - size + 1, size)]
    loudest = max(float(np.abs(piece).max()) for piece in pieces)
    energy = np.cumsum(np.concatenate([[0.0], recorded.astype(np.float64) ** 2]))
    norms = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-9))
    length = 1 << (len(recorded) + size - 1).bit_length()
    spectrum = np.fft.rfft(recorded, length)
    found = []
    for piece in pieces:
        if np.abs(piece).max() > loudest / 4:
            product = np.fft.irfft(spectrum * np.conj(np.fft.rfft(piece, length)), length)[: len(norms)]
            found.append(float((product / norms).max() / np.linalg.norm(piece)))
    return float(np.percentile(found, 75))


@asynccontextmanager
async def open_player(player: Player) -> AsyncIterator[Player]:
    from stagelyric.testing.waiting import until  # not at the top: the recorder's process has no use for it

    async with player.running():
        await until(lambda: player.stream is not None)
        yield player


def _record(server: str, ports: Sequence[str], file: str, *early: str) -> None:
    import jack  # the library: in a process of its own, which begins elsewhere than beside our jack.py

    client = jack.Client(  # type: ignore[attr-defined]
        "recorder", servername=server, no_start_server=True
    )
    rate = client.samplerate
    longest = 600 * rate  # taken from the system as it is filled
    pcm = np.zeros((longest, len(ports)), dtype=np.float32)
    marks: list[tuple[int, int]] = []
    place = 0
    inputs = [client.inports.register(f"in_{number}") for number in range(len(ports))]

    @client.set_process_callback  # type: ignore[untyped-decorator]
    def process(frames: int) -> None:
        nonlocal place
        if place + frames > longest:
            return
        marks.append((place, time.monotonic_ns()))  # in this period everyone who plays has been called before us
        for channel, entry in enumerate(inputs):
            pcm[place : place + frames, channel] = entry.get_array()
        place += frames

    with client:
        if early:
            print("ready", flush=True)
        for port, entry in zip(ports, inputs, strict=True):
            for _ in range(3000):
                with contextlib.suppress(jack.JackError):  # type: ignore[attr-defined]
                    client.connect(port, entry)
                    break
                time.sleep(0.02)
        if not early:
            print("ready", flush=True)
        sys.stdin.read()
    frames, nanos = np.array(marks, dtype=np.int64).reshape(-1, 2).T
    np.savez(file, pcm=pcm[:place], rate=rate, frames=frames, seconds=nanos / 1e9)


if __name__ == "__main__":
    _record(sys.argv[1], sys.argv[2].split(","), *sys.argv[3:])
