"""Edits a setlist's text so that everything unchanged stays byte for byte as it was written, including comments.

A set is exchanged as data, `as_data`: the TOML's content, where each song, section and trigger has an identifier under
`MARK` ("songs/0/sections/1"). The edited set has the same form: a table with a mark is the one in the text, wherever it
is placed and however often; a table without one is new; an unchanged table may be given as `{SAME: its mark}`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import tomli

from stagelyric.setlist import rendering
from stagelyric.setlist.rendering import MARK, SAME, Source, literal, mark_of, plain, same
from stagelyric.setlist.spans import Block, Value, blocks
from stagelyric.types.json import Json, JsonMapping, JsonObject

TABLES = {
    (): ("triggers", "songs"),
    ("songs",): ("sections", "triggers"),
    ("songs", "sections"): ("triggers",),
}
"""Which keys of the set, of a song and of a section are lists of tables."""

_LISTS = {(*path, key) for path, keys in TABLES.items() for key in keys}

Data = JsonObject
_CANNOT = "it can't be changed here without changing more; change it in the file itself"


@dataclass(slots=True)
class Node:
    """A table in the text: the block with its own keys; and, in order, what follows it: the tables of its lists (Node)
    and other tables (Block)."""

    path: tuple[str, ...]
    block: Block
    data: Data
    mark: str = ""
    parts: list[Node | Block] = field(default_factory=list)

    def of(self, key: str) -> list[Node]:
        return [part for part in self.parts if isinstance(part, Node) and part.path[-1] == key]

    def blocks(self) -> Iterator[Block]:
        """Its own block and all blocks below it."""
        yield self.block
        for part in self.parts:
            yield from part.blocks() if isinstance(part, Node) else (part,)


def as_data(text: str) -> Data:
    """The set in a TOML text, with marks; values that JSON lacks become text. Raises ValueError."""
    told: Data = plain(tomli.loads(text))
    _mark(told, (), "")
    return told


def edited(text: str, wanted: JsonMapping) -> str:
    """The text with the content `wanted`. `text` ends with a line end and has no carriage returns.

    Raises ValueError if a mark is unknown, or if the text can't be changed without changing other parts.
    """
    return Editor(text).edited(wanted)[0]


class Editor:
    """Edits one text, any number of times; see `edited`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sources: dict[str, Source] = {}
        self._nodes: dict[str, Node] = {}
        try:
            self.root = self._tree()
            self._index(self.root, self.root.data, "")
        except (ValueError, LookupError) as error:
            raise ValueError(f"{_CANNOT} ({error})") from None
        self._values = rendering.Values(text, self.sources, self.whole)

    def edited(self, wanted: JsonMapping) -> tuple[str, Data]:
        """The text with the content `wanted`, and its data as read by `tomli`."""
        meant = self.whole(dict(wanted))
        after = self.table(self.root, dict(wanted))
        if after.endswith("\n\n") and not self.text.endswith("\n\n"):  # the last table was removed
            after = after.rstrip("\n") + "\n"
        try:
            said = tomli.loads(after)
        except ValueError:
            raise ValueError(_CANNOT) from None
        if not same(_without_empty(plain(said)), _without_empty(meant)):
            raise ValueError(_CANNOT)
        return after, said

    # -- the present text

    def _tree(self) -> Node:
        first, *others = blocks(self.text)
        root = Node((), first, tomli.loads(self.text))
        last: dict[tuple[str, ...], Node] = {(): root}
        counts: Counter[tuple[int, str]] = Counter()
        for block in others:
            above = last.get(block.path[:-1])
            key = block.path[-1]
            if block.many and block.path in _LISTS and above is not None and isinstance(above.data.get(key), list):
                node = Node(block.path, block, above.data[key][counts[id(above), key]])
                counts[id(above), key] += 1
                above.parts.append(node)
                last = {path: other for path, other in last.items() if len(path) < len(block.path)}
                last[block.path] = node
            else:
                below = max((path for path in last if path == block.path[: len(path)]), key=len)
                last[below].parts.append(block)
        return root

    def _index(self, node: Node, data: Data, prefix: str) -> None:
        """Gives every table of a list a mark, whether it is a block or within a value."""
        for key in TABLES.get(node.path, ()):
            tables = node.of(key)
            for number, part in enumerate(tables):
                part.mark = f"{prefix}{key}/{number}"
                self.sources[part.mark] = Source(part.path, part.data)
                self._nodes[part.mark] = part
                self._index(part, part.data, f"{part.mark}/")
            for pair in node.block.pairs if not tables else ():
                if pair.path == (key,):
                    self._index_value((*node.path, key), pair.value, data[key], f"{prefix}{key}")

    def _index_value(self, path: tuple[str, ...], value: Value, data: object, prefix: str) -> None:
        if value.items is None or not isinstance(data, list):
            return
        for number, (item, inside) in enumerate(zip(value.items, data, strict=True)):
            if item.pairs is None:
                continue
            mark = f"{prefix}/{number}"
            self.sources[mark] = Source(path, inside, item)
            for pair in item.pairs:
                if len(pair.path) == 1 and pair.path[0] in TABLES.get(path, ()):
                    key = pair.path[0]
                    self._index_value((*path, key), pair.value, inside[key], f"{mark}/{key}")

    def whole(self, wanted: object) -> Json:
        """`wanted` without marks, where unchanged tables are replaced by their content."""
        if isinstance(wanted, list):
            return [self.whole(one) for one in wanted]
        if not isinstance(wanted, dict):
            return wanted
        if wanted.keys() == {SAME}:
            return plain(self.source(wanted[SAME]).data)
        return {key: self.whole(value) for key, value in wanted.items() if key != MARK and value is not None}

    def source(self, mark: object) -> Source:
        found = self.sources.get(mark) if isinstance(mark, str) else None
        if found is None:
            raise ValueError(f"{MARK}: wanted a table of the file, found none at {str(mark)[:40]!r}")
        return found

    # -- the new text

    def table(self, node: Node, wanted: Data) -> str:
        """The text of a table and everything below it."""
        if wanted.keys() == {SAME} and node.mark:
            return "".join(self.text[block.lead : block.end] for block in node.blocks())
        lists = {key for key in TABLES.get(node.path, ()) if node.of(key)}
        dropped, added = self._changes(node, wanted, lists)
        out = [self._own(node, wanted, dropped, added)]
        new = [key for key in TABLES.get(node.path, ()) if key in added]
        if "songs" in lists and "triggers" in new:  # the set's triggers stand before its songs
            out += [*self._fresh(out, node.path, wanted, ["triggers"]), "\n"]
            new.remove("triggers")
        out += self._slots(node, wanted, dropped)
        text = "".join(out)
        fresh = "".join(self._fresh([text], node.path, wanted, new))
        if not fresh:
            return text
        was = _region(self.text, node)
        end = was[len(was.rstrip("\n")) :] if node.mark else "\n"
        return text.rstrip("\n") + "\n" + ("" if fresh.startswith("\n") else "\n") + fresh.rstrip("\n") + end

    def _changes(self, node: Node, wanted: Data, lists: set[str]) -> tuple[set[str], list[str]]:
        """The keys that are removed entirely, and those that are written as new."""
        simple = {pair.path[0] for pair in node.block.pairs if len(pair.path) == 1}
        dropped: set[str] = set()
        for key, value in node.data.items():
            if key in simple or key in lists:
                continue
            if not same(plain(value), self.whole(wanted.get(key))):
                dropped.add(key)
        there = (set(node.data) | lists) - dropped
        return dropped, [key for key, value in wanted.items() if key not in there and key != MARK and value is not None]

    def _own(self, node: Node, wanted: Data, dropped: set[str], added: Sequence[str]) -> str:
        """The table's own block with its keys as wanted, and new keys below them."""
        block, edits, lists_of = node.block, list[rendering.Edit](), TABLES.get(node.path, ())

        def goes(key: str) -> bool:
            return wanted.get(key) is None and not (key in lists_of and node.data[key] == [])

        for pair in block.pairs:
            key = pair.path[0]
            line = self.text.rfind("\n", 0, pair.start) + 1
            if key in dropped or (len(pair.path) == 1 and goes(key)):
                edits.append((line, pair.after, ""))
            elif len(pair.path) == 1 and wanted.get(key) is not None:
                edits.append((pair.value.start, pair.end, self._values.again(pair.value, node.data[key], wanted[key])))
        lines = [
            f"{rendering.key(key)} = {literal(self.whole(wanted[key]))}\n"
            for key in added
            if key not in lists_of or not _tables(wanted[key])
        ]
        edits.append((block.last, block.last, "".join(lines)))
        return rendering.replaced(self.text, block.lead, block.end, edits)

    def _slots(self, node: Node, wanted: Data, dropped: set[str]) -> Iterator[str]:
        """What follows a table, in order; the n-th table of a list goes where the n-th stood."""
        lists = {key: _Slots(self, node.of(key), wanted.get(key) or []) for key in TABLES.get(node.path, ())}
        for part in node.parts:
            if isinstance(part, Node):
                yield from lists[part.path[-1]].next(part)
            elif part.path[len(node.path)] not in dropped:
                yield self.text[part.lead : part.end]

    def _fresh(self, before: list[str], path: tuple[str, ...], wanted: Data, keys: Sequence[str]) -> Iterator[str]:
        """Lists of tables that did not exist before."""
        for key in keys:
            if not _tables(wanted[key]):
                continue
            for one in wanted[key]:
                text = self.element((*path, key), one).rstrip("\n") + "\n"
                yield text if not any(before) or before[-1].endswith("\n\n") else "\n" + text
                before = [text]

    def element(self, path: tuple[str, ...], wanted: object) -> str:
        """A table of a list: the existing one with its changes, or a new one."""
        if not isinstance(wanted, dict):
            raise ValueError(f"{path[-1]}: wanted tables")
        mark = mark_of(wanted)
        node = self._nodes.get(str(mark))
        if mark is not None:
            self.source(mark)
        if node is not None and node.path == path:
            return self.table(node, wanted)
        return rendering.block(path, self.whole(wanted), TABLES)


class _Slots:
    """The places of a list's tables in the text, and what goes there.

    As many tables as possible keep their place; a new or moved table goes after the one that it follows.
    """

    def __init__(self, editor: Editor, nodes: Sequence[Node], wanted: object) -> None:
        if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
            raise ValueError("wanted a list of tables")
        self._editor, self._wanted = editor, wanted
        place = {node.mark: at for at, node in enumerate(nodes)}
        stay = _increasing([place.get(str(mark_of(one)), -1) for one in wanted])
        groups: dict[str, list[Data]] = {}
        first: list[Data] = []  # tables before the first that stays
        last = first
        for one, stays in zip(wanted, stay, strict=True):
            if stays:
                last = groups[str(mark_of(one))] = []
            last.append(one)
        start = next(iter(groups), nodes[0].mark if nodes else "")
        self._before = {start: first}
        self._groups = groups
        airy = sum(_region(editor.text, node).endswith("\n\n") for node in nodes[:-1])
        alone = len(nodes) == 1 and nodes[0].path == ("songs",)
        self._gap = "\n\n" if alone or airy * 2 > len(nodes) - 1 else "\n"
        self._seen: set[object] = set()
        self._marks = {mark_of(one) for one in wanted}

    def next(self, node: Node) -> Iterator[str]:
        """The text for the place where this table stood."""
        for one in self._before.get(node.mark, ()):
            yield self._text(node, one).rstrip("\n") + self._gap
        group = self._groups.get(node.mark, [])
        texts = [self._text(node, one) for one in group]
        if node.mark not in self._marks and (left := self._left(node)):
            texts.append(left + self._gap)
        if len(texts) > 1:
            end = texts[0][len(texts[0].rstrip("\n")) :]
            texts = [*(text.rstrip("\n") + self._gap for text in texts[:-1]), texts[-1].rstrip("\n") + end]
        yield from texts

    def _text(self, node: Node, wanted: Data) -> str:
        text = self._editor.element(node.path, wanted)
        mark = mark_of(wanted)
        if mark is not None and mark in self._seen:  # a second copy does not repeat the comments above the first
            text = text[text.index("[[") :]
        self._seen.add(mark)
        return text

    def _left(self, node: Node) -> str:
        """Separate comments below a table that is removed."""
        *_, block = node.blocks()
        below = self._editor.text[block.last : block.end]
        return below.strip("\n") if "#" in below and below.startswith("\n") else ""


def _increasing(places: Sequence[int]) -> list[bool]:
    """Marks the members of a longest increasing subsequence of `places`; -1 never belongs to it."""
    tails: list[int] = []  # tails[n]: the smallest place at which an increasing run of length n + 1 ends
    ends: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        length = bisect_left(tails, place) if place >= 0 else 0
        before.append(ends[length - 1] if place >= 0 and length else -1)
        if place < 0:
            continue
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [at]
    stay, at = [False] * len(places), ends[-1] if ends else -1
    while at >= 0:
        stay[at], at = True, before[at]
    return stay


def _region(text: str, node: Node) -> str:
    return "".join(text[block.lead : block.end] for block in node.blocks())


def _mark(data: Data, path: tuple[str, ...], prefix: str) -> None:
    for key in TABLES.get(path, ()):
        tables = data.get(key)
        for number, table in enumerate(tables if isinstance(tables, list) else ()):
            if isinstance(table, dict):
                table[MARK] = f"{prefix}{key}/{number}"
                _mark(table, (*path, key), f"{prefix}{key}/{number}/")


def _tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _without_empty(data: object) -> object:
    """The data without empty lists of tables, which a setlist leaves out."""
    if isinstance(data, list):
        return [_without_empty(one) for one in data]
    if not isinstance(data, dict):
        return data
    lists = {key for keys in TABLES.values() for key in keys}
    return {key: _without_empty(value) for key, value in data.items() if not (key in lists and value == [])}
