"""MIDI clock from a JACK client's process callback, as a DAW sends it: how well tempo and quantised cues follow.

    python tests/bench/bench_clock.py [BLOCK ...]      or, to send and nothing else: --send BPM

For each block size and tempo: the tempo's error two bars after the start, of how many pulses it is, and how far a press
quantised to the bar comes from the block with that bar's pulse. Wants jackd and its library; nothing but the input and
the clock is run.
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import uuid
from importlib import import_module
from multiprocessing.synchronize import Event
from typing import Any

RATE, PULSES = 48_000, 24
BLOCKS, TEMPOS = (64, 256, 1024), (240, 174, 120, 103, 74, 40)
SECONDS_AFTER = 0.3


def send(bpm: float, go: "Event | _Always") -> None:
    """The client: 24 clocks a beat, each in the block that its frame falls into."""
    jack = ctypes.CDLL("libjack.so.0")
    pointer = ctypes.c_void_p
    for name, result, arguments in (
        ("jack_client_open", pointer, [ctypes.c_char_p, ctypes.c_int, pointer]),
        ("jack_port_register", pointer, [pointer, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]),
        ("jack_port_get_buffer", pointer, [pointer, ctypes.c_uint32]),
        ("jack_midi_clear_buffer", None, [pointer]),
        ("jack_midi_event_reserve", pointer, [pointer, ctypes.c_uint32, ctypes.c_size_t]),
        ("jack_activate", ctypes.c_int, [pointer]),
    ):
        function = getattr(jack, name)
        function.restype, function.argtypes = result, arguments
    client = jack.jack_client_open(b"sender", 1, None)
    port = jack.jack_port_register(client, b"out", b"8 bit raw midi", 2, 0)
    step, state = RATE * 60 / bpm / PULSES, {"frame": 0, "next": 0.0, "begun": False}

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, pointer)  # type: ignore[untyped-decorator]
    def process(count: int, _: object) -> int:
        buffer = jack.jack_port_get_buffer(port, count)
        jack.jack_midi_clear_buffer(buffer)
        if not go.is_set():
            return 0
        if not state["begun"]:
            state["begun"] = True
            ctypes.memset(jack.jack_midi_event_reserve(buffer, 0, 1), 0xFA, 1)
            state["next"] = state["frame"] + count + 7.0
        while state["next"] < state["frame"] + count:
            offset = max(0, int(state["next"] - state["frame"]))
            ctypes.memset(jack.jack_midi_event_reserve(buffer, offset, 1), 0xF8, 1)
            state["next"] += step
        state["frame"] += count
        return 0

    jack.jack_set_process_callback(ctypes.c_void_p(client), process, None)
    # A client that is killed keeps the server busy for a second.
    signal.signal(signal.SIGTERM, lambda *_: (jack.jack_client_close(ctypes.c_void_p(client)), os._exit(0)))
    jack.jack_activate(client)
    time.sleep(3600)


class Rate:
    """How many frames the server really plays a second: a dummy one that lacks processor time falls behind."""

    def __init__(self) -> None:
        jack: Any = import_module("jack")

        self._client = jack.Client("rate", no_start_server=True)
        self._client.activate()
        self._marks: list[tuple[float, int]] = []

    def mark(self) -> None:
        """Notes down how far the server has come, at a pulse."""
        self._marks.append((time.monotonic(), self._client.frame_time))

    def against_nominal(self, pulses: int) -> float:
        """Of the last `pulses` pulses, as a share of what it should play."""
        (begun, first), (now, frame) = self._marks[-pulses], self._marks[-1]
        return (frame - first) / (now - begun) / RATE

    def close(self) -> None:
        self._client.deactivate()
        self._client.close()


async def measure(bpm: float, block: int, go: Event) -> tuple[float, float, float, int]:
    """(the tempo's error in percent of what was really played meanwhile, the same of what was asked for, the worst of
    three cues in milliseconds from the block with its bar's pulse, how many of the 192 pulses tell the tempo).

    The clock takes as many of the latest pulses as are of one tempo: where the server stood still for a moment, those
    since then."""
    from stagelyric.gear.midi.input import Midi
    from stagelyric.show.clock import Clock
    from stagelyric.show.effects import Deferred
    from stagelyric.stage.quantised import Quantised
    from stagelyric.types.actions import Do
    from stagelyric.types.events import ClockPulse, Transport
    from stagelyric.types.events import Event as Heard

    clock = Clock("midi", beats_per_bar=4.0)
    cues: list[float] = []
    waiting = Quantised(clock, lambda wanted: cues.append(time.monotonic()))
    came: list[float] = []
    rate = Rate()

    def hear(event: Heard) -> None:
        clock.hear(event)
        if isinstance(event, ClockPulse):
            came.append(event.at)
            rate.mark()
            waiting.aim_again()
        elif isinstance(event, Transport):
            waiting.aim_again()

    async with Midi(["sender"], api="jack").running(hear):
        await asyncio.sleep(3)
        go.set()
        while len(came) <= 8 * PULSES:
            await asyncio.sleep(0.005)
        fitted = len(clock._line._points)
        tempo, really = clock.tempo, bpm * rate.against_nominal(fitted)
        for number in range(3):
            waiting.add(Deferred(Do("next_line"), "bar", time.monotonic(), 0))
            while len(cues) <= number:
                await asyncio.sleep(0.002)
            await asyncio.sleep(SECONDS_AFTER)
        bars = came[:: 4 * PULSES]
        worst = max(min(_beside(cue, bar, block / RATE) for bar in bars) for cue in cues)
    rate.close()
    return abs(tempo / really - 1) * 100, abs(tempo / bpm - 1) * 100, worst * 1000, fitted


def _beside(cue: float, due: float, block: float) -> float:
    """Seconds from the cue to the block that was told of before its pulse was due."""
    return max(cue - due, due - block - cue, 0.0)


class _Always:
    """Stands in for an event that is set."""

    def is_set(self) -> bool:
        return True


def main() -> None:
    if sys.argv[1:2] == ["--send"]:
        send(float(sys.argv[2]), _Always())
    print(
        "| frames | BPM | tempo error % | of what was asked % | worst of 3 cues, ms | pulses | load |\n"
        + 7 * "|---"
        + "|"
    )
    blocks = [int(b) for b in sys.argv[1:]] or BLOCKS
    for block in blocks:
        for bpm in TEMPOS:
            os.environ["JACK_DEFAULT_SERVER"] = name = f"bench{uuid.uuid4().hex[:8]}"
            os.environ["JACK_NO_START_SERVER"] = "1"
            command = ["jackd", "-n", name, "-R", "-S", "-t", "100", "-d", "dummy", "-r", str(RATE), "-p", str(block)]
            server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            subprocess.run(["jack_wait", "-s", name, "-w", "-t", "10"], capture_output=True)
            go = multiprocessing.Event()
            sender = multiprocessing.Process(target=send, args=(bpm, go), daemon=True)
            sender.start()
            time.sleep(1)
            try:
                tempo, asked, cue, fitted = asyncio.run(asyncio.wait_for(measure(bpm, block, go), 60))
                load = os.getloadavg()[0]
                print(
                    f"| {block} | {bpm} | {tempo:.3f} | {asked:.3f} | {cue:.2f} | {fitted} | {load:.1f} |", flush=True
                )
            except TimeoutError:
                print(f"| {block} | {bpm} | nothing was heard | | | | |", flush=True)
            finally:
                sender.terminate()
                sender.join(5)
                server.terminate()
                server.wait(20)


if __name__ == "__main__":
    main()
