"""What OSC costs: a press from another process, and a flood of hostile datagrams. Prints JSON.

    python tests/bench/bench_osc.py [--loop asyncio|uvloop] [--count 100000]

`receive_us` is one datagram from bytes to emitted event; `press_us` from another process's send to the event
(the kernel and the loop's waking included); `stall_ms` the longest gap of a coroutine that wakes every
millisecond, in quiet, and in the flood. The sender shares the machine: it waits now and then, so that the kernel's
buffer takes most of what is sent.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import random
import socket
import struct
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from statistics import quantiles

import psutil
import uvloop

from stagelyric.gear.osc.input import Osc
from stagelyric.types.events import Event, Notice, OscMessage

LINE = b"/stagelyric/line\0\0\0\0,f\0\0\x3f\x80\0\0"
PRESSES = 2000


def padded(raw: bytes) -> bytes:
    return raw + b"\0" * (4 - len(raw) % 4)


def bundle(*elements: bytes, timetag: int = 1) -> bytes:
    sized = b"".join(struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\0" + struct.pack(">Q", timetag) + sized


def hostile(chance: random.Random) -> list[bytes]:
    """What breaks python-osc, what is as large as may be, and valid messages with a byte changed."""
    nested = LINE
    for _ in range(800):
        nested = bundle(nested)
    found = [
        b"",
        bytes(9000),
        b"/" * 16384,
        bundle() + struct.pack(">ii", -4, 0),
        bundle() + struct.pack(">ii", 2**31 - 1, 0),
        nested,
        bundle(*[padded(b"/stagelyric/nothing")] * 600),
        bundle(*[padded(b"/nothing")] * 128),
        padded(b"/a") + padded(b",zS") + bytes(8),
        padded(b"/a") + padded(b",s") + padded(b"\xff" * 400),
        padded(b"/a") + padded(b",s") + padded(b"x" * 16000),
        padded(b"/a") + padded(b",b") + struct.pack(">i", -1),
        padded(b"/a") + padded(b"," + b"[" * 4000),
        padded(b"/a") + padded(b"," + b"i" * 256) + bytes(1024),
        padded(b"/stagelyric/wildness") + padded(b",f") + struct.pack(">f", float("nan")),
        padded(b"/stagelyric/say") + padded(b",s") + padded(b"\x1b[2J\n"),
        bundle(LINE, timetag=2**64 - 1),
    ]
    for _ in range(40):
        changed = bytearray(LINE)
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        found.append(bytes(changed))
    found += [chance.randbytes(chance.randrange(1, 200)) for _ in range(40)]
    return found


def send(port: int, count: int, sent: Connection) -> None:
    """In another process: presses at a foot's pace and the time of each, then the flood when told."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", port))
        for _ in range(PRESSES):
            sent.send(time.monotonic())
            out.send(LINE)
            time.sleep(0.001)
        sent.send(None)
        sent.recv()
        rubbish = hostile(random.Random(1967))
        for number in range(count):
            try:
                out.send(rubbish[number % len(rubbish)])
            except OSError:
                continue
            if number % 8 == 0:
                time.sleep(0.0002)
        sent.send(None)


class Lines(logging.Handler):
    """Counts the lines of the log."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


async def heartbeat(gaps: list[float]) -> None:
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now


def timed(receive: Callable[..., None], costs: list[float]) -> Callable[..., None]:
    def wrapped(datagram: bytes, sender: tuple[str, int]) -> None:
        start = time.perf_counter_ns()
        receive(datagram, sender)
        costs.append((time.perf_counter_ns() - start) / 1000)

    return wrapped


def spread(values: Iterable[float]) -> dict[str, float]:
    ordered = sorted(values)
    cut = quantiles(ordered, n=1000)
    return {
        "p50": round(cut[499], 2),
        "p99": round(cut[989], 2),
        "p999": round(cut[998], 2),
        "max": round(ordered[-1], 2),
    }


async def measure(count: int) -> dict[str, object]:
    lines = Lines()
    logging.getLogger().addHandler(lines)
    events: list[Event] = []
    notices, commands = 0, 0

    def emit(event: Event) -> None:
        nonlocal notices, commands
        if flooded:
            notices += isinstance(event, Notice)
            commands += not isinstance(event, Notice | OscMessage)
        else:
            events.append(event)

    flooded = False
    osc = Osc(port=0)
    costs: list[float] = []
    osc.receive = timed(osc.receive, costs)  # type: ignore[method-assign]
    process = psutil.Process()
    async with osc.running(emit):
        here, there = multiprocessing.Pipe()
        sender = multiprocessing.get_context("spawn").Process(target=send, args=(osc.address[1], count, there))
        gaps: list[float] = []
        beating = asyncio.create_task(heartbeat(gaps))
        sender.start()
        times: list[float] = []
        while True:
            sent = await asyncio.to_thread(here.recv)
            if sent is None:
                break
            times.append(sent)
        await asyncio.sleep(0.2)
        presses = [(event.at - sent) * 1e6 for sent, event in zip(times, events, strict=True)]
        press_costs, quiet = list(costs), max(gaps)
        costs.clear()
        gaps.clear()
        flooded = True
        before = process.memory_info().rss
        received = osc.counts.received
        start = time.perf_counter()
        here.send(None)
        await asyncio.to_thread(here.recv)
        await asyncio.sleep(0.5)
        took = time.perf_counter() - start
        beating.cancel()
        sender.join()
    return {
        "press_us": spread(presses),
        "receive_us": spread(press_costs),
        "hostile": {
            "sent": count,
            "received": osc.counts.received - received,
            "seconds": round(took, 1),
            "receive_us": spread(costs),
            "stall_ms": {"quiet": round(quiet, 1), "flood": round(max(gaps), 1), "p99": spread(gaps)["p99"]},
            # `costs` and `gaps` are ours: 8 bytes in the list and 24 for the number.
            "memory_growth_kib": (process.memory_info().rss - before - 32 * (len(costs) + len(gaps))) // 1024,
            "log_lines": lines.count,
            "notices": notices,
            "commands": commands,
            "malformed": osc.counts.malformed,
            "unknown": osc.counts.unknown,
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loop", choices=["asyncio", "uvloop"], default="uvloop")
    parser.add_argument("--count", type=int, default=100_000)
    chosen = parser.parse_args()
    factory = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}[chosen.loop]
    with asyncio.Runner(loop_factory=factory) as runner:
        measured = runner.run(measure(chosen.count))
    print(json.dumps({"loop": chosen.loop, **measured}, indent=1))


if __name__ == "__main__":
    main()
