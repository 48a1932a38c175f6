"""From weights to one-step ONNX graphs, written node by node: no torch is needed, and none of its tracing.

One step is ids (B,) int64, h (1, B, H), c (1, B, H) → logits (B, V), h, c. Embedding, input weights and both biases
are folded into one table (V, 4H), so that reading a character is a look-up. With gates in the order i, f, o, g:

    i, f, o = sigmoid(x + h·W);  g = tanh(x + h·W);  c' = f∘c + i∘g;  h' = o∘tanh(c');  logits = h'·V + b

In int8, h is quantised with the fixed scale 1/127: an LSTM's h lies within (-1, 1), so nothing need be measured at
run time, and a row's result does not depend on the rows beside it. Weights are symmetric int8 for each column, within
±63: the products of two neighbours then fit into 16 bits, so processors without VNNI reckon exactly the same sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_OPSET = 18
_IR = 9  # what ONNX Runtime 1.17 (2024) and later read
_WEIGHT_LIMIT = 63
_ACTIVATION_SCALE = 1 / 127
_ACTIVATION_ZERO = 128

Weights = Mapping[str, NDArray[np.float32]]


def step_graph(weights: Weights, *, int8: bool) -> bytes:
    """The serialised graph of one step of a char-rnn, from the tensors of its weights.safetensors."""
    graph = _Graph(int8)
    table, recurrent = _folded(weights)
    hidden, vocabulary = recurrent.shape[0], table.shape[0]
    # Half precision halves the table's bytes in the int8 file, and rounds far below what int8 does.
    x = graph.add("Gather", graph.constant(table.astype(np.float16 if int8 else np.float32)), "ids", axis=0)
    x = graph.add("Cast", x, to=TensorProto.FLOAT) if int8 else x  # (B, 4H)
    gates = graph.add("Add", x, graph.matmul("h", recurrent))  # (1, B, 4H)
    ifo, g = graph.split(gates, [3 * hidden, hidden])
    i, f, o = graph.split(graph.add("Sigmoid", ifo), [hidden] * 3)
    c = graph.add("Add", graph.add("Mul", f, "c"), graph.add("Mul", i, graph.add("Tanh", g)), out="c_next")  # (1, B, H)
    h = graph.add("Mul", o, graph.add("Tanh", c), out="h_next")  # (1, B, H)
    logits = graph.add("Add", graph.matmul(h, weights["head.weight"].T), graph.constant(weights["head.bias"]))
    graph.add("Squeeze", logits, graph.constant(np.array([0])), out="logits")  # (B, V)
    return graph.serialise(hidden, vocabulary)


def _folded(weights: Weights) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The table (V, 4H) and the recurrent matrix (H, 4H), gates from torch's order i, f, g, o to i, f, o, g."""
    bias = weights["lstm.bias_ih_l0"].astype(np.float64) + weights["lstm.bias_hh_l0"]
    table = weights["embedding.weight"].astype(np.float64) @ weights["lstm.weight_ih_l0"].T + bias
    return _gates(table), _gates(weights["lstm.weight_hh_l0"].T)


def _gates(columns: NDArray[Any]) -> NDArray[np.float32]:
    i, f, g, o = np.split(columns, 4, axis=1)
    return np.ascontiguousarray(np.concatenate([i, f, o, g], axis=1), dtype=np.float32)


@dataclass(slots=True)
class _Graph:
    """Nodes and constants in the order they are asked for."""

    int8: bool
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, value: NDArray[Any]) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        out = out or f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [out], **attributes))
        return out

    def split(self, value: str, sizes: list[int]) -> list[str]:
        outs = [f"split{len(self.nodes)}_{part}" for part in range(len(sizes))]
        sizes_name = self.constant(np.array(sizes, dtype=np.int64))
        self.nodes.append(helper.make_node("Split", [value, sizes_name], outs, axis=2))
        return outs

    def matmul(self, left: str, matrix: NDArray[np.float32]) -> str:
        """(1, B, H) · (H, N) → (1, B, N); in int8 by way of integers, `left` being within (-1, 1)."""
        if not self.int8:
            return self.add("MatMul", left, self.constant(matrix))
        scales = np.maximum(np.abs(matrix).max(axis=0), 1e-8) / _WEIGHT_LIMIT  # (N,)
        integers = np.round(matrix / scales).astype(np.int8)
        zero = self.constant(np.array(_ACTIVATION_ZERO, dtype=np.uint8))
        scale = self.constant(np.array(_ACTIVATION_SCALE, dtype=np.float32))
        quantised = self.add("QuantizeLinear", left, scale, zero)
        product = self.add("MatMulInteger", quantised, self.constant(integers), zero)
        product = self.add("Cast", product, to=TensorProto.FLOAT)
        return self.add("Mul", product, self.constant((scales * _ACTIVATION_SCALE).astype(np.float32)))

    def serialise(self, hidden: int, vocabulary: int) -> bytes:
        value = helper.make_tensor_value_info
        inputs = [
            value("ids", TensorProto.INT64, ["B"]),
            value("h", TensorProto.FLOAT, [1, "B", hidden]),
            value("c", TensorProto.FLOAT, [1, "B", hidden]),
        ]
        outputs = [
            value("logits", TensorProto.FLOAT, ["B", vocabulary]),
            value("h_next", TensorProto.FLOAT, [1, "B", hidden]),
            value("c_next", TensorProto.FLOAT, [1, "B", hidden]),
        ]
        graph = helper.make_graph(self.nodes, "step", inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="stagelyric")
        model.ir_version = _IR
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
