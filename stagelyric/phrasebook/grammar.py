"""Text to frames: a small grammar, with one clear sentence for every mistake.

file  = { comment | "@@" tags | frame } ;  frame = [ "@" tags ] 2 or 4 lines, then a blank line
line  = { text | slot | open } ;           slot  = "{" [ label ": " ] line { "|" line } "}"
open  = "*" kind [ digit ] [ ".s" ] ;      a backslash before { | } * @ # means the sign itself
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stagelyric.phrasebook import tags as tagging
from stagelyric.phrasebook.frame import OPEN, PLURALS, PRONOUNS, Frame, Line, Open, Piece, Slot, Text
from stagelyric.phrasebook.tags import TagError, Tags

_SIGNS = frozenset("{|}*@#\\")
_LABEL = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*):\s*")
_OPEN = re.compile(r"\*([A-Za-z]+)(\d*)(\.s(?![A-Za-z]))?")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be said of a place in a file. `row` and `column` from 1; column 0 is the whole line."""

    file: str
    row: int
    text: str
    column: int = 0
    error: bool = True

    def __str__(self) -> str:
        at = f"{self.file}:{self.row}" + (f":{self.column}" if self.column else "")
        return f"{at}: {'' if self.error else 'warning: '}{self.text}"


class FrameFileError(ValueError):
    """A file of frames that can't be read; its text is one sentence for the user."""


class GrammarError(ValueError):
    """What was wanted and found, and at which column (from 1)."""

    def __init__(self, told: str, column: int):
        super().__init__(told)
        self.column = column


@dataclass(slots=True)
class _Raw:
    """A slot as it is read: its choices are runs of text, slots and open slots, spaces still in the text."""

    label: str
    choices: list[list[_Item]]
    column: int


_Item = str | Open | _Raw


@dataclass(slots=True)
class Parsed:
    """The frames of a file, and what was wrong with those that are none."""

    frames: list[Frame] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read(file: Path) -> str:
    """A file's text. Raises FrameFileError, one sentence, where it can't be read or is no UTF-8."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise FrameFileError(f"{file}: wanted frames in UTF-8, found other bytes") from None
    except OSError as error:
        raise FrameFileError(f"{file}: wanted a file of frames, found: {error.strerror}") from None


def parse(text: str, file: str = "", hand: str = "") -> Parsed:
    """The frames in a file's text. A frame that can't be read is left out and told of; the others are there."""
    parsed, base = Parsed(), Tags(hand=hand if hand in tagging.HANDS else "")
    for block in _blocks(text):
        own, lines, base = _read_tags(block, base, file, parsed)
        if lines and own is not None:
            try:
                parsed.frames.append(_frame(lines, own, file, block[0][0]))
            except _FrameError as error:
                parsed.findings.append(error.finding)
    return parsed


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Runs of lines that are neither blank nor comments, each with its row."""
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
    """A block's own tags (None where they are wrong), its lines of verse, and the tags that go on for the file."""
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


def _frame(lines: Sequence[tuple[int, str]], own: Tags, file: str, row: int) -> Frame:
    if len(lines) not in (2, 4):
        told = f"wanted 2 lines (a couplet) or 4 (a quatrain) and then a blank line, found {len(lines)}"
        raise _FrameError(Finding(file, lines[0][0], told))
    own = _with_scheme(own, len(lines), file, row)
    read: list[Line] = []
    widths: list[tuple[int, ...]] = []
    for at, line in lines:
        try:
            raw = _Reader(line).line()
            read.append(normalised(raw))
            widths.append(tuple(_widths(raw)))
        except GrammarError as error:
            raise _FrameError(Finding(file, at, str(error), error.column)) from None
    rows, source = tuple(at for at, _ in lines), tuple(line for _, line in lines)
    frame = Frame(tuple(read), own, file, row, rows, tuple(widths), source)
    _check_labels(frame, file)
    return frame


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


def _check_labels(frame: Frame, file: str) -> None:
    """Slots with one label have equally many alternatives."""
    sizes: dict[str, tuple[int, int]] = {}
    for row, line in zip(frame.rows, frame.lines, strict=True):
        for slot in _slots(line):
            if slot.label:
                first, size = sizes.setdefault(slot.label, (row, len(slot.choices)))
                if size != len(slot.choices):
                    told = (
                        f'label "{slot.label}": wanted {size} alternatives, as in line {first}, '
                        f"found {len(slot.choices)}"
                    )
                    raise _FrameError(Finding(file, row, told, slot.column))


def read_line(text: str) -> Line:
    """One line of verse. Raises GrammarError."""
    return normalised(_Reader(text).line())


def _slots(line: Line) -> Iterator[Slot]:
    for piece in line:
        if isinstance(piece, Slot):
            yield piece
            for choice in piece.choices:
                yield from _slots(choice)


def _widths(items: Sequence[_Item]) -> Iterator[int]:
    for item in items:
        if isinstance(item, _Raw):
            yield len(item.choices)
            for choice in item.choices:
                yield from _widths(choice)


class _Reader:
    """One line of verse, read from left to right."""

    def __init__(self, text: str):
        self.text, self.at = text, 0

    def line(self) -> list[_Item]:
        items = self._items(0)
        if self.at < len(self.text):
            raise GrammarError(f'wanted "{{" before it, found "{self.text[self.at]}"', self.at + 1)
        return items

    def _items(self, depth: int) -> list[_Item]:
        """Items up to a "|" or "}" or the line's end."""
        items: list[_Item] = []
        plain = ""
        while self.at < len(self.text) and (c := self.text[self.at]) not in "|}":
            if c == "\\":
                plain += self._escaped()
            elif c in "{*":
                items += [plain] if plain else []
                plain = ""
                items.append(self._slot(depth) if c == "{" else self._open())
            else:
                plain += self._letter(c)
        return [*items, plain] if plain else items

    def _letter(self, c: str) -> str:
        if c == '"':
            raise GrammarError("wanted no double quotes, found one", self.at + 1)
        if not c.isascii() or (not c.isprintable() and c != "\t"):
            raise GrammarError(f"wanted plain ASCII letters, found {c!r}", self.at + 1)
        self.at += 1
        return c

    def _escaped(self) -> str:
        following = self.text[self.at + 1 : self.at + 2]
        if following not in _SIGNS or not following:
            raise GrammarError(f'wanted one of {{ | }} * @ # after "\\", found "{following}"', self.at + 1)
        self.at += 2
        return following

    def _slot(self, depth: int) -> _Raw:
        start = self.at
        if depth >= _DEEPEST:
            raise GrammarError(f"wanted slots at most {_DEEPEST} deep, found more", start + 1)
        self.at += 1
        label = ""
        if found := _LABEL.match(self.text, self.at):
            label, self.at = found[1].lower(), found.end()
        choices = [self._items(depth + 1)]
        while self.at < len(self.text) and self.text[self.at] == "|":
            self.at += 1
            choices.append(self._items(depth + 1))
        if self.at >= len(self.text):
            raise GrammarError('wanted a "}" for this "{", found the end of the line', start + 1)
        self.at += 1
        if choices == [[]]:
            raise GrammarError("wanted alternatives between { and }, found nothing", start + 1)
        return _Raw(label, choices, start + 1)

    def _open(self) -> Open:
        found = _OPEN.match(self.text, self.at)
        if found is None:
            raise GrammarError('wanted a class after "*" (write \\* for the sign), found none', self.at + 1)
        kind, digits, plural = found[1].lower(), found[2], bool(found[3])
        if kind not in OPEN and kind not in PRONOUNS:
            known = " ".join(f"*{name}" for name in (*OPEN, *PRONOUNS))
            raise GrammarError(f'wanted one of {known}, found "*{found[1]}"', self.at + 1)
        if plural and kind not in PLURALS:
            raise GrammarError(f"wanted no plural of *{kind}, found {found[0]}", self.at + 1)
        if digits and not 1 <= int(digits) <= 4:
            raise GrammarError(f"wanted a number from 1 to 4 after *{kind}, found {digits}", self.at + 1)
        self.at = found.end()
        return Open(kind, int(digits or 1), plural)


def normalised(items: Sequence[_Item]) -> Line:
    """Pieces of whole words: what is written against a slot without a space goes into each of its choices."""
    made: list[Piece] = []
    for chunk in _chunks(items):
        piece = _piece(chunk)
        if isinstance(piece, Text) and made and isinstance(made[-1], Text):
            made[-1] = Text(f"{made[-1].text} {piece.text}")
        else:
            made.append(piece)
    return tuple(made)


def _chunks(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Runs of items with no space inside."""
    chunk: list[_Item] = []
    for item in items:
        if not isinstance(item, str):
            chunk.append(item)
            continue
        for i, part in enumerate(re.split(r"\s+", item)):
            if i and chunk:
                yield chunk
                chunk = []
            if part:
                chunk.append(part)
    if chunk:
        yield chunk


def _piece(chunk: list[_Item]) -> Piece:
    at = next((i for i, item in enumerate(chunk) if isinstance(item, _Raw)), None)
    if at is not None:
        raw = chunk[at]
        assert isinstance(raw, _Raw)
        choices = tuple(normalised([*chunk[:at], *choice, *chunk[at + 1 :]]) for choice in raw.choices)
        return Slot(choices, raw.label, raw.column)
    opened = [item for item in chunk if isinstance(item, Open)]
    if not opened:
        return Text("".join(str(item) for item in chunk))
    if len(opened) > 1:
        raise GrammarError(f"wanted a space between {opened[0].marker} and {opened[1].marker}, found none", 1)
    place = chunk.index(opened[0])
    before, after = ("".join(map(str, part)) for part in (chunk[:place], chunk[place + 1 :]))
    return Open(opened[0].kind, opened[0].number, opened[0].plural, before, after)
