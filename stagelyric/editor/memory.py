"""A tree of pieces that grows, with what the model remembers of each place, so that texts can be continued cheaply."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor.running import Graph

_FAR = np.float32(-1e9)
_NO_PAIRS = np.zeros((0, 2), np.int64)


class Memory:
    """The places that were read, in order; each has a parent (-1: the start piece). Not thread-safe.

    A place takes about 46 kB for a model of 135 M parameters.
    """

    def __init__(self, graph: Graph, room: int):
        """`room`: how many places there can be."""
        self._graph = graph
        shapes = {name: shape[1:] for name, shape in graph.inputs.items()}
        self._k = np.empty((room, *shapes["past_k"]), np.float32)
        self._v = np.empty((room, *shapes["past_v"]), np.float32)
        self._seen = np.zeros((room, room), np.bool_)  # [place, other]: whether other is the place or an ancestor
        self._depth = np.zeros(room, np.int64)
        self.size = 0

    @property
    def room(self) -> int:
        return len(self._depth) - self.size

    def past(self) -> dict[str, NDArray[np.float32]]:
        """The graph's inputs for what was read."""
        return {"past_k": self._k[: self.size], "past_v": self._v[: self.size]}

    def read(
        self, pieces: Sequence[int], parents: Sequence[int], asked: Sequence[int] | None = None
    ) -> NDArray[np.float32]:
        """Reads a piece for each new place; returns ln p of every next piece after the places `asked`, (len(asked), V).

        `parents`: the place before each, which may be new as well: the first new one is `size`. `asked`: indexes into
        `pieces`, None for all. There must be room.
        """
        first, count = self.size, len(pieces)
        end = first + count
        for place, parent in enumerate(parents, first):
            self._seen[place] = self._seen[parent] if parent >= 0 else False
            self._seen[place, place] = True
            self._depth[place] = self._depth[parent] + 1 if parent >= 0 else 1
        mask = np.zeros((1, 1, count, 1 + end), np.float32)
        mask[0, 0, :, 1:] = np.where(self._seen[first:end, :end], np.float32(0), _FAR)
        inputs: dict[str, NDArray[np.generic]] = {
            "ids": np.array([pieces], np.int64),
            "positions": self._depth[None, first:end],
            "mask": mask,
            "places": np.arange(count) if asked is None else np.array(asked, np.int64),
            "pairs": _NO_PAIRS,
            **self.past(),
        }
        found, self._k[first:end], self._v[first:end] = self._graph.run(["next", "new_k", "new_v"], inputs)
        self.size = end
        return np.asarray(found, np.float32)

    def cut(self, size: int) -> None:
        """Forgets all places from `size` on."""
        self.size = size
