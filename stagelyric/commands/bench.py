"""`stagelyric bench`: this machine's figures, through the real `play`, from other processes than its own."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stagelyric.commands import bench_speech
from stagelyric.commands.bench_wire import floor_of, osc_packet, percentiles, receive_all, send_all
from stagelyric.commands.common import Failure, json_option, plain_faults, print_json
from stagelyric.editor import fetch
from stagelyric.editor.faults import EditorError
from stagelyric.types import paths

if TYPE_CHECKING:
    pass

SETLIST = """
title = "Bench"
seed = 1967
[[songs]]
title = "Bench"
tempo = 120
names = ["Polly Magnet", "Leith"]
themes = ["rain", "harbour"]
[[songs.sections]]
name = "verse"
syllables = [6, 9]
rhyme = "AABB"
safety = ["Hold the light on the water", "Row me home"]
"""
WORDS = ("window", "river", "candle", "engine", "letter", "winter", "kitchen", "ticket", "garden", "ladder")


@dataclass(frozen=True, slots=True)
class House:
    """A running `play`: its ports, and where its pool is written."""

    page: int
    osc: int
    pid: int
    folder: Path


@click.command()
@click.option("--model", default="transformer", show_default=True, help="A model by name or folder.")
@click.option("--presses", type=click.IntRange(100), default=5000, show_default=True, help="Presses of each run.")
@click.option("--quick", is_flag=True, help="500 presses a run: a look, not a measurement.")
@json_option
def bench(model: str, presses: int, quick: bool, as_json: bool) -> None:
    """Measure this machine: trigger to page with the generator idle and at full load, trigger to sound, lines a
    second, memory.

    Times are from the sending of a UDP packet in one process to the arrival of the WebSocket frame in another,
    in milliseconds. "floor" is a bare UDP echo of the same packets, there and back.
    """
    from stagelyric.types import paths

    with plain_faults():
        folder = paths.find_model(model)
    count = 500 if quick else presses
    with tempfile.TemporaryDirectory(prefix="stagelyric-bench-") as scratch:
        result = _measure(folder, count, Path(scratch), print_progress=not as_json)
    if as_json:
        print_json(result)
    else:
        _print(result)


def _measure(model: Path, count: int, scratch: Path, *, print_progress: bool) -> dict[str, Any]:
    def say(text: str) -> None:
        if print_progress:
            click.echo(click.style(f"… {text}", dim=True), err=True)

    result: dict[str, Any] = {
        "machine": _machine(),
        "model": model.name,
        "presses": count,
        "load": {"idle": "pool full, generator waiting", "full": "generator writing without a pause"},
    }
    say("the floor: a bare UDP echo")
    result["floor_ms"] = {rate: floor_of(count, hertz) for rate, hertz in (("50/s", 50), ("1000/s", 1000))}
    with _play(model, scratch, lines_ahead=1_000_000) as house:
        began = time.monotonic()
        before = _written(house)
        say(f"full load, {count} presses at 50/s ({count // 50} s)")
        full = {"50/s": _presses(house, count, 50)}
        result["lines_per_second"] = round((_written(house) - before) / (time.monotonic() - began), 1)
        _wait_for(house, count + 500, say)
        say(f"full load, {count} presses at 1000/s")
        full["1000/s"] = _presses(house, count, 1000)
        say("a word asked for on the spot, at full load")
        result["word_ms"] = _words(house, 100)
        result["memory_mb"] = _memory(house)
        _wait_for(house, 2 * count + 500, say)
    with _play(model, scratch, lines_ahead=1) as house:
        say(f"idle, {count} presses at 50/s and 1000/s")
        time.sleep(3.0)
        result["press_to_page_ms"] = {
            "idle": {"50/s": _presses(house, count, 50), "1000/s": _presses(house, count, 1000)},
            "full": full,
        }
    with _play(model, scratch, lines_ahead=1_000_000, speech=True) as house:
        spoken = max(count // 50, 20)
        say(f"full load, {spoken} presses to sound")
        result["press_to_sound_ms"] = bench_speech.measure(house, spoken)
    result["ratios"] = {
        rate: {
            "p50_to_floor": _ratio(full[rate]["p50"], result["floor_ms"][rate]["p50"]),
            "p99_full_to_idle": _ratio(full[rate]["p99"], result["press_to_page_ms"]["idle"][rate]["p99"]),
        }
        for rate in full
    }
    return result


def _ratio(one: float, other: float) -> float:
    return round(one / other, 2)


def _with_editor(scratch: Path) -> dict[str, str]:
    """What the show is to know so that it finds this machine's editor, if there is one, from the bench's folder."""
    try:
        source = fetch.chosen()
    except EditorError:
        return {}
    built = scratch / "stagelyric" / paths.built_editors().name
    if source is None or built.exists():
        return {} if source is None else {fetch.CHOSEN: str(source)}
    with contextlib.suppress(OSError):  # where links need a right of their own, it is measured without
        built.parent.mkdir(parents=True, exist_ok=True)
        built.symlink_to(paths.built_editors(), target_is_directory=True)
    return {fetch.CHOSEN: str(source)}


@contextlib.contextmanager
def _play(model: Path, scratch: Path, lines_ahead: int, *, speech: bool = False) -> Iterator[House]:
    """The product itself, as its own command, on free ports, with its files in a folder of the bench's."""
    page, osc = _free_port(), _free_port()
    (scratch / "bench.toml").write_text(SETLIST, encoding="utf-8")
    environment = os.environ | {"XDG_CACHE_HOME": str(scratch), "XDG_DATA_HOME": str(scratch)} | _with_editor(scratch)
    command = [
        sys.executable, "-m", "stagelyric", "play", str(scratch / "bench.toml"), "--model", str(model),
        "--port", str(page), "--osc-port", str(osc), "--midi", "none", "--no-open",
        "--lines-ahead", str(lines_ahead), "--journal", str(scratch / "journal.sqlite3"),
        *(() if speech else ("--no-speech",)),
    ]  # fmt: skip
    with (scratch / "play.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        house = House(page, osc, process.pid, scratch)
        _until(lambda: _state(house)["ready"] > 0, process, scratch)
        yield house
    finally:
        process.terminate()
        process.wait(timeout=20)


def _until(ready: Callable[[], object], process: "subprocess.Popen[bytes]", scratch: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            if ready():
                return
        time.sleep(0.05)
    raise Failure(f"bench: play did not come up: {(scratch / 'play.log').read_text(errors='replace').strip()}")


def _state(house: House) -> dict[str, Any]:
    from urllib.request import urlopen

    with urlopen(f"http://127.0.0.1:{house.page}/api/state", timeout=5) as answer:
        state: dict[str, Any] = json.load(answer)
    return state


def _wait_for(house: House, lines: int, say: Callable[[str], None]) -> None:
    """Until so many lines are written in all: a burst must find its lines, as it would on stage."""
    while _written(house) < lines:
        say(f"waiting for lines: {_written(house)} of {lines}")
        time.sleep(5.0)


def _written(house: House) -> int:
    """Lines that the generator has written to the pool's files so far."""
    return sum(
        len(json.loads(chunk)[1])
        for file in house.folder.glob("stagelyric/pool/*/*.jsonl")
        for chunk in file.read_text(encoding="utf-8").splitlines()
    )


def _memory(house: House) -> dict[str, float]:
    import psutil

    play = psutil.Process(house.pid)
    sizes = {"play": play.memory_info().rss, "generator": sum(child.memory_info().rss for child in play.children())}
    return {name: round(size / 1e6, 1) for name, size in sizes.items()}


def _free_port() -> int:
    import socket

    with socket.socket() as stream:
        stream.bind(("127.0.0.1", 0))
        port: int = stream.getsockname()[1]
        return port


def _machine() -> dict[str, Any]:
    import platform

    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
    }


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    import platform

    return platform.processor()


# The peers, each a process of its own


def _presses(house: House, count: int, rate: int) -> dict[str, Any]:
    packets = [osc_packet("/stagelyric/line", 1)] * count
    return _send_and_receive(house, packets, rate, accept=("frame", "own", "model", "kept", "safety", "written"))


def _words(house: House, count: int) -> dict[str, Any]:
    packets = [osc_packet("/stagelyric/word", WORDS[number % len(WORDS)]) for number in range(count)]
    return _send_and_receive(house, packets, 4, accept=("word",))


def _send_and_receive(house: House, packets: list[bytes], rate: int, accept: tuple[str, ...]) -> dict[str, Any]:
    """Sends from one process, receives in another; both stamp with the machine's one monotonic clock."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    receiver = context.Process(target=receive_all, args=(house.page, len(packets), theirs), daemon=True)
    receiver.start()
    assert ours.recv() == "ready"
    sent_here, sent_there = context.Pipe()
    sender = context.Process(target=send_all, args=(house.osc, packets, rate, sent_there), daemon=True)
    sender.start()
    sent: list[int] = sent_here.recv()
    frames: list[tuple[int, str]] = ours.recv()
    sender.join()
    receiver.join()
    cues = [(at, json.loads(text)) for at, text in frames]
    if [cue["number"] for _, cue in cues] != sorted({cue["number"] for _, cue in cues}):
        raise Failure("bench: cues came twice or out of order")
    delays = [(at - begun) / 1e6 for begun, (at, _) in zip(sent, cues, strict=False)]
    origins = [cue["origin"] for _, cue in cues]
    return {
        **percentiles(delays),
        "sent": len(sent),
        "received": len(cues),
        "lost": len(sent) - len(cues),
        "origins": {origin: origins.count(origin) for origin in sorted(set(origins))},
        "unexpected": sum(origin not in accept for origin in origins),
    }


def _print(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    machine = result["machine"]
    console.print(f"[bold]{machine['processor']}[/], {machine['cores']} cores, load before {machine['load_before']}")
    table = Table("press to page, ms", "rate", "p50", "p99", "p99.9", "max", "lost", box=None, header_style="dim")
    rows = [
        *((f"floor: UDP echo, {result['presses']} packets", rate, row) for rate, row in result["floor_ms"].items()),
        *(
            (f"generator {load}", rate, row)
            for load, rates in result["press_to_page_ms"].items()
            for rate, row in rates.items()
        ),
        ("a word, 16 ranked drafts, generator full", "4/s", result["word_ms"]),
    ]
    for name, rate, row in rows:
        figures = [f"{row[key]:.3f}" for key in ("p50", "p99", "p99_9", "max")]
        table.add_row(name, rate, *figures, str(row.get("lost", "")))
    console.print(table)
    for rate, ratio in result["ratios"].items():
        to_floor, to_idle = ratio["p50_to_floor"], ratio["p99_full_to_idle"]
        console.print(f"at {rate}: p50 is {to_floor} times the floor's; p99 at full load {to_idle} times idle")
    console.print(bench_speech.row(result["press_to_sound_ms"]))
    console.print(f"{result['lines_per_second']} finished lines a second; memory (MB): {result['memory_mb']}")
