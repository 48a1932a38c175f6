"""Finds frames of a folder that begin alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from stagelyric.phrasebook import reach
from stagelyric.phrasebook.ends import bare
from stagelyric.phrasebook.frame import Frame
from stagelyric.phrasebook.grammar import Finding
from stagelyric.phrasebook.reader import GrammarError, read_line

_SHARE = 0.5
_Opening = tuple[str, ...]


def beginnings(line: str) -> tuple[_Opening, list[_Opening]]:
    """The first three words of a frame: with first alternatives, and all the beginnings that it can have."""
    try:
        read = read_line(line)
    except GrammarError:
        return (), []
    found = [tuple(map(bare, first.words)) for first in reach.first_words(read, 3)]
    return (found[0] if found else ()), found


def others(root: Path, leave: Path) -> Iterator[tuple[str, int, str]]:
    """File, row and first line of every frame under `root`, except those in the file `leave`."""
    for file in sorted(root.rglob("*.frames")):
        hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
        if hidden or file.resolve() == leave.resolve():
            continue
        yield from first_lines(file.read_text("utf-8", errors="replace"), str(file.relative_to(root)))


def first_lines(text: str, name: str) -> Iterator[tuple[str, int, str]]:
    """The first line of every frame in a text."""
    within = False
    for row, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("@"):
            within = False
        elif not line.startswith("#") and not within:
            within = True
            yield name, row, line.rstrip()


def shared(frames: Sequence[Frame], elsewhere: Iterable[tuple[str, int, str]]) -> Iterator[Finding]:
    """Frames that begin like another one, in their first alternatives or in more than half of their forms."""
    plain: dict[_Opening, str] = {}
    all_of: dict[_Opening, str] = {}
    for name, row, line in elsewhere:
        first, found = beginnings(line)
        plain.setdefault(first, f"{name}:{row}")
        for opening in found:
            all_of.setdefault(opening, f"{name}:{row}")
    for frame in frames:
        first, found = beginnings(frame.source[0])
        where = plain.get(first) if first else None
        if where is None:
            met = [all_of[opening] for opening in found if opening in all_of]
            where = max(set(met), key=met.count) if len(met) > _SHARE * len(found) else None
        if where is not None:
            told = f'begins "{" ".join(first)}" as {where} does'
            yield Finding(frame.file, frame.rows[0], told, error=not frame.tags.own)
        here = f"{frame.file}:{frame.rows[0]}"
        plain.setdefault(first, here)
        for opening in found:
            all_of.setdefault(opening, here)
