"""The speech row of `stagelyric bench`: from a press until the first samples of its line reach the audio device."""

import contextlib
import os
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from stagelyric.gear.journal.database import Record
from stagelyric.testing.play import Play
from stagelyric.types.json import JsonObject

GAP = 0.35  # seconds between presses, the pace of a foot
_STARTING = 90.0


def measure(play: Play, presses: int) -> JsonObject:
    """Milliseconds from the press's arrival at the show to the audio callback that took the line's first samples.

    The times are the show's own, from its journal. They don't include the latency of driver, interface and air;
    `buffer_ms` is PortAudio's figure for the first two. `problem` says why there is nothing to measure.
    """
    from stagelyric.speech.listing import list_outputs

    outputs = list_outputs()
    if outputs.problem is not None:
        return {"problem": outputs.problem}
    if not _until(lambda: len(list((play.cache / "speech").glob("*.flac"))) > 20):
        return {"problem": "the voice rendered nothing"}
    sent = _press(play, presses)
    _until(lambda: len(_spoken(play.journal)) >= presses, 5.0)
    delays = [delay for _, delay in _spoken(play.journal)]
    if len(delays) < 2:
        return {"problem": "nothing was spoken"}
    cuts = statistics.quantiles(delays, n=100, method="inclusive")
    return {
        "sent": sent,
        "spoken": len(delays),
        "p50": round(cuts[49], 3),
        "p99": round(cuts[98], 3),
        "max": round(max(delays), 3),
        "device": _device(play.journal),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def row(found: JsonObject) -> str:
    """The row as text for people."""
    if "problem" in found:
        return f"press to sound: not measured, {found['problem']}"
    return (
        f"press to sound: p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f}, max {found['max']:.1f}; "
        f"{found['spoken']} of {found['sent']} spoken on {found['device']}"
    )


def _press(play: Play, presses: int) -> int:
    for _ in range(presses):
        time.sleep(GAP)
        play.send("/stagelyric/line", 1)
    return presses


def _until(condition: Callable[[], object], seconds: float = _STARTING) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.2)
    return False


def _spoken(journal: Path) -> list[tuple[int, float]]:
    return [(int(number), float(delay)) for number, delay in _rows(journal, "number, latency_ms", "spoken")]


def _device(journal: Path) -> str:
    said = [str(text) for (text,) in _rows(journal, "text", "alert")]
    named = [text.partition('"')[2].partition('"')[0] for text in said if text.startswith("speech: audio output")]
    return named[-1] if named else "the audio device"


def _rows(journal: Path, columns: str, kind: str) -> list[Record]:
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database,
    ):
        return database.execute(f"SELECT {columns} FROM records WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
    return []
