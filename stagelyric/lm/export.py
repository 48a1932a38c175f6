"""From weights to one-step ONNX graphs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm import export_transformer
from stagelyric.lm.checkpoint import WEIGHTS
from stagelyric.lm.graph import Graph, Place, Weights


def step_graph(
    kind: str,
    weights: Weights,
    config: Mapping[str, Any],
    *,
    most: Mapping[str, float] | None = None,
    file: bytes = b"",
) -> bytes:
    """The serialised graph of one step of a model, from the tensors of its weights.safetensors.

    With `most`, the largest activations (`calibrate.activations`), in int8. An fp32 graph of a transformer does not
    repeat the weights: it names their places in `file`, the weights.safetensors beside it.
    """
    if kind == "transformer":
        return export_transformer.step_graph(weights, config, most=most, outside=places(file) if file else {})
    return _rnn_graph(weights, int8=most is not None)


def places(file: bytes) -> dict[str, Place]:
    """Where each tensor lies in a safetensors file: eight bytes of length, a JSON header, the tensors."""
    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + length])
    header.pop("__metadata__", None)
    spans = {name: entry["data_offsets"] for name, entry in header.items()}
    return {name: Place(WEIGHTS, 8 + length + start, end - start) for name, (start, end) in spans.items()}


def _rnn_graph(weights: Weights, *, int8: bool) -> bytes:
    """ids (B,), h (1, B, H), c (1, B, H) → logits (B, V), h, c.

    Embedding, input weights and both biases are folded into one table (V, 4H), so that reading a character is a
    look-up. With gates in the order i, f, o, g:

        i, f, o = sigmoid(x + h·W);  g = tanh(x + h·W);  c' = f∘c + i∘g;  h' = o∘tanh(c');  logits = h'·V + b

    An LSTM's h lies within (-1, 1): in int8 that is its scale.
    """
    graph = Graph(int8)
    table, recurrent = _folded(weights)
    hidden, vocabulary = recurrent.shape[0], table.shape[0]

    def matmul(left: str, matrix: NDArray[np.float32]) -> str:
        return graph.matmul(left, matrix, 1.0) if int8 else graph.add("MatMul", left, graph.constant(matrix))

    # Half precision halves the table's bytes in the int8 file, and rounds far below what int8 does.
    x = graph.add("Gather", graph.constant(table.astype(np.float16 if int8 else np.float32)), "ids", axis=0)
    x = graph.add("Cast", x, to=1) if int8 else x  # (B, 4H) fp32
    gates = graph.add("Add", x, matmul("h", recurrent))  # (1, B, 4H)
    ifo, g = graph.split(gates, [3 * hidden, hidden])
    i, f, o = graph.split(graph.add("Sigmoid", ifo), [hidden] * 3)
    c = graph.add("Add", graph.add("Mul", f, "c"), graph.add("Mul", i, graph.add("Tanh", g)), out="c_next")  # (1, B, H)
    h = graph.add("Mul", o, graph.add("Tanh", c), out="h_next")  # (1, B, H)
    logits = graph.add("Add", matmul(h, weights["head.weight"].T), graph.constant(weights["head.bias"]))
    graph.add("Squeeze", logits, graph.ints(0), out="logits")  # (B, V)
    state = [1, "B", hidden]
    return graph.serialise(
        [("ids", True, ["B"]), ("h", False, state), ("c", False, state)],
        [("logits", ["B", vocabulary]), ("h_next", state), ("c_next", state)],
    )


def _folded(weights: Weights) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The table (V, 4H) and the recurrent matrix (H, 4H), gates from torch's order i, f, g, o to i, f, o, g."""
    bias = weights["lstm.bias_ih_l0"].astype(np.float64) + weights["lstm.bias_hh_l0"]
    table = weights["embedding.weight"].astype(np.float64) @ weights["lstm.weight_ih_l0"].T + bias
    return _gates(table), _gates(weights["lstm.weight_hh_l0"].T)


def _gates(columns: NDArray[Any]) -> NDArray[np.float32]:
    i, f, g, o = np.split(columns, 4, axis=1)
    return np.ascontiguousarray(np.concatenate([i, f, o, g], axis=1), dtype=np.float32)
