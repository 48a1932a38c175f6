"""The page's figures, measured through the real `play`: python tests/bench/bench_page.py [--cues 10000] [--quick]

Press to socket: a UDP packet's sending in one process to a frame's arrival in another, the first and the last of so
many displays, the generator idle and writing without a pause. Send to painted: from the server's sending of a cue to
the news that a Chromium has painted it, as the server counts it. Then the heap and the long tasks of a page over so
many cues. Times in milliseconds, from one machine's monotonic clock.
"""

import argparse
import asyncio
import contextlib
import json
import os
import selectors
import socket
import sys
import tempfile
import time
from collections import defaultdict
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from programs import chromium
from web.conftest import FLAGS

from stagelyric.commands.bench import playing_bench, wait_for
from stagelyric.commands.bench_wire import paced, percentiles
from stagelyric.testing.play import Play, packet

MODEL = Path(__file__).parent.parent.parent / "models" / "transformer"
RATE = 10  # presses a second: more than any foot


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--displays", type=int, default=20)
    parser.add_argument("--presses", type=int, default=1000)
    parser.add_argument("--cues", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="a look, not a measurement")
    given = parser.parse_args()
    presses, cues = (100, 500) if given.quick else (given.presses, given.cues)
    result: dict[str, Any] = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}
    with tempfile.TemporaryDirectory() as scratch:
        for load, ahead in (("idle", 1), ("full", 1_000_000)):
            result |= asyncio.run(under(load, ahead, Path(scratch) / load, given.displays, presses))
            print(json.dumps(result), file=sys.stderr, flush=True)
    result[f"{cues} cues"] = asyncio.run(long_show(cues))
    result["load_after"] = round(os.getloadavg()[0], 2)
    print(json.dumps(result, indent=2))


async def under(load: str, ahead: int, folder: Path, displays: int, presses: int) -> dict[str, Any]:
    folder.mkdir()
    async with playing_bench(MODEL, folder, lines_ahead=ahead) as play:
        if load == "full":
            await wait_for(play, 200, lambda text: None)
        else:
            await asyncio.sleep(3.0)
        return {
            f"{displays} displays, generator {load}": sockets(play, displays, presses),
            f"send to painted, generator {load}": await painting(play, presses // 10),
        }


# -- many displays


def sockets(play: Play, displays: int, presses: int) -> dict[str, Any]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    receiver = context.Process(target=_receive_all, args=(play.page, displays, presses, theirs), daemon=True)
    receiver.start()
    assert ours.recv() == "ready"
    here, there = context.Pipe()
    sender = context.Process(target=_send, args=(play.osc, presses, there), daemon=True)
    sender.start()
    sent: list[int] = here.recv()
    arrived: dict[int, list[int]] = ours.recv()
    sender.join()
    receiver.join()
    whole = [sorted(times) for _, times in sorted(arrived.items()) if len(times) == displays]
    return {
        "presses": presses,
        "whole": len(whole),
        "first": percentiles([(times[0] - at) / 1e6 for at, times in zip(sent, whole, strict=False)]),
        "last": percentiles([(times[-1] - at) / 1e6 for at, times in zip(sent, whole, strict=False)]),
    }


def _send(port: int, presses: int, pipe: Connection) -> None:
    stream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stream.connect(("127.0.0.1", port))
    pipe.send(paced(stream.send, [packet("/stagelyric/line", 1)] * presses, RATE * 5))


def _receive_all(port: int, displays: int, presses: int, pipe: Connection) -> None:
    """Bare sockets, stamped when they are readable: no client library's work is in the figure."""
    import gc

    streams = [_connect(port) for _ in range(displays)]
    chooser = selectors.DefaultSelector()
    for stream in streams:
        stream.setblocking(False)
        chooser.register(stream, selectors.EVENT_READ)
    stamped: list[tuple[int, int, bytes]] = []
    gc.disable()
    pipe.send("ready")
    cues, quiet = 0, 0
    while cues < presses * displays and quiet < 3:
        ready = chooser.select(timeout=2.0)
        quiet = 0 if ready else quiet + 1
        for key, _ in ready:
            at = time.monotonic_ns()
            data = key.fileobj.recv(65536)  # type: ignore[union-attr]
            stamped.append((key.fd, at, data))
            cues += data.count(b'"type":"cue"')
            if b"\x89\x00" in data:
                key.fileobj.sendall(b"\x8a\x80\0\0\0\0")  # type: ignore[union-attr]
    arrived: defaultdict[int, list[int]] = defaultdict(list)
    for _, at, data in stamped:
        for piece in data.split(b'"type":"cue","number":')[1:]:
            arrived[int(piece.split(b",")[0])].append(at)
    pipe.send(dict(arrived))


def _connect(port: int) -> socket.socket:
    stream = socket.create_connection(("127.0.0.1", port), timeout=10)
    stream.sendall(
        f"GET /live?page=teleprompter HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: c3RhZ2VseXJpYyBiZW5jaA==\r\n\r\n".encode()
    )
    data = b""
    while b'"type":"state"' not in data:
        data += stream.recv(65536)
    return stream


# -- a real page


@contextlib.asynccontextmanager
async def page(url: str) -> Any:
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        tab = await browser.new_page(viewport={"width": 1280, "height": 720})
        await tab.goto(url)
        yield tab
        await browser.close()


async def painting(play: Play, presses: int) -> dict[str, Any]:
    """What the operator's page is told of a display: from the cue's sending to the news of its painting."""
    import aiohttp

    url = play.url
    seen: dict[int, tuple[float, float]] = {}
    async with page(url + "/?name=bench"), aiohttp.ClientSession() as session:
        await asyncio.sleep(2.0)
        async with session.ws_connect(url + "/live?page=operator") as operator:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
                for _ in range(presses):
                    # The desk is told once a second: a press for each.
                    stream.sendto(packet("/stagelyric/line", 1), ("127.0.0.1", play.osc))
                    async with asyncio.timeout(10):
                        while True:
                            told = json.loads((await operator.receive()).data)
                            if told["type"] == "displays":
                                break
                    for display in told["displays"]:
                        if display["name"] == "bench" and display["round_trip_ms"] is not None:
                            seen[display["painted"]] = (display["round_trip_ms"], display["ms"])
    return {
        "presses": len(seen),
        "there_and_back": percentiles([trip for trip, _ in seen.values()]),
        "in_the_page": percentiles([ms for _, ms in seen.values()]),
    }


async def long_show(cues: int) -> dict[str, Any]:
    """Heap before and after, and the page's longest tasks, of a teleprompter over so many cues.

    By the clock on the wall (as a browser counts long tasks: what another program does to this machine is in it), and
    by the processor's time of the page's own thread.
    """
    from web.conftest import running

    async with running() as show, page(show.page.url) as tab:
        browser = tab.context.browser
        control = await tab.context.new_cdp_session(tab)
        await tab.evaluate(
            "(() => { window.tasks = []; new PerformanceObserver(list => tasks.push(...list.getEntries()"
            ".map(e => Math.round(e.duration)))).observe({type: 'longtask'}) })()"
        )

        async def play(count: int) -> None:
            for number in range(count):
                show.cue(f"Line {number} of a long show by the harbour", next=f"Line {number + 1}")
                show.page.beat(float(number), 96.0)
                await asyncio.sleep(0.005)
                if number % 20 == 19:
                    text = f"Line{number}ofalongshowbytheharbour"
                    while await tab.evaluate("document.querySelector('.line').textContent.replace(/\\s/g, '')") != text:
                        await asyncio.sleep(0.01)

        async def heap() -> int:
            for _ in range(3):
                await control.send("HeapProfiler.collectGarbage")
            return int((await control.send("Runtime.getHeapUsage"))["usedSize"])

        await play(200)
        before = await heap()
        began = await tab.evaluate("tasks.length")
        await browser.start_tracing(page=tab, categories=["toplevel", "__metadata"])
        await play(cues)
        trace = json.loads(await browser.stop_tracing())["traceEvents"]
        walls = (await tab.evaluate("tasks"))[began:]
        return {
            "heap_before": before,
            "heap_after": await heap(),
            "nodes": await tab.evaluate("document.querySelectorAll('*').length"),
            "long_tasks_by_the_wall": {"count": len(walls), "longest_ms": max(walls, default=0)},
            "tasks_by_the_processor_ms": percentiles(sorted(main_thread_ms(trace))),
        }


def main_thread_ms(trace: list[dict[str, Any]]) -> list[float]:
    """The processor's milliseconds of every task of a renderer's main thread, as Chromium traced them."""
    mains = {
        (event["pid"], event["tid"])
        for event in trace
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        event["tdur"] / 1000
        for event in trace
        if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in mains and "tdur" in event
    ]


if __name__ == "__main__":
    main()
