"""Combines texts into one tree of pieces, and splits it into rows for the graph.

Common beginnings are in the tree once: a context before many lines, or the words that several forms of a line share. A
text's last piece is only asked for, never read, so forms that differ in it alone cost nothing extra.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ROOM = 96
"""The most places of a row, unless a single text needs more."""

_FAR = np.float32(-1e9)


@dataclass(slots=True)
class Tree:
    """A tree. For each place: its piece, its parent (-1: none), its depth; and the questions.

    `asked[n]` = (place, piece): asks for the probability of a piece after a place (-1: after the start piece).
    `texts[t]`: the indexes of the questions for text t, in order.
    """

    pieces: list[int] = field(default_factory=list)
    above: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    texts: list[list[int]] = field(default_factory=list)
    _below: dict[tuple[int, int], int] = field(default_factory=dict)
    _known: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, text: Sequence[int], start: int) -> None:
        """Adds a text; the probabilities of its pieces from index `start` on are asked for."""
        place, asks = -1, []
        for number, piece in enumerate(text):
            if number >= start:
                question = (place, piece)
                if question not in self._known:
                    self._known[question] = len(self.asked)
                    self.asked.append(question)
                asks.append(self._known[question])
            if number + 1 < len(text):
                place = self._place(place, piece, number)
        self.texts.append(asks)

    def _place(self, above: int, piece: int, depth: int) -> int:
        key = (above, piece)
        if key not in self._below:
            self._below[key] = len(self.pieces)
            self.pieces.append(piece)
            self.above.append(above)
            self.depths.append(depth)
        return self._below[key]

    def rows(self) -> list[list[int]]:
        """The places in rows, each with all its ancestors; parents come before children.

        A place with several branches may be in several rows.
        """
        sizes, children = self._sizes(), self._children()
        rows: list[list[int]] = []
        row: dict[int, None] = {}
        waiting = list(reversed(children[-1]))
        while waiting:
            place = waiting.pop()
            path = self._path(place)
            if sizes[place] + len(path) > ROOM and children[place]:
                waiting.extend(reversed(children[place]))  # too large for one row: take its branches one by one
                continue
            whole = [place] if sizes[place] + len(path) > ROOM else self._branch(place, children)
            new = [p for p in path if p not in row]
            if row and len(row) + len(new) + len(whole) > ROOM:
                rows.append(list(row))
                row, new = {}, path
            row.update(dict.fromkeys(new + whole))
        return [*rows, list(row)] if row else rows

    def calls(self, places: int) -> Iterator[Call]:
        """The calls of the graph, with about `places` places each; every question is in exactly one call."""
        rows = sorted(self.rows(), key=len)
        asked_at: dict[int, list[int]] = {}
        for question, (place, _) in enumerate(self.asked):
            asked_at.setdefault(place, []).append(question)
        while rows:
            longest = len(rows[-1])
            taken = rows[-max(1, places // longest) :]
            del rows[-len(taken) :]
            yield self._call(taken, longest, asked_at)

    def _call(self, rows: Sequence[Sequence[int]], longest: int, asked_at: dict[int, list[int]]) -> Call:
        shape = len(rows), longest
        ids, positions = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        mask = np.full((len(rows), 1, longest, 1 + longest), _FAR, np.float32)
        mask[..., 0] = 0
        places: list[int] = []
        pairs: list[tuple[int, int]] = []
        questions: list[int] = []
        for r, row in enumerate(rows):
            where = {place: column for column, place in enumerate(row)}
            ids[r, : len(row)] = [self.pieces[place] for place in row]
            positions[r, : len(row)] = [1 + self.depths[place] for place in row]
            for place, column in where.items():
                if self.above[place] >= 0:
                    mask[r, 0, column] = mask[r, 0, where[self.above[place]]]
                mask[r, 0, column, 1 + column] = 0
                for question in asked_at.pop(place, ()):
                    if not places or places[-1] != r * longest + column:
                        places.append(r * longest + column)
                    pairs.append((len(places) - 1, self.asked[question][1]))
                    questions.append(question)
        return Call(ids, positions, mask, np.array(places, np.int64), np.array(pairs, np.int64), questions)

    def _children(self) -> list[list[int]]:
        """The children of each place; the last list has the places without a parent."""
        children: list[list[int]] = [[] for _ in range(len(self.pieces) + 1)]
        for place, above in enumerate(self.above):
            children[above].append(place)
        return children

    def _sizes(self) -> list[int]:
        """The number of places in the subtree of each place, including itself."""
        sizes = [1] * len(self.pieces)
        for place in range(len(self.pieces) - 1, -1, -1):
            if self.above[place] >= 0:
                sizes[self.above[place]] += sizes[place]
        return sizes

    def _path(self, place: int) -> list[int]:
        path = []
        while (place := self.above[place]) >= 0:
            path.append(place)
        return path[::-1]

    def _branch(self, root: int, children: Sequence[Sequence[int]]) -> list[int]:
        found, waiting = [], [root]
        while waiting:
            found.append(waiting.pop())
            waiting.extend(reversed(children[found[-1]]))
        return found


@dataclass(frozen=True, slots=True)
class Call:
    """The inputs of one call (see `graph`), and the index of the question that each output answers."""

    ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    mask: NDArray[np.float32]
    places: NDArray[np.int64]
    pairs: NDArray[np.int64]
    questions: list[int]

    def inputs(self) -> dict[str, NDArray[np.generic]]:
        return {
            "ids": self.ids,
            "positions": self.positions,
            "mask": self.mask,
            "places": self.places,
            "pairs": self.pairs,
        }
