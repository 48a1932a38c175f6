"""Parses the text of frames; each mistake is reported as one clear sentence.

file  = { comment | "@@" tags | frame } ;  frame = [ "@" tags ] 2 or 4 lines, then a blank line
(a line: see `reader`)

A file of beginnings is written alike, but what it has are quatrains of the scheme `free` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from stagelyric.phrasebook import reader
from stagelyric.phrasebook import tags as tagging
from stagelyric.phrasebook.frame import Frame, Line
from stagelyric.phrasebook.reader import GrammarError, Item, Reader, normalised
from stagelyric.phrasebook.tags import TagError, Tags

FRAMES: Final = ".frames"
BEGINNINGS: Final = ".beginnings"
ENDINGS: Final = (FRAMES, BEGINNINGS)
"""How the files of both end."""

BEGUN: Final = 4
"""Lines of a beginning."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding about a place in a file. `row` and `column` count from 1; column 0 means the whole line."""

    file: str
    row: int
    text: str
    column: int = 0
    error: bool = True

    def __str__(self) -> str:
        at = f"{self.file}:{self.row}" + (f":{self.column}" if self.column else "")
        return f"{at}: {'' if self.error else 'warning: '}{self.text}"


class FrameFileError(ValueError):
    """A frame file that can't be read. The message is one sentence for the user."""


@dataclass(slots=True)
class Parsed:
    """The frames of a file, and the findings about those that couldn't be parsed."""

    frames: list[Frame] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def faults_in(files: Sequence[Path]) -> list[str]:
    """Every mistake in some frame files, each with its place."""
    told: list[str] = []
    for file in files:
        try:
            told += map(str, parse(read(file), str(file)).findings)
        except FrameFileError as error:
            told.append(str(error))
    return told


def read(file: Path) -> str:
    """A file's text. Raises FrameFileError if it can't be read or isn't UTF-8."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise FrameFileError(f"{file}: wanted frames in UTF-8, found other bytes") from None
    except OSError as error:
        raise FrameFileError(f"{file}: wanted a file of frames, found: {error.strerror}") from None


def parse(text: str, file: str = "", hand: str = "", *, proposed: bool = False, begun: bool = False) -> Parsed:
    """The frames in a file's text. A frame that can't be parsed is skipped and reported as a finding.

    `proposed`: treat proposed alternatives as if they had been kept; else they are left out. `begun`: they are
    beginnings.
    """
    parsed, base = Parsed(), Tags(hand=hand if hand in tagging.HANDS else "")
    for block in _blocks(text):
        own, lines, base = _read_tags(block, base, file, parsed)
        if lines and own is not None:
            try:
                if begun:
                    _check_begun(lines, own, file, block[0][0])
                parsed.frames.append(_frame(lines, own, file, block[0][0], proposed))
            except _FrameError as error:
                parsed.findings.append(error.finding)
    return parsed


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Runs of lines that are neither blank nor comments, each line with its row."""
    block: list[tuple[int, str]] = []
    for row, line in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        line = line.rstrip()
        if line.startswith("#"):
            continue
        starts = line.startswith("@") and any(not other.startswith("@") for _, other in block)
        if (not line.strip() or starts) and block:
            yield block
            block = []
        if line.strip():
            block.append((row, line))
    if block:
        yield block


def _read_tags(
    block: Sequence[tuple[int, str]], base: Tags, file: str, parsed: Parsed
) -> tuple[Tags | None, list[tuple[int, str]], Tags]:
    """A block's own tags (None if they are wrong), its lines of verse, and the tags for the frames that follow."""
    own: Tags | None = base
    lines: list[tuple[int, str]] = []
    for row, line in block:
        if not line.startswith("@"):
            lines.append((row, line))
            continue
        wide = line.startswith("@@")
        skipped = 2 if wide else 1
        try:
            read = tagging.read(line[skipped:], base if wide or own is None else own)
        except TagError as error:
            parsed.findings.append(Finding(file, row, str(error), skipped + error.at + 1))
            own = None
            continue
        base = read if wide else base
        own = read if own is not None else None
    return own, lines, base


class _FrameError(ValueError):
    def __init__(self, finding: Finding):
        super().__init__(str(finding))
        self.finding = finding


def _check_begun(lines: Sequence[tuple[int, str]], own: Tags, file: str, row: int) -> None:
    """Checks that a frame can be a beginning."""
    if len(lines) != BEGUN:
        told = f"wanted the {BEGUN} lines of a beginning and then a blank line, found {len(lines)}"
        raise _FrameError(Finding(file, lines[0][0], told))
    if own.scheme != "free":
        raise _FrameError(Finding(file, row, f"scheme: wanted free for a beginning, found {own.scheme or 'none'}"))


def _frame(lines: Sequence[tuple[int, str]], own: Tags, file: str, row: int, proposed: bool) -> Frame:
    if len(lines) not in (2, 4):
        told = f"wanted 2 lines (a couplet) or 4 (a quatrain) and then a blank line, found {len(lines)}"
        raise _FrameError(Finding(file, lines[0][0], told))
    own = _with_scheme(own, len(lines), file, row)
    raw: list[Sequence[Item]] = []
    rows = tuple(at for at, _ in lines)
    for at, line in lines:
        with _told(file, at):
            raw.append(Reader(line).line())
    _check_labels(raw, rows, file)
    linked = reader.waiting(raw)
    read: list[Line] = []
    for number, at in enumerate(rows):
        with _told(file, at):
            if not proposed:
                raw[number] = reader.kept(raw[number], linked)
            read.append(normalised(raw[number]))
    widths = tuple(tuple(len(slot.choices) for slot in reader.slots(line)) for line in raw)
    return Frame(tuple(read), own, file, row, rows, widths, tuple(line for _, line in lines))


@contextmanager
def _told(file: str, row: int) -> Iterator[None]:
    """Raises a mistake in a line again, with its file and row."""
    try:
        yield
    except GrammarError as error:
        raise _FrameError(Finding(file, row, str(error), error.column)) from None


def _with_scheme(own: Tags, count: int, file: str, row: int) -> Tags:
    form = "couplet" if count == 2 else "quatrain"
    if own.form and own.form != form:
        told = f"form {own.form}: wanted {2 if own.form == 'couplet' else 4} lines, found {count}"
        raise _FrameError(Finding(file, row, told))
    scheme = own.scheme or ("AA" if count == 2 else "")
    if scheme not in tagging.SCHEMES[count]:
        wanted = ", ".join(tagging.SCHEMES[count])
        told = f"scheme: wanted one of {wanted} for a {form}, found {scheme or 'none'}"
        raise _FrameError(Finding(file, row, told))
    return tagging.read(f"scheme {scheme}; form {form}", own)


def _check_labels(lines: Sequence[Sequence[Item]], rows: Sequence[int], file: str) -> None:
    """Checks that all slots with the same label have the same number of alternatives."""
    sizes: dict[str, tuple[int, int]] = {}
    for row, line in zip(rows, lines, strict=True):
        for slot in reader.slots(line):
            if slot.label:
                first, size = sizes.setdefault(slot.label, (row, len(slot.choices)))
                if size != len(slot.choices):
                    told = (
                        f'label "{slot.label}": wanted {size} alternatives, as in line {first}, '
                        f"found {len(slot.choices)}"
                    )
                    raise _FrameError(Finding(file, row, told, slot.column))
