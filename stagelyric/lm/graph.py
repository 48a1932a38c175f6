"""Builds ONNX graphs node by node, without torch or its tracing.

In an int8 graph every activation has a fixed scale, so nothing is measured at run time and a row's result doesn't
depend on other rows. Weights are symmetric int8 for each column, limited to ±63, so that the sum of two products fits
into 16 bits: processors without VNNI then get exactly the same sums.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from stagelyric.lm.checkpoint import WEIGHTS

_OPSET = 18
_IR = 9  # read by ONNX Runtime 1.17 (2024) and later
_WEIGHT_LIMIT = 63
_SIGNED_ZERO = 128

Weights = Mapping[str, NDArray[np.float32]]
Shape = Sequence[int | str]


@dataclass(frozen=True, slots=True)
class Span:
    """The position of a tensor in another file: fp16, `length` bytes from `offset`."""

    file: str
    offset: int
    length: int


@dataclass(slots=True)
class Graph:
    """Nodes and constants in the order of their creation.

    `outside`: tensors (by name) that aren't written into the graph but read from another file.
    """

    int8: bool
    outside: Mapping[str, Span] = field(default_factory=dict)
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    _known: dict[tuple[str, tuple[int, ...], bytes], str] = field(default_factory=dict)

    def constant(self, value: NDArray[np.generic] | float) -> str:
        """Adds a constant; small ones are shared."""
        array = np.ascontiguousarray(np.float32(value) if isinstance(value, float) else value)
        key = (str(array.dtype), array.shape, array.tobytes()) if array.size < 256 else None
        if key in self._known:
            return self._known[key]
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        if key:
            self._known[key] = name
        return name

    def ints(self, *values: int) -> str:
        """A constant int64 vector."""
        return self.constant(np.array(values, dtype=np.int64))

    def weight(self, weights: Weights, name: str) -> str:
        """A tensor of the weights as fp32, from the other file if it is there."""
        if name not in self.outside:
            return self.constant(weights[name])
        span, tensor = self.outside[name], onnx.TensorProto()
        tensor.name, tensor.data_type = name, TensorProto.FLOAT16
        tensor.dims.extend(weights[name].shape)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", span.file), ("offset", span.offset), ("length", span.length)):
            tensor.external_data.add(key=key, value=str(value))
        self.constants.append(tensor)
        return self.add("Cast", name, to=TensorProto.FLOAT)

    def add(self, op: str, *inputs: str, out: str = "", **attributes: object) -> str:
        """Adds a node with one output."""
        out = out or f"{op.lower()}{len(self.nodes)}"
        self.add_many(op, inputs, [out], **attributes)
        return out

    def add_many(self, op: str, inputs: Sequence[str], outs: Sequence[str], **attributes: object) -> None:
        """Adds a node with several outputs."""
        domain = str(attributes.pop("domain", ""))
        node = helper.make_node(op, inputs, outs, domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in sorted(attributes.items()))
        self.nodes.append(node)

    def split(self, value: str, sizes: Sequence[int], axis: int = -1) -> list[str]:
        """Splits a value into parts along an axis."""
        outs = [f"split{len(self.nodes)}_{part}" for part in range(len(sizes))]
        self.add_many("Split", [value, self.ints(*sizes)], outs, axis=axis)
        return outs

    def lookup(self, table: NDArray[np.float32], ids: str) -> str:
        """Looks up rows of a table; in int8 graphs the table has a single scale."""
        if not self.int8:
            return self.add("Gather", self.constant(table), ids, axis=0)
        scale = float(np.abs(table).max()) / 127 or 1.0
        rows = self.add("Gather", self.constant(np.round(table / scale).astype(np.int8)), ids, axis=0)
        return self.add("Mul", self.add("Cast", rows, to=TensorProto.FLOAT), self.constant(scale))

    def matmul(self, left: str, matrix: NDArray[np.float32], most: float, *, signed: bool = True) -> str:
        """left (…, K) · matrix (K, N) in integer arithmetic. Values with |left| > `most`, which are outliers, are
        clipped.

        If not `signed`, left is never below 0, which allows twice the resolution.
        """
        scales = np.maximum(np.abs(matrix).max(axis=0), 1e-8) / _WEIGHT_LIMIT  # (N,)
        integers = np.round(matrix / scales).astype(np.int8)
        zero = self.constant(np.array(_SIGNED_ZERO if signed else 0, dtype=np.uint8))
        step = most / (127 if signed else 255)
        step_name = self.constant(float(step))
        quantised = self.add("QuantizeLinear", left, step_name, zero)
        columns = self.constant(scales.astype(np.float32))
        matrix_name = self.constant(integers)
        return self.add(
            "MatMulIntegerToFloat", quantised, matrix_name, step_name, columns, zero, domain="com.microsoft"
        )

    def serialise(self, inputs: Sequence[tuple[str, bool, Shape]], outputs: Sequence[tuple[str, Shape]]) -> bytes:
        """The finished graph. Inputs are (name, whether it is int64, shape); all others are fp32."""
        value = helper.make_tensor_value_info
        ins = [value(name, TensorProto.INT64 if whole else TensorProto.FLOAT, shape) for name, whole, shape in inputs]
        outs = [value(name, TensorProto.FLOAT, shape) for name, shape in outputs]
        graph = helper.make_graph(self.nodes, "step", ins, outs, self.constants)
        sets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=sets, producer_name="stagelyric")
        model.ir_version = _IR
        if not self.outside:  # the checker would try to open the other file
            onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def spans(file: bytes) -> dict[str, Span]:
    """The position of each tensor in a safetensors file: 8 bytes of header length, a JSON header, the tensors."""
    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + length])
    header.pop("__metadata__", None)
    offsets = {name: entry["data_offsets"] for name, entry in header.items()}
    return {name: Span(WEIGHTS, 8 + length + start, end - start) for name, (start, end) in offsets.items()}
