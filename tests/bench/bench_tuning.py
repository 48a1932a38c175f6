"""What fine-tuning on a band's own songs is worth, and what it costs.

    python tests/bench/bench_tuning.py MODEL FOLDER [--held-out 3] [--minutes 5] [--seeds 1] > tuning.json

MODEL is a model's name or folder, FOLDER a band's songs, a file each in any format that `stagelyric train` reads. Some
songs are held out, others by each seed, and never read: the rest is trained on with the shipped command
(`stagelyric train … --from MODEL`), whose time is wall time from start to end, imports and measuring included. Bits
per character, cold-256, are those of the int8 graphs on the songs held out, before and after. Lines are what a show
would have, `--lines` of them, and as many plain ones (`write --raw`); those that share five words in a row with a line
of the songs trained on are counted. JSON on standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def parted(folder: Path, count: int, seed: int, into: Path) -> tuple[Path, Path]:
    """Copies the songs into two folders: to train on, and held out."""
    from stagelyric.words.formats import ENDINGS

    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name.lower().endswith(ENDINGS))
    if len(files) <= count:
        raise SystemExit(f"{folder}: wanted more than {count} songs, a file each, found {len(files)}")
    held = set(random.Random(seed).sample(files, count))
    for number, file in enumerate(files):
        place = into / ("held out" if file in held else "songs") / f"{number:03}-{file.name}"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    return into / "songs", into / "held out"


def bits(model: Path, held: Path) -> float:
    from stagelyric.lm import evaluate, runtime
    from stagelyric.lm.corpus import read_held_out
    from stagelyric.lm.mixture import stream

    engine: Any = runtime.load(model)
    return evaluate.cold_bits(engine, stream(read_held_out(held).songs, engine.vocabulary), 256)


def copied(model: Path, songs: Path, count: int, seed: int) -> dict[str, float]:
    """The share of lines, as a show has them and plain, with five words in a row from the songs trained on."""
    from stagelyric.gates.novelty import shares_words
    from stagelyric.lm.corpus import read_held_out
    from stagelyric.types.lines import Ask
    from stagelyric.writing.writer import Writer

    writer, own = Writer.open(model), "\n".join(song.text for song in read_held_out(songs).songs)
    ask = Ask(seed=seed, rhyme="ABAB")
    made = {"copied": writer.write(ask, 0, count), "copied, plain": writer.raw(ask, count)}
    return {name: statistics.fmean(shares_words(line.text, own) for line in lines) for name, lines in made.items()}


def tuned(model: Path, folder: Path, count: int, seed: int, lines: int, more: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        songs, held = parted(folder, count, seed, Path(scratch))
        out = Path(scratch) / "tuned"
        command = [sys.executable, "-m", "stagelyric", "train", str(songs), "--from", str(model), "--out", str(out)]
        began = time.monotonic()
        subprocess.run([*command, "--seed", str(seed), *more], check=True, stdout=sys.stderr)
        seconds = time.monotonic() - began
        before, after = bits(model, held), bits(out, held)
        found = {"seconds": seconds, "before": before, "after": after, "falls by": 1 - after / before}
        found |= copied(out, songs, lines, seed)
        return {"seed": seed, **{name: round(value, 4) for name, value in found.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--held-out", type=int, default=3, help="how many songs are kept back")
    parser.add_argument("--minutes", type=float, help="train for so long (default: until songs held back gain no more)")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--lines", type=int, default=320)
    given = parser.parse_args()
    from stagelyric.types import paths

    model = paths.find_model(given.model)
    more = ["--minutes", str(given.minutes)] if given.minutes else []
    load = os.getloadavg()[0]
    runs = [tuned(model, given.folder, given.held_out, seed, given.lines, more) for seed in range(given.seeds)]
    names = [name for name in runs[0] if name != "seed"]
    result: dict[str, Any] = {"model": model.name, "load": round(load, 2), "runs": runs}
    result["mean"] = {name: round(statistics.fmean(run[name] for run in runs), 4) for name in names}
    if len(runs) > 1:
        result["sd"] = {name: round(statistics.stdev(run[name] for run in runs), 4) for name in names}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
