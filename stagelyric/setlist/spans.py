"""Finds the position of each key, value and table in a TOML text, so that one of them can be changed and nothing else.

The text must have been read by `tomli`, which determines its meaning; this module only finds positions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import tomli

_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}#\n]+")
_BETWEEN = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")


@dataclass(slots=True)
class Value:
    """`items`: those of an array; `pairs`: those of an inline table; neither for a plain value."""

    start: int
    end: int
    items: list[Value] | None = None
    pairs: list[Pair] | None = None


@dataclass(slots=True)
class Pair:
    """`path`: the parts of its key; `start` of the key, `end` of the value; `after`: where the next line begins."""

    path: tuple[str, ...]
    start: int
    end: int
    value: Value
    after: int = 0


P = TypeVar("P", Value, Pair)


@dataclass(slots=True)
class Block:
    """A contiguous part of a table: its header, if it has one, and the keys below it.

    `lead`: where the comments right above the header begin; `body`: where the line after the header begins; `last`:
    where the line after its last key (or its header) begins; `end`: the next block's lead.
    """

    path: tuple[str, ...]
    many: bool
    lead: int
    body: int
    pairs: list[Pair] = field(default_factory=list)
    last: int = 0
    end: int = 0


def blocks(text: str) -> list[Block]:
    """All blocks of a text that ends with a line end; the first has no header. Raises ValueError for invalid TOML, if
    it is noticed here."""
    found = [Block((), False, 0, 0)]
    at = _skip(_BETWEEN, text, 0)
    while at < len(text):
        if text[at] == "[":
            block = _header(text, at, found[-1].last)
            found[-1].end = block.lead
            found.append(block)
            at = block.body
        else:
            pair = _pair(text, at)
            pair.after = _line_end(text, pair.end)
            found[-1].pairs.append(pair)
            at = found[-1].last = pair.after
        at = _skip(_BETWEEN, text, at)
    found[-1].end = len(text)
    return found


def _skip(what: re.Pattern[str], text: str, at: int) -> int:
    found = what.match(text, at)
    return at if found is None else found.end()


def _header(text: str, at: int, above: int) -> Block:
    many = text.startswith("[[", at)
    path, end = _key(text, at + 2 if many else at + 1)
    body = _line_end(text, end + (2 if many else 1))
    return Block(path, many, _lead(text, text.rfind("\n", 0, at) + 1, above), body, last=body)


def _lead(text: str, start: int, above: int) -> int:
    """Where the comments right above a line begin; not before `above`."""
    while start > above:
        line = text.rfind("\n", 0, start - 1) + 1
        if line < above or not text[line:start].lstrip().startswith("#"):
            break
        start = line
    return start


def _line_end(text: str, at: int) -> int:
    rest = _REST.match(text, at)
    if rest is None:
        raise ValueError(f"wanted the end of a line at {at}")
    return rest.end()


def _key(text: str, at: int) -> tuple[tuple[str, ...], int]:
    parts: list[str] = []
    while True:
        at = _skip(_SPACE, text, at)
        found = (_STRING if text[at : at + 1] in ('"', "'") else _BARE).match(text, at)
        if found is None:
            raise ValueError(f"wanted a key at {at}")
        part = found[0]
        parts.append(str(tomli.loads(f"key = {part}")["key"]) if part[0] in "\"'" else part)
        at = _skip(_SPACE, text, found.end())
        if text[at : at + 1] != ".":
            return tuple(parts), at
        at += 1


def _pair(text: str, at: int) -> Pair:
    path, end = _key(text, at)
    if text[end : end + 1] != "=":
        raise ValueError(f"wanted = at {end}")
    value = _value(text, _skip(_SPACE, text, end + 1))
    return Pair(path, at, value.end, value)


def _value(text: str, at: int) -> Value:
    first = text[at : at + 1]
    if first == "[":
        items: list[Value] = []
        return Value(at, _inside(text, at + 1, "]", _value, items), items=items)
    if first == "{":
        pairs: list[Pair] = []
        return Value(at, _inside(text, at + 1, "}", _pair, pairs), pairs=pairs)
    found = (_STRING if first in ('"', "'") else _PLAIN).match(text, at)
    if found is None or not first:
        raise ValueError(f"wanted a value at {at}")
    return Value(at, at + len(found[0].rstrip()))


def _inside(text: str, at: int, close: str, read: Callable[[str, int], P], into: list[P]) -> int:
    """Reads items separated by commas; returns the position after the closing bracket."""
    while True:
        at = _skip(_BETWEEN, text, at)
        if text[at : at + 1] == close:
            return at + 1
        into.append(read(text, at))
        at = _skip(_BETWEEN, text, into[-1].end)
        if text[at : at + 1] == ",":
            at += 1
        elif text[at : at + 1] != close:
            raise ValueError(f"wanted a comma or {close} at {at}")
