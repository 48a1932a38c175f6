"""`stagelyric soak`: plays hours of a show in minutes, with everything that goes wrong on a tour; prints a table and
draws a chart."""

import asyncio
import contextlib
import random
import socket
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp
import click
import psutil

from stagelyric.commands.common import Failure, json_option, print_json, writable
from stagelyric.testing.play import STARTING, Display, Play, PlayError, packet, playing
from stagelyric.types.json import JsonObject

EVERY = 8.0  # seconds of show time between two presses
SAMPLES = 120  # samples of the process over the whole soak
DISPLAYS = 6  # displays that come and go, beside the one that counts cues
WORDS = ("window", "river", "candle", "engine", "letter", "winter", "kitchen", "ticket", "garden", "ladder")
_SECTIONS = "".join(
    f'[[songs.sections]]\nname = "{name}"\nsafety = ["Hold on", "Row on"]\n' for name in ("a", "b", "c")
)
SETLIST = 'title = "Soak"\n' + "".join(f'[[songs]]\ntitle = "Song {n}"\ntempo = 120\n{_SECTIONS}' for n in range(1, 9))


@dataclass(slots=True)
class Sample:
    """`at` in seconds of show time; `memory`, `writer` in MB; `latency` in ms, the longest since the previous
    sample."""

    at: float
    memory: float
    writer: float
    descriptors: int
    latency: float


@dataclass(slots=True)
class Soak:
    """The results. `lost`: presses without a line; `repeats`: lines that came twice, other than safety lines."""

    presses: int = 0
    lost: int = 0
    repeats: int = 0
    kills: int = 0
    displays: int = 0
    latencies: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


@click.command()
@click.option("--hours", type=click.FloatRange(0.01, 100), default=8.0, show_default=True, help="Hours of the show.")
@click.option("--speed", type=click.FloatRange(1, 500), default=20.0, show_default=True, help="Times as fast as life.")
@click.option("--model", default="transformer", show_default=True, help="A model by name or folder.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed lets other things go wrong, at other times."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where the picture goes (SVG).")
@json_option
def soak(hours: float, speed: float, model: str, seed: int, out: Path | None, as_json: bool) -> None:
    """Play hours of a show in minutes: presses, songs, words, knobs, displays that come and go, the writer killed.

    Ends with status 1 where a press was lost or a line came twice.
    """
    if out is not None:
        writable(out)
    try:
        found = asyncio.run(_soak(hours * 3600, speed, model, random.Random(seed)))
    except (OSError, TimeoutError, PlayError, aiohttp.ClientError) as error:
        raise Failure(f"soak: the show did not stand it: {error}") from None
    told = summary(found)
    if out is not None:
        out.write_text(picture(found.samples), encoding="utf-8")
    if as_json:
        print_json(told | {"samples": [asdict(sample) for sample in found.samples]})
    else:
        for name, value in told.items():
            click.echo(f"  {name.replace('_', ' '):28} {value}")
    raise SystemExit(1 if found.lost or found.repeats else 0)


async def _soak(seconds: float, speed: float, model: str, rng: random.Random) -> Soak:
    """Plays `seconds` of show time."""
    found = Soak()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "set.toml").write_text(SETLIST, encoding="utf-8")
        arguments = (str(folder / "set.toml"), "--model", model, "--no-speech", "--midi", "none", "--wait-ready")
        async with playing(folder, *arguments, ready=0, own=("CACHE",)) as play, aiohttp.ClientSession() as session:
            await play.until(lambda: "Ctrl-C" in play.printed, STARTING)
            watching = asyncio.create_task(_come_and_go(session, play, rng, found))
            try:
                async with play.display() as display:
                    await _play(found, play, display, seconds, speed, rng)
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
    return found


async def _play(
    found: Soak, play: Play, display: Display, seconds: float, speed: float, rng: random.Random
) -> None:  # fmt: skip
    began, sampled, longest = time.monotonic(), 0.0, 0.0
    shown: Counter[str] = Counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pedal:
        pedal.connect(("127.0.0.1", play.osc))
        while (at := (time.monotonic() - began) * speed) < seconds:
            _something(pedal, play, rng, found)
            before = len(display.cues)
            pressed = time.monotonic()
            word = rng.random() < 0.04
            pedal.send(packet("/stagelyric/word", rng.choice(WORDS)) if word else packet("/stagelyric/line"))
            found.presses += 1
            cue = await _next_cue(display, before)
            if cue is None:
                found.lost += 1
            else:
                if not word:  # a line for a word must be written first
                    found.latencies.append((time.monotonic() - pressed) * 1000)
                    longest = max(longest, found.latencies[-1])
                shown[cue["text"]] += 1
                found.repeats += cue["origin"] in ("frame", "own", "model", "editor") and shown[cue["text"]] > 1
            if at - sampled >= seconds / SAMPLES:
                found.samples.append(_sample(at, play, longest))
                sampled, longest = at, 0.0
            await asyncio.sleep(max(0.0, EVERY * rng.uniform(0.5, 1.5) / speed - (time.monotonic() - pressed)))


def _something(pedal: socket.socket, play: Play, rng: random.Random, found: Soak) -> None:
    """Does what a band does between two lines, and sometimes what goes wrong."""
    chance = rng.random()
    if chance < 0.06:
        pedal.send(packet("/stagelyric/song", rng.randint(1, 8)))
    elif chance < 0.18:
        pedal.send(packet("/stagelyric/section", rng.randint(1, 3)))
    elif chance < 0.24:
        pedal.send(packet("/stagelyric/wildness", rng.random()))
    elif chance < 0.27:
        pedal.send(packet("/stagelyric/keep"))
    elif chance < 0.275 and (writers := play.writers()):
        found.kills += 1
        with contextlib.suppress(psutil.Error):
            writers[0].kill()


async def _next_cue(display: Display, before: int) -> JsonObject | None:
    """The next cue after `before` cues; None if there is none within five seconds."""
    try:
        await display.until(lambda: len(display.cues) > before, 5.0)
    except AssertionError:
        return None
    return display.cues[before]


async def _come_and_go(session: aiohttp.ClientSession, play: Play, rng: random.Random, found: Soak) -> None:
    """Displays that connect, then read for a while, or don't read, or report what they painted, and leave."""

    async def one() -> None:
        while True:
            with contextlib.suppress(OSError, aiohttp.ClientError, TimeoutError):
                kind = rng.choice(["", "operator", "audience"])
                async with session.ws_connect(f"{play.url}/live?page={kind}") as display:
                    found.displays += 1
                    async with asyncio.timeout(rng.uniform(0.2, 10.0)):
                        async for message in display:
                            if '"cue"' in str(message.data) and rng.random() < 0.5:
                                await display.send_str('{"painted": 1, "ms": 5.0}')
            await asyncio.sleep(rng.uniform(0.0, 0.5))

    await asyncio.gather(*(one() for _ in range(DISPLAYS)))


def _sample(at: float, play: Play, latency: float) -> Sample:
    with contextlib.suppress(psutil.Error):
        process, writers = psutil.Process(play.process.pid), play.writers()
        written = writers[0].memory_info().rss / 1e6 if writers else 0.0
        descriptors = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
        return Sample(round(at), round(process.memory_info().rss / 1e6, 1), round(written, 1), descriptors, latency)
    return Sample(round(at), 0.0, 0.0, 0, latency)


def summary(found: Soak) -> JsonObject:
    """The summary. `growth`: MB per hour of show time over its second half, from a line fitted to the samples."""
    latencies = sorted(found.latencies) or [0.0]
    later = found.samples[len(found.samples) // 2 :]
    return {
        "presses": found.presses,
        "presses_lost": found.lost,
        "lines_twice": found.repeats,
        "writer_killed": found.kills,
        "displays_that_came": found.displays,
        "latency_p50_ms": round(latencies[len(latencies) // 2], 2),
        "latency_p99_ms": round(latencies[int(len(latencies) * 0.99)], 2),
        "memory_first_mb": found.samples[0].memory if found.samples else 0.0,
        "memory_last_mb": found.samples[-1].memory if found.samples else 0.0,
        "growth_mb_an_hour": round(_slope([(sample.at / 3600, sample.memory) for sample in later]), 2),
        "descriptors_most": max((sample.descriptors for sample in found.samples), default=0),
    }


def _slope(points: list[tuple[float, float]]) -> float:
    """The slope of the least-squares line; 0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    middle_x, middle_y = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0


def picture(samples: list[Sample]) -> str:
    """Charts of memory, file descriptors and longest latency over the hours, one above the other."""
    rows = [
        ("the show's memory, MB", [sample.memory for sample in samples]),
        ("the writer's memory, MB", [sample.writer for sample in samples]),
        ("descriptors", [float(sample.descriptors) for sample in samples]),
        ("longest latency, ms", [sample.latency for sample in samples]),
    ]
    width, height = 720, 110
    hours = max((sample.at for sample in samples), default=0.0) / 3600
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height * len(rows) + 20}" '
             'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>']  # fmt: skip
    for row, (name, values) in enumerate(rows):
        top, most = row * height + 20, max(values, default=0.0) or 1.0
        across, down = (width - 80) / (hours or 1), (height - 35) / most
        points = " ".join(
            f"{60 + sample.at / 3600 * across:.1f},{top + 8 + (most - value) * down:.1f}"
            for sample, value in zip(samples, values, strict=True)
        )
        parts.append(f'<text x="60" y="{top}">{name} (at most {most:.0f})</text>')
        parts.append(f'<polyline points="{points}" fill="none" stroke="#246" stroke-width="1.5"/>')
    parts.append(f'<text x="{width - 90}" y="{height * len(rows) + 14}">{hours:.1f} hours</text></svg>')
    return "\n".join(parts)
