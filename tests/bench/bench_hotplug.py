"""A pedal killed and brought back during a show: python tests/bench/bench_hotplug.py [--times 10]

A JACK MIDI program (jack_midiseq) presses eight times a second, is killed, and comes back under another number, so
many times. Measured: the seconds from its port's appearing until the show has it open; the presses that were sent
between its first that was heard and its end, and are not in the journal; and meanwhile, fifty times a second, the
milliseconds from an OSC packet's sending to the page's frame, beside the same with a pedal that stays.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import selectors
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import jack
from bench.bench_page import _connect
from jack import Jack
from product import SETLIST, playing

from stagelyric.commands.bench_wire import percentiles
from stagelyric.testing.play import packet

RATE = 50  # OSC presses a second
LIFE, GONE = 4.0, 2.0  # seconds
NOTES = tuple((6_000 * place, 61 + place, 2_400) for place in range(4))  # round and round, eight presses a second
_LONGEST = 4096  # bytes of a message to a display
# Spelled: among four thousand numbers are some that the family gate holds back.
_DIGITS = ("nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NUMBER = re.compile(rb'"type":"cue","number":\d+,"text":"Press ([a-z ]+)"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, jack.server() as server:
        result = asyncio.run(measure(server, Path(scratch), given.times))
    print(json.dumps(result, indent=2))


async def measure(server: Jack, folder: Path, times: int) -> dict[str, Any]:
    triggers = "".join(
        f'[[triggers]]\non = {{ note = {note}, port = "pedal" }}\ndo = "next_line"\n' for _, note, _ in NOTES
    )
    setlist = SETLIST.replace("[[songs]]", triggers + "[[songs]]", 1)
    result: dict[str, Any] = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}
    async with playing(folder, "--midi", "pedal", environment=server.env, setlist=setlist) as play:
        await asyncio.sleep(3.0)
        pedal = server.sequence("pedal-0", *NOTES, loop=24_000)
        with meter(play.page, play.osc) as told:
            await asyncio.sleep(times * (LIFE + GONE))
        result["page, a pedal that stays"] = told
        kill(pedal)
        took: list[float] = []
        with meter(play.page, play.osc) as told:
            for number in range(1, times + 1):
                pedal = server.sequence(f"pedal-{number}", *NOTES, loop=24_000)
                took.append(await asyncio.to_thread(opened, server, f"pedal-{number}:out"))
                await asyncio.sleep(LIFE)
                kill(pedal)
                await asyncio.sleep(GONE)
        result["page, a pedal killed and brought back"] = told
    result["seconds until it is open"] = {"each": [round(one, 2) for one in took], "longest": round(max(took), 2)}
    result["presses"] = presses(folder / "journal.sqlite3", times)
    result["load_after"] = round(os.getloadavg()[0], 2)
    return result


def kill(pedal: Any) -> None:
    pedal.kill()
    pedal.wait()


def opened(server: Jack, port: str) -> float:
    """Seconds from the port's appearing to its being connected, looked for as often as jack_lsp can be run."""
    while port not in server.ports():
        time.sleep(0.01)
    began = time.monotonic()
    while "stagelyric" not in server.call("jack_lsp", "-c", port):
        time.sleep(0.01)
    return time.monotonic() - began


def presses(journal: Path, lives: int) -> dict[str, int]:
    """How many were heard, and how many within a life are missing. A new life begins where the source is another."""
    with contextlib.closing(sqlite3.connect(journal)) as database:
        rows = database.execute("SELECT detail FROM records WHERE kind = 'event' ORDER BY seq")
        heard = [found.groups() for (row,) in rows if (found := re.search(r"pedal-(\d+).*?note=(\d+)", row))]
    missing = sum(
        (int(late[1]) - int(early[1]) - 1) % len(NOTES) for early, late in pairwise(heard) if early[0] == late[0]
    )
    return {"lives": len({life for life, _ in heard}) - 1, "heard": len(heard), "missing": missing}


# -- the page meanwhile


@contextlib.contextmanager
def meter(page: int, osc: int) -> Any:
    """A process of its own presses and looks at a display's socket; what it found is in the dict afterwards."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_meter, args=(page, osc, theirs), daemon=True)
    process.start()
    assert ours.recv() == "ready"
    told: dict[str, Any] = {}
    yield told
    ours.send("over")
    sent, seen = ours.recv()
    process.join()
    told |= {"presses": len(sent), "lost": len(sent) - len(seen)}
    told |= {"ms": percentiles([(at - sent[number]) / 1e6 for number, at in seen.items()])}


def _meter(page: int, osc: int, pipe: Connection) -> None:
    display = _connect(page)
    display.setblocking(False)
    chooser = selectors.DefaultSelector()
    chooser.register(display, selectors.EVENT_READ)
    sent: dict[int, int] = {}
    seen: dict[int, int] = {}
    read = b""
    over = threading.Event()

    def end() -> None:
        pipe.recv()
        over.set()

    threading.Thread(target=end, daemon=True).start()
    pipe.send("ready")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
        stream.connect(("127.0.0.1", osc))
        due = time.monotonic()
        while not over.is_set():
            if time.monotonic() >= due:
                due += 1 / RATE
                number = len(sent)
                sent[number] = time.monotonic_ns()
                stream.send(packet("/stagelyric/say", _words(number)))
            read = _look(chooser, max(due - time.monotonic(), 0), read, seen)
    over_at = time.monotonic() + 2.0
    while len(seen) < len(sent) and time.monotonic() < over_at:
        read = _look(chooser, 0.1, read, seen)
    pipe.send((sent, seen))


def _words(number: int) -> str:
    return "Press " + " ".join(_DIGITS[int(digit)] for digit in str(number))


def _look(chooser: selectors.BaseSelector, wait: float, read: bytes, seen: dict[int, int]) -> bytes:
    """`read`: the end of what was read before, since a frame may come in two parts."""
    for key, _ in chooser.select(wait):
        at = time.monotonic_ns()
        data = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
        if b"\x89\x00" in data:
            key.fileobj.sendall(b"\x8a\x80\0\0\0\0")  # type: ignore[union-attr]
        read = read[-_LONGEST:] + data
        for number in _NUMBER.findall(read):
            seen.setdefault(int("".join(str(_DIGITS.index(digit)) for digit in number.decode().split())), at)
    return read


if __name__ == "__main__":
    main()
