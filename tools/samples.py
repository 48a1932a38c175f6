"""Fifty quatrains of each way of drafting, for fixed asks and seeds, none picked out: docs/samples.md.

`python tools/samples.py [WAY…]` writes it anew, or the parts of some ways alone. A way by models takes minutes of a
quiet machine. Whoever changes frames, models or what ranks lines changes them.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stagelyric.types import paths
from stagelyric.types.lines import Ask, Drafter, Scheme
from stagelyric.writing.writer import Writer

FILE = Path(__file__).parents[1] / "docs" / "samples.md"
COUNT = 50
_HEAD = """# Fifty quatrains of each way

For fixed asks and seeds, made by `make samples`; none was picked. No editor chose among them. At the usual wildness
all stanzas on stage are frames; above it more and more are a model's, by words backward or by letters.
"""
WAYS: tuple[tuple[Drafter, str, str], ...] = (
    ("frames", "transformer", "forms of frames, written by hand ([how](lines.md))"),
    ("backward", "transformer", "the model of words, last word first, heard by the model of letters"),
    ("letters", "transformer", "the model of letters alone"),
    ("templates", "structure", "a model of kinds of word, filled by its vocabulary"),
)
ASKS: tuple[tuple[str, str, Scheme, tuple[int, int]], ...] = (
    ("rain harbour", "Polly Magnet", "AABB", (7, 9)), ("street snow", "Agnes|Leith", "ABCB", (6, 10)),
    ("kitchen bread", "Nora Pike|Joe", "ABAB", (6, 9)), ("money rent", "Mr Tallow", "AABB", (7, 10)),
    ("football school", "Danny Ray", "ABCB", (6, 9)), ("wedding dance", "Ivy|Tom", "AABB", (6, 9)),
    ("hospital night", "Esther Cole", "ABCB", (7, 9)), ("train letter", "Joe|Tucson", "ABAB", (7, 10)),
    ("love bed", "", "ABCB", (5, 9)), ("work factory", "Sam Dunn|Dora", "AABB", (6, 10)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """What was asked, and the four lines that came."""

    ask: Ask
    lines: tuple[str, ...]


def asks() -> list[Ask]:
    """The fixed asks: ten songs, each with five seeds."""
    return [
        Ask(
            themes=tuple(themes.split()), names=tuple(filter(None, names.split("|"))), rhyme=rhyme,
            syllables=syllables, seed=seed,
        )
        for seed in range(1, COUNT // len(ASKS) + 1)
        for themes, names, rhyme, syllables in ASKS
    ]  # fmt: skip


def stamp(way: Drafter, model: str) -> str:
    """Names what the lines of a way depend on but for the program: the same as it was, the same lines."""
    folder = paths.find_model(model)
    files = [folder / "meta.json", paths.backward(folder)]
    if way == "frames" and (frames := paths.frames()) is not None:
        files = [frames / "frames.index", frames / "ear.npz"]
    known = hashlib.sha256()
    for file in files:
        known.update(file.read_bytes() if file is not None and file.is_file() else b"")
    return f"{way} {known.hexdigest()[:12]}"


def writer(model: str) -> Writer:
    """A writer with a model and the frames that are shipped, without an editor."""
    return Writer.open(paths.find_model(model), frames=())


def written(with_: Writer, way: Drafter, wanted: Sequence[Ask]) -> Iterator[Sample]:
    """The first quatrain of each ask, by one way of drafting."""
    for ask in wanted:
        lines = with_.write(replace(ask, drafters=(way,)), 0, 4, [])
        yield Sample(ask, tuple(line.text for line in lines))


def shown(number: int, sample: Sample) -> str:
    """A sample as it stands in the file."""
    ask = sample.ask
    names = f"; {', '.join(ask.names)}" if ask.names else ""
    low, high = ask.syllables
    told = f"{number}. {' '.join(ask.themes)}{names}; {ask.rhyme}, {low}-{high} syllables, seed {ask.seed}"
    return told + "\n\n" + "\n".join(f"   {line}\\" for line in sample.lines[:-1]) + f"\n   {sample.lines[-1]}\n"


def section(way: Drafter, model: str, told: str) -> str:
    """The part of one way."""
    parts = [f"## {way}: {told}\n\n<!-- {stamp(way, model)} -->\n"]
    for number, sample in enumerate(written(writer(model), way, asks()), 1):
        parts.append(shown(number, sample))
        print(f"{way} {number} of {COUNT}", file=sys.stderr)
    return "\n".join(parts)


def sections(text: str) -> dict[str, str]:
    """The parts that a file has, by way."""
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {part.partition(":")[0]: f"## {part}".rstrip("\n") + "\n" for part in parts}


def main() -> None:
    wanted = sys.argv[1:] or [way for way, _, _ in WAYS]
    there = sections(FILE.read_text("utf-8")) if FILE.is_file() else {}
    for way, model, told in WAYS:
        if way in wanted:
            there[way] = section(way, model, told)
            FILE.write_text("\n".join([_HEAD, *(there[name] for name, _, _ in WAYS if name in there)]), "utf-8")


if __name__ == "__main__":
    main()
