"""`python -m stagelyric.phrasebook FILE… [--sample N]`: checks files of frames; with --compile, compiles a folder."""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from pathlib import Path

from stagelyric.phrasebook import book, checks, classes, compiled, folder, grammar, reach, unfolding
from stagelyric.phrasebook.frame import Frame


def main() -> int:
    arguments = argparse.ArgumentParser(prog="check.sh")
    arguments.add_argument("files", nargs="+", type=Path)
    arguments.add_argument("--compile", action="store_true", help="write frames.index into a folder of frames")
    arguments.add_argument("--sample", type=int, default=0, metavar="N")
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument("--root", type=Path, default=None)
    arguments.add_argument("--classes", type=Path)
    arguments.add_argument("--errors", action="store_true", help="leave warnings out")
    given = arguments.parse_args()
    if given.compile:
        return _compile(given.files)
    known = classes.load(given.classes or given.files[0].resolve().parent.parent / book.CLASSES)
    wrong = False
    for file in given.files:
        root = given.root or file.resolve().parent.parent
        try:
            text = grammar.read(file)
        except grammar.FrameFileError as error:
            print(error)
            return 2
        parsed = grammar.parse(text, file.name, hand=file.resolve().parent.name)
        found = parsed.findings + [one for frame in parsed.frames for one in checks.findings(frame, known)]
        found += folder.shared(parsed.frames, folder.others(root, file))
        for finding in sorted(found, key=lambda finding: finding.row):
            if finding.error or not given.errors:
                print(finding)
        wrong = wrong or any(finding.error for finding in found)
        print(_summary(file, parsed.frames, found))
        _samples(parsed.frames, known, given.sample, given.seed)
    return 2 if wrong else 0


def _compile(folders: list[Path]) -> int:
    for place in folders:
        try:
            size = book.compile_folder(place)
        except book.BookError as error:
            print(error)
            return 2
        print(f"{place / compiled.FILE}: {size:,} bytes")
    return 0


def _summary(file: Path, frames: list[Frame], found: list[grammar.Finding]) -> str:
    errors = sum(finding.error for finding in found)
    if not frames:
        return f"{file.name}: no frames; {errors} errors"
    widths = [width for frame in frames for line in frame.widths for width in line]
    lines = sum(len(frame.lines) for frame in frames)
    schemes: dict[str, int] = {}
    for frame in frames:
        schemes[frame.tags.scheme] = schemes.get(frame.tags.scheme, 0) + 1
    listed = ", ".join(f"{count} {scheme}" for scheme, count in sorted(schemes.items()))
    typical = statistics.median(reach.forms(frame) for frame in frames)
    return (
        f"{file.name}: {len(frames)} frames ({listed}), {len(widths) / lines:.1f} slots a line, "
        f"{sum(widths) / max(1, len(widths)):.1f} alternatives, {typical:,.0f} forms in the middle one; "
        f"{errors} errors, {len(found) - errors} warnings"
    )


def _samples(frames: list[Frame], known: classes.Classes, count: int, seed: int | None) -> None:
    rng = random.Random(seed)
    for _ in range(count if frames else 0):
        frame = rng.choice(frames)
        lines = unfolding.rhymed(frame, rng, known)
        print(f"\n[{frame.file}:{frame.row}]", *lines, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
