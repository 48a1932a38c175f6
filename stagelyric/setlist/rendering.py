"""Writes TOML values: new ones, or existing ones with as few changes as possible."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stagelyric.setlist.spans import Pair, Value
from stagelyric.types.json import Json, JsonMapping, JsonObject

MARK, SAME = "#", "="  # keys that no setlist has
_WIDE = 100  # characters; a longer list is split into several lines
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_COMMENT = re.compile(r"[ \t]*#[^\n]*")
_BETWEEN = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}

Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Source:
    """An existing table of a list: the path of its list, its data, and its value's position if it is inline."""

    path: tuple[str, ...]
    data: JsonMapping
    value: Value | None = None


def mark_of(table: JsonMapping) -> object:
    """The mark of an existing table; None for a new one."""
    return table.get(MARK, table.get(SAME))


def key(name: str) -> str:
    return name if _BARE.fullmatch(name) else quoted(name)


def quoted(text: str) -> str:
    """A text in straight quotes, on one line."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    letters = (_ESCAPES.get(letter) or (letter if letter.isprintable() else _escaped(letter)) for letter in text)
    return f'"{"".join(letters)}"'


def _escaped(letter: str) -> str:
    number = ord(letter)
    if number >= 0x20 and number != 0x7F and not 0xD800 <= number < 0xE000:
        return letter  # a special space or a direction mark is kept as typed
    if 0xD800 <= number < 0xE000:
        raise ValueError("wanted whole characters, found half of one")
    return f"\\u{number:04x}"


def literal(value: object) -> str:
    """A value as new TOML. Raises ValueError for a value that TOML can't express."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key(name)} = {literal(inner)}" for name, inner in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        items = [literal(item) for item in value]
        short = f"[{', '.join(items)}]"
        return short if len(short) <= _WIDE else "[\n" + "".join(f"  {item},\n" for item in items) + "]"
    raise ValueError("wanted a text, a number, true or false, a list or a table")


def block(path: tuple[str, ...], table: JsonMapping, lists: Mapping[tuple[str, ...], Sequence[str]]) -> str:
    """A new table of a list with its header, and below it the tables of its own lists."""
    below = [name for name in lists.get(path, ()) if isinstance(table.get(name), list) and table[name]]
    lines = [f"[[{'.'.join(path)}]]\n"]
    lines += [f"{key(name)} = {literal(value)}\n" for name, value in table.items() if name not in lists.get(path, ())]
    for name in below:
        for inner in table[name]:
            if not isinstance(inner, Mapping):
                raise ValueError(f"{name}: wanted tables")
            lines += ["\n" if len(path) == 1 else "", block((*path, name), inner, lists)]
    return "".join(lines)


def replaced(text: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    """A part of the text with its edits, which must not overlap."""
    out, at = [], start
    for first, last, new in sorted(edits, key=lambda edit: edit[:2]):
        out += [text[at:first], new]
        at = last
    return "".join([*out, text[at:end]])


def same(one: object, other: object) -> bool:
    """Whether two values are equal; true is not 1, but 96.0 is 96."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def plain(value: object) -> Json:
    """A value converted to what JSON can express."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 1 << 53:
        return str(value)
    return value if isinstance(value, bool | int | float | str) else str(value)


class Values:
    """Rewrites values of one text. `whole` removes the marks from wanted data."""

    def __init__(self, text: str, sources: Mapping[str, Source], whole: Callable[[object], Json]) -> None:
        self._text, self._sources, self._whole = text, sources, whole

    def again(self, value: Value, old: object, new: object) -> str:
        """The existing value's text with as few changes as possible."""
        if self._equal(old, new):
            return self._text[value.start : value.end]
        if value.pairs is not None and isinstance(new, dict) and isinstance(old, Mapping):
            return self._table(value, value.pairs, old, new)
        if value.items is not None and isinstance(new, list) and isinstance(old, list):
            return self._array(value, value.items, old, new)
        return literal(self._whole(new))

    def _equal(self, old: object, new: object) -> bool:
        return same(plain(old), self._whole(new))

    def _table(self, value: Value, pairs: Sequence[Pair], old: JsonMapping, new: JsonObject) -> str:
        if new.keys() == {SAME}:
            return self._text[value.start : value.end]
        wanted = {name: inner for name, inner in new.items() if name != MARK and inner is not None}
        dotted = {pair.path[0] for pair in pairs if len(pair.path) > 1}
        changed = {name for name in dotted if not self._equal(old[name], wanted.get(name))}
        edits: dict[int, Edit] = {
            at: (pair.value.start, pair.end, self.again(pair.value, old[pair.path[0]], wanted[pair.path[0]]))
            for at, pair in enumerate(pairs)
            if len(pair.path) == 1 and pair.path[0] in wanted
        }
        kept = [at for at, pair in enumerate(pairs) if at in edits or pair.path[0] in dotted - changed]
        added = [name for name in wanted if name not in old or name in changed]
        if len(kept) == len(pairs) and not added:
            return replaced(self._text, value.start, value.end, list(edits.values()))
        texts = [
            replaced(self._text, pairs[at].start, pairs[at].end, [edits[at]] if at in edits else []) for at in kept
        ]
        texts += [f"{key(name)} = {literal(self._whole(wanted[name]))}" for name in added]
        return f"{{ {', '.join(texts)} }}" if texts else "{}"

    def _array(self, value: Value, items: Sequence[Value], old: list[object], new: list[object]) -> str:
        places = self._places(items, old, new)
        texts = [
            literal(self._whole(wanted)) if at is None else self.again(items[at], old[at], wanted)
            for at, wanted in zip(places, new, strict=True)
        ]
        if places == list(range(len(items))):
            edits = [(item.start, item.end, text) for item, text in zip(items, texts, strict=True)]
            return replaced(self._text, value.start, value.end, edits)
        return self._rebuilt(value, items, places, texts)

    def _places(self, items: Sequence[Value], old: list[object], new: list[object]) -> list[int | None]:
        """For each new item the index of the existing one that it is: by its mark, else by its content, else by its
        position; None for a new one."""
        places: list[int | None] = [None] * len(new)
        free = set(range(len(items)))

        def take(at: int, place: int) -> None:
            places[at] = place
            free.discard(place)

        for at, wanted in enumerate(new):
            source = self._sources.get(str(mark_of(wanted))) if isinstance(wanted, dict) else None
            place = next((n for n, item in enumerate(items) if source is not None and item is source.value), None)
            if place is not None:
                take(at, place)
        for at, wanted in enumerate(new):
            if places[at] is None and not (isinstance(wanted, dict) and mark_of(wanted) is not None):
                alike = [place for place in sorted(free) if self._equal(old[place], wanted)]
                if alike:
                    take(at, at if at in alike else alike[0])
        if len(new) == len(items):
            for at in range(len(new)):
                if places[at] is None and at in free:
                    take(at, at)
        return places

    def _rebuilt(self, value: Value, items: Sequence[Value], places: Sequence[int | None], texts: Sequence[str]) -> str:
        """An array whose items were added, removed or moved; each that stays keeps the space and comments around it."""
        around, tail = self._around(value, items)
        rows = "\n" in self._text[value.start : value.end]
        indent = next((pre[pre.rindex("\n") :] for pre, _, _ in around if "\n" in pre), "\n  ")
        out = ["["]
        for number, (at, text) in enumerate(zip(places, texts, strict=True)):
            pre, mid, post = around[at] if at is not None else (indent if rows else "", "", "")
            if not rows:
                pre = "" if number == 0 else pre or " "
            if out[-1].rpartition("\n")[2].find("#") >= 0 and not pre.startswith("\n"):
                pre = "\n" + pre
            comma = "," if number < len(texts) - 1 or "\n" in tail else ""
            out += [pre + text + mid + comma, post] if post else [pre + text + mid + comma]
        if "#" in out[-1].rpartition("\n")[2] and not tail.startswith("\n"):
            tail = "\n" + tail
        return "".join([*out, tail if texts or "#" in tail else "", "]"])

    def _around(self, value: Value, items: Sequence[Value]) -> tuple[list[tuple[str, str, str]], str]:
        """For each item the text before it, the text between it and its comma, and the comment after that on the same
        line; and the text before the closing bracket."""
        text, at = self._text, value.start + 1
        around = []
        for item in items:
            pre, mid, end = text[at : item.start], "", item.end
            found = _BETWEEN.match(text, item.end)
            comma = item.end if found is None else found.end()
            if text[comma : comma + 1] == ",":
                mid, end = text[item.end : comma], comma + 1
            comment = _COMMENT.match(text, end)
            at = end if comment is None else comment.end()
            around.append((pre, mid, text[end:at]))
        return around, text[at : value.end - 1]
