"""Parses one line of verse: text, slots with labels, open slots, and proposed alternatives.

line = { text | slot | open } ;  slot = "{" [ label ": " ] choice { "|" choice } "}" ;  choice = [ "?" ] line
open = "*" kind [ digit ] [ ".s" ] ;  a backslash before { | } * @ # ? makes it a plain character

A "?" before an alternative marks a proposal that nobody has kept yet: it isn't sung. (A "?" with no word after it is a
question mark.)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stagelyric.phrasebook.frame import OPEN, PLURALS, PRONOUNS, Line, Open, Piece, Slot, Text

_SIGNS = frozenset("{|}*@#?\\")
_LABEL = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*):\s*")
_OPEN = re.compile(r"\*([A-Za-z]+)(\d*)(\.s(?![A-Za-z]))?")
_MARK = re.compile(r"\s*\?(?=[A-Za-z'*{\\])")
_DEEPEST = 6


class GrammarError(ValueError):
    """What was expected and found, and at which column (from 1)."""

    def __init__(self, told: str, column: int):
        super().__init__(told)
        self.column = column


@dataclass(frozen=True, slots=True)
class Raw:
    """A slot as parsed: its choices are lists of text, slots and open slots, with spaces still in the text.

    `column`: where its "{" is, from 1; `spans`: the range of each choice in the line (0-based, including its "?");
    `marked`: positions of proposed choices; `end`: just after its "}".
    """

    label: str
    choices: tuple[Sequence[Item], ...]
    column: int
    spans: tuple[tuple[int, int], ...] = ()
    marked: frozenset[int] = frozenset()
    end: int = 0


Item = str | Open | Raw


class Reader:
    """Reads one line of verse from left to right."""

    def __init__(self, text: str):
        self.text, self.at = text, 0

    def line(self) -> list[Item]:
        items = self._items(0)
        if self.at < len(self.text):
            raise GrammarError(f'wanted "{{" before it, found "{self.text[self.at]}"', self.at + 1)
        return items

    def _items(self, depth: int) -> list[Item]:
        """The items up to "|", "}" or the end of the line."""
        items: list[Item] = []
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
            raise GrammarError(f'wanted one of {{ | }} * @ # ? after "\\", found "{following}"', self.at + 1)
        self.at += 2
        return following

    def _slot(self, depth: int) -> Raw:
        start = self.at
        if depth >= _DEEPEST:
            raise GrammarError(f"wanted slots at most {_DEEPEST} deep, found more", start + 1)
        self.at += 1
        label = ""
        if found := _LABEL.match(self.text, self.at):
            label, self.at = found[1].lower(), found.end()
        choices: list[list[Item]] = []
        spans: list[tuple[int, int]] = []
        marked: set[int] = set()
        while not choices or self.text[self.at : self.at + 1] == "|":
            self.at += bool(choices)
            begin = self.at
            if found := _MARK.match(self.text, self.at):
                marked.add(len(choices))
                self.at = found.end()
            choices.append(self._items(depth + 1))
            spans.append((begin, self.at))
        if self.at >= len(self.text):
            raise GrammarError('wanted a "}" for this "{", found the end of the line', start + 1)
        self.at += 1
        if choices == [[]]:
            raise GrammarError("wanted alternatives between { and }, found nothing", start + 1)
        return Raw(label, tuple(choices), start + 1, tuple(spans), frozenset(marked), self.at)

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


def normalised(items: Sequence[Item]) -> Line:
    """Pieces of whole words: text attached to a slot without a space is added to each of its choices."""
    made: list[Piece] = []
    for chunk in _chunks(items):
        piece = _piece(chunk)
        if isinstance(piece, Text) and made and isinstance(made[-1], Text):
            made[-1] = Text(f"{made[-1].text} {piece.text}")
        else:
            made.append(piece)
    return tuple(made)


def _chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Runs of items without spaces between them."""
    chunk: list[Item] = []
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


def _piece(chunk: list[Item]) -> Piece:
    at = next((i for i, item in enumerate(chunk) if isinstance(item, Raw)), None)
    if at is not None:
        raw = chunk[at]
        assert isinstance(raw, Raw)
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


def read_line(text: str) -> Line:
    """Parses one line of verse, including proposed alternatives. Raises GrammarError."""
    return normalised(Reader(text).line())


def slots(items: Sequence[Item]) -> Iterator[Raw]:
    """Every slot of a line, outer ones before inner ones."""
    for item in items:
        if isinstance(item, Raw):
            yield item
            for choice in item.choices:
                yield from slots(choice)


def waiting(lines: Sequence[Sequence[Item]]) -> dict[str, frozenset[int]]:
    """For each label of a frame, the positions that are proposed in any of its slots: they count as proposed in all."""
    found: dict[str, frozenset[int]] = {}
    for line in lines:
        for slot in slots(line):
            if slot.label:
                found[slot.label] = found.get(slot.label, frozenset()) | slot.marked
    return found


def kept(items: Sequence[Item], linked: Mapping[str, Collection[int]]) -> list[Item]:
    """A line without proposed alternatives; `linked`: see `waiting`. Raises GrammarError if a slot would be empty.

    A slot with one choice left is replaced by that choice.
    """
    left: list[Item] = []
    for item in items:
        if not isinstance(item, Raw):
            left.append(item)
            continue
        gone = linked.get(item.label, ()) if item.label else item.marked
        choices = tuple(kept(choice, linked) for i, choice in enumerate(item.choices) if i not in gone)
        if not choices:
            raise GrammarError('wanted an alternative without "?" beside those with one, found none', item.column)
        if len(choices) == 1 and gone:
            left += choices[0]
        else:
            left.append(replace(item, choices=choices))
    return left
