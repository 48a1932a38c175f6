"""Exports one step of a char-rnn as an ONNX graph: it reads one character for each of B rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.graph import Graph, Span, Weights
from stagelyric.lm.kinds.char_rnn import mingru_graph as mingru


def step_graph(
    weights: Weights, config: Mapping[str, object], most: Mapping[str, float] | None, outside: Mapping[str, Span]
) -> bytes:
    """The serialised graph; int8 if `most` is given. Weights are always inside the graph; `outside` is ignored."""
    if config.get("cell") == "mingru":
        return mingru.step_graph(weights, config, most=most)
    return _lstm_graph(weights, int8=most is not None)


def _lstm_graph(weights: Weights, *, int8: bool) -> bytes:
    """ids (B,), h (L, B, H), c (L, B, H) → logits (B, V), h, c.

    Embedding, the first layer's input weights and both its biases are folded into one table (V, 4H), so that reading a
    character is a look-up. With gates in the order i, f, o, g, and a layer's x from the layer below:

        i, f, o = sigmoid(x + h·W);  g = tanh(x + h·W);  c' = f∘c + i∘g;  h' = o∘tanh(c');  logits = h'·V + b

    An LSTM's h is always within (-1, 1), which sets its int8 scale.
    """
    graph = Graph(int8)
    table = _table(weights)
    vocabulary, hidden = table.shape[0], table.shape[1] // 4
    layers = sum(name.startswith("lstm.weight_hh") for name in weights)

    def matmul(left: str, matrix: NDArray[np.float32]) -> str:
        return graph.matmul(left, matrix, 1.0) if int8 else graph.add("MatMul", left, graph.constant(matrix))

    def cell(gates: str, c: str) -> tuple[str, str]:
        """gates (1, B, 4H) and c (1, B, H) → h, c."""
        ifo, g = graph.split(gates, [3 * hidden, hidden])
        i, f, o = graph.split(graph.add("Sigmoid", ifo), [hidden] * 3)
        c = graph.add("Add", graph.add("Mul", f, c), graph.add("Mul", i, graph.add("Tanh", g)))
        return graph.add("Mul", o, graph.add("Tanh", c)), c

    # in the int8 file the table has half precision: half the size, and far more precise than int8
    x = graph.add("Gather", graph.constant(table.astype(np.float16 if int8 else np.float32)), "ids", axis=0)
    x = graph.add("Cast", x, to=1) if int8 else x  # (B, 4H) fp32
    below = ""
    after: list[tuple[str, str]] = []
    for layer, (h, c) in enumerate(
        zip(graph.split("h", [1] * layers, 0), graph.split("c", [1] * layers, 0), strict=True)
    ):
        if layer:
            x = graph.add("Add", matmul(below, _inputs(weights, layer)), graph.constant(_bias(weights, layer)))
        after.append(cell(graph.add("Add", x, matmul(h, _recurrent(weights, layer))), c))
        below = after[-1][0]
    graph.add("Concat", *(h for h, _ in after), axis=0, out="h_next")
    graph.add("Concat", *(c for _, c in after), axis=0, out="c_next")
    logits = graph.add("Add", matmul(below, weights["head.weight"].T), graph.constant(weights["head.bias"]))
    graph.add("Squeeze", logits, graph.ints(0), out="logits")  # (B, V)
    state = [layers, "B", hidden]
    return graph.serialise(
        [("ids", True, ["B"]), ("h", False, state), ("c", False, state)],
        [("logits", ["B", vocabulary]), ("h_next", state), ("c_next", state)],
    )


def _table(weights: Weights) -> NDArray[np.float32]:
    """The input of the first layer's gates for each character: (V, 4H)."""
    wide = weights["embedding.weight"].astype(np.float64) @ weights["lstm.weight_ih_l0"].T.astype(np.float64)
    return _gates(wide + weights["lstm.bias_ih_l0"] + weights["lstm.bias_hh_l0"])


def _inputs(weights: Weights, layer: int) -> NDArray[np.float32]:
    return _gates(weights[f"lstm.weight_ih_l{layer}"].T)


def _recurrent(weights: Weights, layer: int) -> NDArray[np.float32]:
    return _gates(weights[f"lstm.weight_hh_l{layer}"].T)


def _bias(weights: Weights, layer: int) -> NDArray[np.float32]:
    return _gates((weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"])[None])


def _gates(columns: NDArray[np.generic]) -> NDArray[np.float32]:
    """Columns (…, 4H) reordered from torch's i, f, g, o to i, f, o, g."""
    i, f, g, o = np.split(columns, 4, axis=1)
    return np.ascontiguousarray(np.concatenate([i, f, o, g], axis=1), dtype=np.float32)
