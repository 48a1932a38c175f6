"""Exports the transformer's step as an ONNX graph: it reads T new characters for each of B rows, given their cache.

A cache has two parts. The *prefix* (P characters), a song's context, is read once and shared by all rows. A row's *own*
part (C places, the first `length` of them filled) is what it has written since. The caller keeps it in one buffer and
enters the new keys and values, so that a step copies nothing.

    ids (B, T), recent (B, G), position (B,), length (B,), and for each layer l
    prefix_keys_l (D, P), prefix_values_l (P, D), keys_l (B, D, C), values_l (B, C, D)
    → logits (B, T, V), new_keys (L, B, T, D), new_values (L, B, T, D)

Keys are stored as the matrix products need them, so that no step transposes a cache.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stagelyric.lm.graph import Graph, Shape, Span, Weights
from stagelyric.lm.kinds.transformer.numbers import HASH, SCALE, rates
from stagelyric.types.json import JsonMapping

_FAR = -1e9  # added to a score to exclude it
_INT64, _FLOAT = 7, 1


def step_graph(
    weights: Weights, config: JsonMapping, *, most: Mapping[str, float] | None, outside: Mapping[str, Span]
) -> bytes:
    """The serialised graph; int8 if `most` is given."""
    return _Step(weights, config, most, outside).serialised()


class _Step:
    def __init__(
        self,
        weights: Weights,
        config: JsonMapping,
        most: Mapping[str, float] | None,
        outside: Mapping[str, Span],
    ):
        self.weights, self.most = weights, most or {}
        self.graph = Graph(most is not None, {} if most is not None else outside)
        self.vocabulary, self.width = weights["embedding.weight"].shape
        self.layers, self.heads, self.grams = config["layers"], config["heads"], config["grams"]
        self.rows = config["rows"]
        self.size = self.width // self.heads

    def serialised(self) -> bytes:
        g = self.graph
        size, layers = self.size, range(self.layers)
        self.t = g.add("Shape", "ids", start=1, end=2)  # (1,)
        unit = g.add("LpNormalization", self.embedded(), axis=-1, p=2)
        x = g.add("Mul", unit, g.constant(float(np.sqrt(self.width))))
        self.turn = self.angles()
        self.causal, self.filled = self.masks()
        keys, values = [], []
        for layer in layers:
            x, k, v = self.block(x, layer)
            keys.append(g.add("Unsqueeze", k, g.ints(0)))
            values.append(g.add("Unsqueeze", v, g.ints(0)))
        g.add("Concat", *keys, axis=0, out="new_keys")
        g.add("Concat", *values, axis=0, out="new_values")
        g.add("Identity", self.normed(x, "head"), out="logits")
        caches: list[tuple[str, bool, Shape]] = []
        for layer in layers:
            caches += [
                (f"prefix_keys_{layer}", False, [size, "P"]),
                (f"prefix_values_{layer}", False, ["P", size]),
                (f"keys_{layer}", False, ["B", size, "C"]),
                (f"values_{layer}", False, ["B", "C", size]),
            ]
        new: Shape = [self.layers, "B", "T", size]
        return g.serialise(
            [
                ("ids", True, ["B", "T"]),
                ("recent", True, ["B", self.grams]),
                ("position", True, ["B"]),
                ("length", True, ["B"]),
                *caches,
            ],
            [("logits", ["B", "T", self.vocabulary]), ("new_keys", new), ("new_values", new)],
        )

    def embedded(self) -> str:
        """Each new character's embedding plus those of the runs that end with it: (B, T, C)."""
        g = self.graph
        x = self.table("embedding.weight", "ids")
        if not self.grams:
            return x
        line = g.add("Concat", "recent", "ids", axis=1)  # (B, G + T)
        run, spelled = "ids", []
        for n in range(1, self.grams + 1):
            start = g.ints(self.grams - n)
            back = g.add("Slice", line, start, g.add("Add", self.t, start), g.ints(1))
            run = g.add("Add", run, g.add("Mul", back, g.ints(HASH[n - 1])))
            spelled.append(self.table(f"grams.{n - 1}.weight", g.add("Mod", run, g.ints(self.rows))))
        return g.add("Add", x, self.linear(g.add("Concat", *spelled, axis=-1), "spell"))

    def table(self, name: str, ids: str) -> str:
        g = self.graph
        if g.int8:
            return g.lookup(self.weights[name], ids)
        return g.add("Gather", g.weight(self.weights, name), ids, axis=0)

    def linear(self, x: str, *names: str, times: float = 1.0, signed: bool = True) -> str:
        """x (…, K), multiplied by `times`, through the layers `names`, concatenated: (…, N)."""
        g = self.graph
        if g.int8:
            matrix = np.concatenate([self.weights[f"{name}.weight"].T for name in names], axis=1) * np.float32(times)
            return g.matmul(x, matrix, self.most[names[0]] / times, signed=signed)
        parts = [g.add("Transpose", g.weight(self.weights, f"{name}.weight"), perm=[1, 0]) for name in names]
        matrix_name = parts[0] if len(parts) == 1 else g.add("Concat", *parts, axis=1)
        return g.add("MatMul", x if times == 1.0 else g.add("Mul", x, g.constant(times)), matrix_name)

    def normed(self, x: str, *names: str) -> str:
        """RMSNorm of x (…, C), as a vector of length 1 times √C, then the layers `names`."""
        unit = self.graph.add("LpNormalization", x, axis=-1, p=2)
        return self.linear(unit, *names, times=float(np.sqrt(self.width)))

    def angles(self) -> tuple[str, str]:
        """cos and signed sin of the new characters' positions, (B, T, 1, D) each: see `turned`."""
        g = self.graph
        self.steps = g.add(
            "Range", g.constant(np.array(0)), g.add("Squeeze", self.t, g.ints(0)), g.constant(np.array(1))
        )
        places = g.add("Add", g.add("Unsqueeze", "position", g.ints(1)), g.add("Unsqueeze", self.steps, g.ints(0)))
        places = g.add("Unsqueeze", g.add("Cast", places, to=_FLOAT), g.ints(2, 3))  # (B, T, 1, 1)
        angle = g.add("Mul", places, g.constant(np.tile(rates(self.size), 2)))
        signs = g.constant(np.repeat(np.array([-1, 1], np.float32), self.size // 2))
        return g.add("Cos", angle), g.add("Mul", g.add("Sin", angle), signs)

    def turned(self, x: str) -> str:
        """Rotates x (B, T, h, D) by its position: (a, b) → (a·cos - b·sin, b·cos + a·sin)."""
        g = self.graph
        a, b = g.split(x, [self.size // 2] * 2)
        crossed = g.add("Concat", b, a, axis=-1)
        return g.add("Add", g.add("Mul", x, self.turn[0]), g.add("Mul", crossed, self.turn[1]))

    def masks(self) -> tuple[str, str]:
        """Masks to add to the scores of the new characters (T·H, T), and of the rows' own parts (B, 1, C)."""
        g = self.graph
        far, near = g.constant(_FAR), g.constant(0.0)
        ones = g.constant(np.ones((1, self.heads, 1), dtype=np.int64))
        row = g.add("Mul", g.add("Unsqueeze", self.steps, g.ints(1, 2)), ones)  # (T, H, 1)
        row = g.add("Reshape", row, g.ints(-1, 1))  # (T·H, 1)
        causal = g.add("Where", g.add("Greater", g.add("Unsqueeze", self.steps, g.ints(0)), row), far, near)
        room = g.add("Squeeze", g.add("Shape", "keys_0", start=2, end=3), g.ints(0))
        slots = g.add("Range", g.constant(np.array(0)), room, g.constant(np.array(1)))
        taken = g.add("Less", g.add("Unsqueeze", slots, g.ints(0, 1)), g.add("Unsqueeze", "length", g.ints(1, 2)))
        return causal, g.add("Where", taken, near, far)

    def block(self, x: str, layer: int) -> tuple[str, str, str]:
        """Attention and ReLU²; x (B, T, C) → x, the new keys and values (B, T, D)."""
        g = self.graph
        name, size = f"blocks.{layer}", self.size
        all_three = self.normed(x, f"{name}.query", f"{name}.key", f"{name}.value")
        qk, v = g.split(all_three, [self.width + size, size])
        qk = g.add("Reshape", qk, g.ints(0, 0, self.heads + 1, size))
        qk = self.turned(g.add("LpNormalization", qk, axis=-1, p=2))  # of length 1; in the model the length is √D
        q, k = g.split(qk, [self.heads, 1], axis=2)
        q = g.add("Mul", g.add("Reshape", q, g.ints(0, -1, size)), g.constant(SCALE * size))  # (B, T·H, D)
        k = g.add("Squeeze", k, g.ints(2))  # (B, T, D)
        scores = [
            g.add("MatMul", q, f"prefix_keys_{layer}"),  # (B, T·H, P)
            g.add("Add", g.add("MatMul", q, f"keys_{layer}"), self.filled),  # (B, T·H, C)
            g.add("Add", g.add("MatMul", q, g.add("Transpose", k, perm=[0, 2, 1])), self.causal),  # (B, T·H, T)
        ]
        weights = g.add("Softmax", g.add("Concat", *scores, axis=-1), axis=-1)
        sizes = g.add(
            "Concat",
            g.add("Shape", f"prefix_values_{layer}", start=0, end=1),
            g.add("Shape", f"values_{layer}", start=1, end=2),
            self.t,
            axis=0,
        )
        shares = [f"{name}_share{part}" for part in range(3)]
        g.add_many("Split", [weights, sizes], shares, axis=-1)
        seen = [f"prefix_values_{layer}", f"values_{layer}", v]
        read = [g.add("MatMul", share, value) for share, value in zip(shares, seen, strict=True)]
        y = g.add("Add", g.add("Add", read[0], read[1]), read[2])  # (B, T·H, D)
        y = g.add("Reshape", y, g.add("Concat", g.ints(0), self.t, g.ints(self.width), axis=0))
        x = g.add("Add", x, self.linear(y, f"{name}.out"))
        h = g.add("Relu", self.normed(x, f"{name}.up"))
        return g.add("Add", x, self.linear(g.add("Mul", h, h), f"{name}.down", signed=False)), k, v
