"""Finds the proposed alternatives in a file of frames, shows them in their lines, and keeps or removes each.

All of this edits the file's text, so that comments, order and all else stay as they are. A place is a row of the file
and the position in it where an alternative begins (0-based, including its "?").
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from stagelyric.phrasebook import casting, grammar, reader, unfolding
from stagelyric.phrasebook.classes import Classes, Member
from stagelyric.phrasebook.frame import Frame
from stagelyric.phrasebook.reader import GrammarError, Raw, Reader

Said = list[tuple[str, bool]]
"""A line in parts, each with whether it belongs to the alternative that is shown."""
_TRIES = 40
_UNREADABLE = "This frame can't be read any more: stagelyric check says why."
_NAMED = re.compile(r"(\*(?:person|place)\d?): ([^;]+)")


class ProposalError(ValueError):
    """The alternative isn't there (the file was changed meanwhile), or the slot would be left empty. One sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An alternative as written. `waits`: it is proposed, and neither kept nor removed yet."""

    text: str
    row: int
    at: int
    waits: bool
    label: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A frame in its file. `title`: the comment above it; `rows`: the rows of its lines, from 1; `guessed`: tags that
    were guessed; `slots`: for each line the alternatives of its slots; `names`: the song's names for its open slots
    ("*person": "Polly"), from the comment that lists them."""

    title: str
    rows: tuple[int, ...]
    lines: tuple[str, ...]
    guessed: tuple[str, ...]
    slots: tuple[tuple[tuple[Choice, ...], ...], ...]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def waiting(self) -> list[Choice]:
        """The proposed alternatives; of linked ones only the first."""
        seen: set[tuple[str, int]] = set()
        found = []
        for slot in (slot for line in self.slots for slot in line):
            for position, choice in enumerate(slot):
                if choice.waits and not (choice.label and (choice.label, position) in seen):
                    seen.add((choice.label, position))
                    found.append(choice)
        return found


def opened(text: str) -> list[Opened]:
    """Every frame of a file that can be parsed, in order."""
    lines = text.split("\n")
    found = []
    for frame in grammar.parse(text, proposed=True).frames:
        above = lines[: frame.row - 1]
        comments = []
        while above and above[-1].startswith("#"):
            comments.append(above.pop().lstrip("# ").rstrip())
        names = {kind: name for comment in comments for kind, name in _NAMED.findall(comment)}
        comments = [comment for comment in comments if not _NAMED.match(comment)]
        tags = " ".join(lines[frame.row - 1 : frame.rows[0] - 1])
        slots = tuple(_choices(line, row) for line, row in zip(frame.source, frame.rows, strict=True))
        found.append(Opened(" ".join(reversed(comments)), frame.rows, frame.source, _guessed(tags), slots, names))
    return found


def waiting(text: str) -> int:
    """How many proposed alternatives a file has."""
    return sum(len(frame.waiting) for frame in opened(text))


def _guessed(tags: str) -> tuple[str, ...]:
    found = []
    for part in tags.lstrip("@ ").split(";"):
        values = [word.lstrip("?").rstrip(",") for word in part.split()[1:] if word.startswith("?")]
        if values:
            found.append(" ".join([part.split()[0], *values]))
    return tuple(found)


def _choices(line: str, row: int) -> tuple[tuple[Choice, ...], ...]:
    return tuple(
        tuple(
            Choice(line[start:end].strip().removeprefix("?"), row, start, position in slot.marked, slot.label)
            for position, (start, end) in enumerate(slot.spans)
        )
        for slot in reader.slots(Reader(line).line())
    )


def decided(text: str, row: int, at: int, *, keep: bool) -> str:
    """The file's text with an alternative and all linked ones kept (without the "?") or removed.

    Raises ProposalError if no alternative begins there, or if a slot would have none left.
    """
    lines = text.split("\n")
    for place, slot, position in _linked(lines, row, at):
        line = lines[place]
        if keep:
            start, end = slot.spans[position]
            lines[place] = line[:start] + line[start:end].replace("?", "", 1) + line[end:]
        else:
            lines[place] = _struck(line, slot, position)
    return "\n".join(lines)


def _struck(line: str, slot: Raw, position: int) -> str:
    left = [line[start:end] for i, (start, end) in enumerate(slot.spans) if i != position]
    sung = len(left) - len(slot.marked - {position})
    if not sung:
        raise ProposalError("This is the only one that is sung: keep another before it is struck.")
    if len(left) == 1:
        return line[: slot.column - 1] + left[0].strip() + line[slot.end :]
    return line[: slot.spans[0][0]] + "|".join(left) + line[slot.end - 1 :]


def _linked(lines: Sequence[str], row: int, at: int) -> list[tuple[int, Raw, int]]:
    """The alternative and those linked to it: (line, 0-based; slot; position).

    In each line the last comes first, so that editing one doesn't move the others.
    """
    start, end = _block(lines, row)
    verse = [at for at in range(start, end) if not lines[at].startswith(("@", "#"))]
    try:
        read = [(at, Reader(lines[at].rstrip()).line()) for at in verse]
    except GrammarError:
        raise ProposalError(_UNREADABLE) from None
    slots = [(at, slot) for at, line in read for slot in reader.slots(line)]
    for place, slot in slots:
        if place == row - 1 and (position := _position(slot, at)) is not None:
            same = [(p, s) for p, s in slots if s is slot or (slot.label and s.label == slot.label)]
            return [(p, s, position) for p, s in sorted(same, key=lambda one: (one[0], -one[1].column))]
    raise ProposalError("There is no such alternative any more: the file was changed.")


def _position(slot: Raw, at: int) -> int | None:
    return next((i for i, (start, _) in enumerate(slot.spans) if start == at), None)


def in_place(text: str, row: int, at: int) -> str:
    """The file's text with one alternative as the only one in its slots."""
    lines = text.split("\n")
    for place, slot, position in _linked(lines, row, at):
        start, end = slot.spans[position]
        chosen = lines[place][start:end].strip().removeprefix("?")
        lines[place] = lines[place][: slot.column - 1] + chosen + lines[place][slot.end :]
    return "\n".join(lines)


def said_with(text: str, row: int, at: int, classes: Classes, names: Mapping[str, str]) -> list[Said]:
    """The lines of a frame with one alternative, and first alternatives in all other slots."""
    plain, changed = (_first(_frame_at(one, row), classes, names) for one in (text, in_place(text, row, at)))
    return [_compared(a, b) for a, b in zip(plain, changed, strict=True)]


def sung(text: str, row: int, classes: Classes, names: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of a frame with first alternatives in all slots."""
    return _first(_frame_at(text, row), classes, names)


def fillings(text: str, row: int, classes: Classes, count: int, at: int | None = None) -> list[tuple[str, ...]]:
    """Up to `count` different forms, drawn from what was kept; `at`: with the alternative that begins there."""
    frame = _frame_at(text if at is None else in_place(text, row, at), row)
    rng = random.Random()
    found = dict.fromkeys(unfolding.rhymed(frame, rng, classes) for _ in range(_TRIES))
    return list(found)[:count]


def _block(lines: Sequence[str], row: int) -> tuple[int, int]:
    """The range (0-based, end excluded) of the frame that contains a row (from 1)."""
    if not 1 <= row <= len(lines) or not lines[row - 1].strip():
        raise ProposalError("There is no such frame any more: the file was changed.")
    start = end = row - 1
    while start and lines[start - 1].strip():
        start -= 1
    while end < len(lines) and lines[end].strip():
        end += 1
    return start, end


def _frame_at(text: str, row: int) -> Frame:
    """The frame that contains a row. Only this frame is parsed, since a file may have hundreds."""
    lines = text.split("\n")
    start, end = _block(lines, row)
    above = [line for line in lines[:start] if line.startswith("@@")]
    found = grammar.parse("\n".join([*above, "", *lines[start:end]])).frames
    if not found:
        raise ProposalError(_UNREADABLE)
    return found[0]


def _first(frame: Frame, classes: Classes, names: Mapping[str, str]) -> tuple[str, ...]:
    cast = unfolding.Cast(classes, random.Random("names"))
    for marker, name in names.items():
        kind, number = (marker[1:-1], int(marker[-1])) if marker[-1].isdigit() else (marker[1:], 1)
        sort = casting.gender(name, classes) if kind == "person" else casting.preposition(name)
        cast.members[kind, number] = Member(name, sort=sort)
    return unfolding.filled(frame, cast, lambda slot: 0)


def _compared(plain: str, changed: str) -> Said:
    """The second line in parts, each with whether it differs from the first line."""
    return list(_parts(plain.split(" "), changed.split(" ")))


def _parts(plain: Sequence[str], changed: Sequence[str]) -> Iterator[tuple[str, bool]]:
    for kind, _, _, start, end in SequenceMatcher(None, plain, changed, autojunk=False).get_opcodes():
        if end > start:
            yield " ".join(changed[start:end]), kind != "equal"
