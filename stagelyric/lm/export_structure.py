"""The structure model as an ONNX graph: it reads T tokens of B rows and says what may come next.

    ids (T, B), h (1, B, H) → logits (B, V), h_next (1, B, H)

Weights are in half precision; 0.3 MB in all, so there is no int8 file of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.graph import Graph, Weights

_FLOAT = 1


def structure_graph(weights: Weights) -> bytes:
    """The serialised graph, from the tensors of `lm.structure.Structure`."""
    graph = Graph(int8=False)
    table = weights["embedding.weight"]
    tokens, hidden = table.shape

    def half(value: NDArray[np.float32]) -> str:
        return graph.add("Cast", graph.constant(value.astype(np.float16)), to=_FLOAT)

    embedded = half(table)
    read = graph.add("Gather", embedded, "ids", axis=0)  # (T, B, H)
    inputs = [half(_gates(weights[f"gru.weight_{name}_l0"])[None]) for name in ("ih", "hh")]
    biases = [_gates(weights[f"gru.bias_{name}_l0"]) for name in ("ih", "hh")]
    given = [read, *inputs, half(np.concatenate(biases)[None]), "", "h"]
    graph.add_many("GRU", given, ["", "h_next"], hidden_size=hidden, linear_before_reset=1)
    last = graph.add("Squeeze", "h_next", graph.ints(0))  # (B, H)
    logits = graph.add("MatMul", last, graph.add("Transpose", embedded, perm=[1, 0]))
    graph.add("Add", logits, half(weights["head.bias"]), out="logits")
    state = [1, "B", hidden]
    return graph.serialise(
        [("ids", True, ["T", "B"]), ("h", False, state)], [("logits", ["B", tokens]), ("h_next", state)]
    )


def _gates(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """From torch's order r, z, n to ONNX's z, r, n."""
    r, z, n = np.split(columns, 3, axis=0)
    return np.ascontiguousarray(np.concatenate([z, r, n], axis=0))
