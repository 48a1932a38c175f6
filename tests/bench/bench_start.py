"""How long a show that was killed takes to come back: from its process's start to the state that a page is sent.

python tests/bench/bench_start.py [-n 20] [SETLIST]

Each start is a `kill -9` of the one before; a socket knocks as a page does, every few milliseconds. Seconds on the
clock, and seconds of processor that the show's own process has used until the state was there.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parent.parent))

from faults.harness import SET, ports, stock
from product import MODEL


def used(pid: int) -> float:
    """Seconds of processor that a process has had, its threads too."""
    return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


async def start(folder: Path, page: int, osc: int) -> tuple[float, float]:
    """Starts, waits for the state, kills. Gives seconds on the clock and of processor."""
    command = [
        sys.executable, "-m", "stagelyric", "play", str(folder / "set.toml"), "--model", str(MODEL), "--no-open",
        "--no-speech", "--midi", "none", "--port", str(page), "--osc-port", str(osc),
        "--journal", str(folder / "journal.sqlite3"),
    ]  # fmt: skip
    places = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data")}
    quiet = asyncio.subprocess.DEVNULL
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command, stdin=quiet, stdout=quiet, stderr=quiet, env=os.environ | places
    )
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while True:
            with contextlib.suppress(OSError, aiohttp.ClientError):
                async with session.ws_connect(f"http://127.0.0.1:{page}/live") as link:
                    await link.receive_json()
                    took = time.monotonic() - began, used(process.pid)
                    await link.send_json({"do": "next_line"})
                    await asyncio.sleep(0.3)
                    break
            await asyncio.sleep(0.003)
    process.kill()
    await process.wait()
    return took


async def main(times: int, setlist: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "set.toml").write_text(setlist)
        if setlist == SET:
            stock(folder, setlist)
        page, osc = ports()
        await start(folder, page, osc)
        found = [await start(folder, page, osc) for _ in range(times)]
    for what, values in zip(("clock", "processor"), zip(*found, strict=True), strict=True):
        ms = sorted(value * 1e3 for value in values)
        print(f"{what:10} median {statistics.median(ms):4.0f} ms   {ms[0]:4.0f} to {ms[-1]:4.0f} ms")
    print(f"{times} starts, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--times", type=int, default=20)
    parser.add_argument("setlist", nargs="?", type=Path)
    asked = parser.parse_args()
    asyncio.run(main(asked.times, asked.setlist.read_text() if asked.setlist else SET))
