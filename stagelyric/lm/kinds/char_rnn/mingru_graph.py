"""Exports one step of the minGRUs as an ONNX graph: it reads one character for each of B rows.

ids (B,), h (L, B, H), c (L, B, 2C) → logits (B, V), h_next, c_next
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stagelyric.lm.graph import Graph, Shape, Weights
from stagelyric.types.json import JsonMapping

_FLOAT = 1


def step_graph(weights: Weights, config: JsonMapping, *, most: Mapping[str, float] | None) -> bytes:
    """The serialised graph; int8 if `most`, the largest input of each layer, is given."""
    return _Step(weights, config, most).serialised()


class _Step:
    def __init__(self, weights: Weights, config: JsonMapping, most: Mapping[str, float] | None):
        self.weights, self.most = weights, most or {}
        self.graph = Graph(most is not None)
        self.vocabulary, self.width = weights["embedding.weight"].shape
        self.hidden, self.layers = config["hidden"], config["layers"]

    def serialised(self) -> bytes:
        g = self.graph
        x = self.embedded()
        hs, cs = (g.split(name, [1] * self.layers, axis=0) for name in ("h", "c"))
        after = []
        for layer, (h, c) in enumerate(zip(hs, cs, strict=True)):
            x, h, c = self.block(x, h, c, f"blocks.{layer}")
            after.append((h, c))
        g.add("Concat", *(h for h, _ in after), axis=0, out="h_next")
        g.add("Concat", *(c for _, c in after), axis=0, out="c_next")
        logits = self.linear(self.unit(x), "head", times=float(np.sqrt(self.width)))
        g.add("Squeeze", logits, g.ints(0), out="logits")
        h_shape: Shape = [self.layers, "B", self.hidden]
        c_shape: Shape = [self.layers, "B", 2 * self.width]
        return g.serialise(
            [("ids", True, ["B"]), ("h", False, h_shape), ("c", False, c_shape)],
            [("logits", ["B", self.vocabulary]), ("h_next", h_shape), ("c_next", c_shape)],
        )

    def embedded(self) -> str:
        """Each character's embedding, normalised in advance: (1, B, C); with half precision in the int8 file."""
        g = self.graph
        table = self.weights["embedding.weight"].astype(np.float64)
        table = (table / np.sqrt(np.mean(table**2, axis=1, keepdims=True) + 1e-6))[None]
        x = g.add("Gather", g.constant(table.astype(np.float16 if g.int8 else np.float32)), "ids", axis=1)
        return g.add("Cast", x, to=_FLOAT) if g.int8 else x

    def unit(self, x: str) -> str:
        """x (1, B, C) scaled to length 1, which is RMSNorm without the factor √C."""
        return self.graph.add("LpNormalization", x, axis=-1, p=2)

    def linear(self, x: str, *names: str, times: float = 1.0, signed: bool = True) -> str:
        """x (1, B, K), multiplied by `times`, through the layers `names`, concatenated: (1, B, N)."""
        g = self.graph
        matrix = np.concatenate([self.weights[f"{name}.weight"].T for name in names], axis=1) * np.float32(times)
        if g.int8:
            return g.matmul(x, matrix, self.most[names[0]] / times, signed=signed)
        return g.add("MatMul", x, g.constant(matrix))

    def block(self, x: str, h: str, c: str, name: str) -> tuple[str, str, str]:
        """x (1, B, C), h (1, B, H), c (1, B, 2C), the previous two normalised inputs → x, h, c."""
        g, width = self.graph, self.width
        seen = g.add("Concat", c, self.normed(x), axis=-1)  # (1, B, 3C), oldest first
        taps = self.weights[f"{name}.taps"].reshape(-1)
        a, b, last = g.split(g.add("Mul", seen, g.constant(taps)), [width] * 3)
        a = g.add("Add", g.add("Add", a, b), last)
        bias = np.concatenate([self.weights[f"{name}.gate.bias"], np.zeros(self.hidden, np.float32)])
        both = g.add("Add", self.linear(a, f"{name}.gate", f"{name}.candidate"), g.constant(bias))
        gate, candidate = g.split(both, [self.hidden] * 2)
        z = g.add("Sigmoid", gate)
        h = g.add("Add", h, g.add("Mul", z, g.add("Sub", candidate, h)))
        x = g.add("Add", x, self.linear(h, f"{name}.out"))
        up = g.add("Relu", self.linear(self.unit(x), f"{name}.up", times=float(np.sqrt(width))))
        x = g.add("Add", x, self.linear(g.add("Mul", up, up), f"{name}.down", signed=False))
        return x, h, g.split(seen, [width, 2 * width])[1]

    def normed(self, x: str) -> str:
        """RMSNorm of x (1, B, C)."""
        return self.graph.add("Mul", self.unit(x), self.graph.constant(float(np.sqrt(self.width))))
