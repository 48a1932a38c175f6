"""How much memory `play` and its processes take: the sum of their proportional shares (PSS), Linux only.

python tests/bench/bench_memory.py [-s 60] [SETLIST]

The shelves begin empty, so the writer is at work for most of a minute; the editor takes part where it is installed.
Browsers are not counted. This script imports nothing of the product, with whose libraries it would share memory.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLACES = {"data": ("XDG_DATA_HOME", ".local/share"), "cache": ("XDG_CACHE_HOME", ".cache")}


def shares(session: int) -> dict[str, float]:
    """The megabytes of each process of a session, by what it runs."""
    found: dict[str, float] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(place.name)) != session:
                continue
            lines = (place / "smaps_rollup").read_text().splitlines()
            share = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            command = (place / "cmdline").read_bytes().decode().split("\0")
        except (OSError, StopIteration):  # it has ended
            continue
        names = [part for part in command if part.startswith("stagelyric.") and part != "stagelyric.types.process"]
        name = names[0] if names else "play"
        found[name] = found.get(name, 0.0) + share * 1024 / 1e6
    return found


def main(seconds: float, setlist: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        places = {}
        for name, (variable, usual) in PLACES.items():
            editors = Path(os.environ.get(variable, Path.home() / usual)) / "stagelyric" / "editors"
            (Path(folder) / name / "stagelyric").mkdir(parents=True)
            (Path(folder) / name / "stagelyric" / "editors").symlink_to(editors)
            places[variable] = f"{folder}/{name}"
        command = [sys.executable, "-m", "stagelyric", "play", setlist, "--no-open"]
        quiet = subprocess.DEVNULL
        show = subprocess.Popen(
            command, stdin=quiet, stdout=quiet, stderr=quiet, env=os.environ | places, start_new_session=True
        )
        try:
            told: list[dict[str, float]] = []
            began = time.monotonic()
            while time.monotonic() < began + seconds:
                time.sleep(0.2)
                if show.poll() is not None:
                    sys.exit(f"the show has ended: {' '.join(command)}")
                told.append(shares(show.pid))
        finally:
            show.terminate()
            show.wait()
    sums = [sum(each.values()) for each in told]
    whole, at = sorted(sums), seconds * sums.index(max(sums)) / len(sums)
    p90 = whole[len(whole) * 9 // 10]
    median = statistics.median(whole)
    print(f"together, {seconds:.0f} s: median {median:.0f} MB, p90 {p90:.0f}, most {whole[-1]:.0f} after {at:.0f} s")
    for name in sorted({name for each in told for name in each}):
        own = [each[name] for each in told if name in each]
        print(f"  {name}: median {statistics.median(own):.0f} MB, most {max(own):.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-s", "--seconds", type=float, default=60.0)
    parser.add_argument("setlist", nargs="?", default="setlists/demo.toml")
    given = parser.parse_args()
    main(given.seconds, given.setlist)
