"""`stagelyric bench`: this machine's figures, through the real `play`, from other processes than its own."""

import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing import get_context
from pathlib import Path

import click

from stagelyric.commands import bench_speech
from stagelyric.commands.bench_wire import floor_of, percentiles, receive_all, send_all
from stagelyric.commands.common import Failure, json_option, plain_faults, print_json
from stagelyric.editor import fetch
from stagelyric.editor.faults import EditorError
from stagelyric.testing.play import SONG, Play, PlayError, packet, playing
from stagelyric.types import paths
from stagelyric.types.json import JsonObject

SETLIST = 'title = "Bench"\nseed = 1967\n' + SONG
WORDS = ("window", "river", "candle", "engine", "letter", "winter", "kitchen", "ticket", "garden", "ladder")


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
    with plain_faults():
        folder = paths.find_model(model)
    count = 500 if quick else presses
    with tempfile.TemporaryDirectory(prefix="stagelyric-bench-") as scratch:
        try:
            result = asyncio.run(_measure(folder, count, Path(scratch), print_progress=not as_json))
        except (PlayError, TimeoutError) as error:
            raise Failure(f"bench: {error or 'the show did not come up'}") from None
    if as_json:
        print_json(result)
    else:
        _print(result)


async def _measure(model: Path, count: int, scratch: Path, *, print_progress: bool) -> JsonObject:
    def say(text: str) -> None:
        if print_progress:
            click.echo(click.style(f"… {text}", dim=True), err=True)

    result: JsonObject = {
        "machine": _machine(),
        "model": model.name,
        "presses": count,
        "load": {"idle": "pool full, generator waiting", "full": "generator writing without a pause"},
    }
    say("the floor: a bare UDP echo")
    result["floor_ms"] = {rate: floor_of(count, hertz) for rate, hertz in (("50/s", 50), ("1000/s", 1000))}
    async with playing_bench(model, scratch, lines_ahead=1_000_000) as play:
        began = time.monotonic()
        before = _written(play)
        say(f"full load, {count} presses at 50/s ({count // 50} s)")
        full = {"50/s": _presses(play, count, 50)}
        result["lines_per_second"] = round((_written(play) - before) / (time.monotonic() - began), 1)
        await wait_for(play, count + 500, say)
        say(f"full load, {count} presses at 1000/s")
        full["1000/s"] = _presses(play, count, 1000)
        say("a word asked for on the spot, at full load")
        result["word_ms"] = _words(play, 100)
        result["memory_mb"] = _memory(play)
        await wait_for(play, 2 * count + 500, say)
    async with playing_bench(model, scratch, lines_ahead=1) as play:
        say(f"idle, {count} presses at 50/s and 1000/s")
        await asyncio.sleep(3.0)
        result["press_to_page_ms"] = {
            "idle": {"50/s": _presses(play, count, 50), "1000/s": _presses(play, count, 1000)},
            "full": full,
        }
    async with playing_bench(model, scratch, lines_ahead=1_000_000, speech=True) as play:
        spoken = max(count // 50, 20)
        say(f"full load, {spoken} presses to sound")
        result["press_to_sound_ms"] = bench_speech.measure(play, spoken)
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
    """The environment in which the show finds this machine's editor, if there is one, from the bench's folder."""
    try:
        source = fetch.chosen()
    except EditorError:
        return {}
    built = scratch / "cache" / "stagelyric" / paths.built_editors().name
    if source is None or built.exists():
        return {} if source is None else {fetch.CHOSEN: str(source)}
    # if creating links requires a permission, the measurement is made without the editor
    with contextlib.suppress(OSError):
        built.parent.mkdir(parents=True, exist_ok=True)
        built.symlink_to(paths.built_editors(), target_is_directory=True)
    return {fetch.CHOSEN: str(source)}


@asynccontextmanager
async def playing_bench(model: Path, scratch: Path, lines_ahead: int, *, speech: bool = False) -> AsyncIterator[Play]:
    """The program itself, run by its own command, with its files in a folder of the bench."""
    (scratch / "bench.toml").write_text(SETLIST, encoding="utf-8")
    arguments = (
        str(scratch / "bench.toml"), "--model", str(model), "--midi", "none", "--lines-ahead", str(lines_ahead),
        *(() if speech else ("--no-speech",)),
    )  # fmt: skip
    async with playing(scratch, *arguments, environment=_with_editor(scratch)) as play:
        yield play


async def wait_for(play: Play, lines: int, say: Callable[[str], None]) -> None:
    """Waits until `lines` lines are written in all: a burst of presses must find its lines ready, as on stage."""
    while _written(play) < lines:
        say(f"waiting for lines: {_written(play)} of {lines}")
        await asyncio.sleep(5.0)


def _written(play: Play) -> int:
    """The number of lines that the generator has written to the pool's files so far."""
    return sum(
        len(json.loads(chunk)[1])
        for file in play.cache.glob("pool/*/*.jsonl")
        for chunk in file.read_text(encoding="utf-8").splitlines()
    )


def _memory(play: Play) -> dict[str, float]:
    import psutil

    show = psutil.Process(play.process.pid)
    sizes = {"play": show.memory_info().rss, "generator": sum(child.memory_info().rss for child in show.children())}
    return {name: round(size / 1e6, 1) for name, size in sizes.items()}


def _machine() -> JsonObject:
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


# The peers, each in a process of its own


def _presses(play: Play, count: int, rate: int) -> JsonObject:
    packets = [packet("/stagelyric/line", 1)] * count
    return _send_and_receive(
        play, packets, rate, accept=("frame", "own", "model", "editor", "kept", "safety", "written")
    )


def _words(play: Play, count: int) -> JsonObject:
    packets = [packet("/stagelyric/word", WORDS[number % len(WORDS)]) for number in range(count)]
    return _send_and_receive(play, packets, 4, accept=("word",))


def _send_and_receive(play: Play, packets: list[bytes], rate: int, accept: tuple[str, ...]) -> JsonObject:
    """Sends from one process and receives in another; both take times from the machine's monotonic clock."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    receiver = context.Process(target=receive_all, args=(play.page, len(packets), theirs), daemon=True)
    receiver.start()
    assert ours.recv() == "ready"
    sent_here, sent_there = context.Pipe()
    sender = context.Process(target=send_all, args=(play.osc, packets, rate, sent_there), daemon=True)
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


def _print(result: JsonObject) -> None:
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
