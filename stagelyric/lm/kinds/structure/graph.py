"""Exports the structure model as an ONNX graph: it reads T tokens for each of B rows and predicts the next.

    ids (T, B), h (1, B, H) → logits (B, V), h_next (1, B, H)

The graph has no weights inside: it refers to weights.safetensors beside it. There is no int8 version.
"""

from __future__ import annotations

from collections.abc import Mapping

from stagelyric.lm.graph import Graph, Span, Weights


def structure_graph(weights: Weights, outside: Mapping[str, Span]) -> bytes:
    """The serialised graph of a `Structure` with these tensors; `outside`: their positions in the other file."""
    graph = Graph(int8=False, outside=outside)
    tokens, hidden = weights["embedding.weight"].shape

    def gates(name: str) -> str:
        """Reorders gates from torch's r, z, n to ONNX's z, r, n, and adds an axis for directions."""
        r, z, n = graph.split(graph.weight(weights, f"gru.{name}_l0"), [hidden] * 3, axis=0)
        return graph.add("Unsqueeze", graph.add("Concat", z, r, n, axis=0), graph.ints(0))

    embedded = graph.weight(weights, "embedding.weight")
    read = graph.add("Gather", embedded, "ids", axis=0)  # (T, B, H)
    biases = graph.add("Concat", gates("bias_ih"), gates("bias_hh"), axis=1)
    given = [read, gates("weight_ih"), gates("weight_hh"), biases, "", "h"]
    graph.add_many("GRU", given, ["", "h_next"], hidden_size=hidden, linear_before_reset=1)
    last = graph.add("Squeeze", "h_next", graph.ints(0))  # (B, H)
    logits = graph.add("MatMul", last, graph.add("Transpose", embedded, perm=[1, 0]))
    graph.add("Add", logits, graph.weight(weights, "head.bias"), out="logits")
    state = [1, "B", hidden]
    return graph.serialise(
        [("ids", True, ["T", "B"]), ("h", False, state)], [("logits", ["B", tokens]), ("h_next", state)]
    )
