"""Builds the editor's ONNX graph: input are trees of pieces, output the log-probabilities of chosen pieces.

R rows of M places each contain trees of pieces. A place attends to itself and its ancestors (see `mask`), so that texts
with the same beginning share it. What was read in earlier calls can be given with `past_k` and `past_v`; all rows share
it. To score lines, nothing is given (P = 0).

    ids (R, M) int64          the piece in each place; no other place attends to padding
    positions (R, M) int64    depth in the tree, from 1
    mask (R, 1, M, 1 + P + M) 0 where a place (3rd axis) attends to the start piece, a past place or another of its row
                              (4th), else very negative
    places (U,) int64         indexes (0 … R·M - 1) of the places whose next pieces are asked for
    pairs (K, 2) int64        an index into `places`, and a piece
    past_k, past_v (P, L, kv heads, head size)  the keys and values of earlier places in L layers, as returned
    → log_p (K,)              the natural logarithm of that piece's probability there
    → next (U, V)             the natural logarithm of every piece's probability there
    → new_k, new_v (R·M, L, kv heads, head size)  the keys and values of the places

Every matrix is int8 with one scale for each output channel. Inputs are quantised dynamically, place by place, so that
places don't affect each other. The matrices are in `WEIGHTS`, beside the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from stagelyric.editor.folder import LONGEST, WEIGHTS
from stagelyric.editor.llama import Llama
from stagelyric.editor.reach import Inside

_OPSET, _IR = 18, 9
_OWN = "com.microsoft"  # the domain of ONNX Runtime's own operators
_LEVELS, _ZERO = 127, 128
_WEIGHT_LEVELS = 63  # the sum of two products then fits 16 bits: processors without VNNI get the same sums
_ALIGNED = 64


def write_graph(model: Llama, kept: Sequence[int], weights: IO[bytes], inside: Inside) -> bytes:
    """The serialised graph for the kept pieces; large tensors are written to `weights`, the file WEIGHTS beside it.

    If `inside` has no smoothing, nothing is quantised: everything is fp32.
    """
    return _Writer(model, kept, weights, inside, inside.smoothing is not None).serialised()


@dataclass(slots=True)
class _Writer:
    model: Llama
    kept: Sequence[int]
    weights: IO[bytes]
    inside: Inside
    int8: bool
    mask: str = ""
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    turns: tuple[str, str] = ("", "")
    known: dict[tuple[str, tuple[int, ...], bytes], str] = field(default_factory=dict)
    shapes: dict[tuple[int | str, ...], str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def serialised(self) -> bytes:
        s = self.model.shape
        x = self.embedded()
        self.turns = self.turning()
        self.mask = self.add("Concat", *["mask"] * (s.heads // s.kv_heads), axis=2)  # (R, 1, shared·M, 1 + P + M)
        skip = ""
        for layer in range(s.layers):
            name = f"blk.{layer}"
            x, normed = self.normed(x, skip, f"{name}.attn_norm", f"{name}.attn")
            x, normed = self.normed(x, self.attention(normed, layer), f"{name}.ffn_norm", f"{name}.ffn")
            skip = self.feed_forward(normed, name)
        both = self.add("Gather", self.add("Add", x, skip), "places", axis=0)  # (U, width)
        _, normed = self.normed(both, "", "output_norm", "head")
        logits = self.linear(self.rounded(normed), self.model.head()[np.asarray(self.kept)] * self.smooth("head"))
        self.add("GatherND", self.add("LogSoftmax", logits, axis=-1, out="next"), "pairs", out="log_p")
        self.add("Concat", *self.keys, axis=1, out="new_k")
        self.add("Concat", *self.values, axis=1, out="new_v")
        return self.finished()

    def embedded(self) -> str:
        """The embeddings of the pieces in all places: (R·M, width)."""
        table = self.model.tensor("token_embd.weight")[np.asarray(self.kept)]
        ids = self.add("Reshape", "ids", self.ints(-1))
        if not self.int8:
            return self.add("Gather", self.large(table), ids, axis=0)
        integers, scales = rounded(table)
        rows = self.add("Cast", self.add("Gather", self.large(integers), ids, axis=0), to=TensorProto.FLOAT)
        return self.add("Mul", rows, self.add("Gather", self.large(scales[:, None]), ids, axis=0))

    def turning(self) -> tuple[str, str]:
        """The cosines and sines of each position's rotation, (LONGEST, head_size / 2) each."""
        angles = np.outer(np.arange(LONGEST), self.model.shape.rates)
        return self.large(np.cos(angles).astype(np.float32)), self.large(np.sin(angles).astype(np.float32))

    def smooth(self, name: str) -> NDArray[np.float32]:
        return (self.inside.smoothing or {}).get(name, np.ones(1, np.float32))

    def normed(self, x: str, skip: str, name: str, smooth: str) -> tuple[str, str]:
        """x + skip, and its RMSNorm with gains and smoothing applied."""
        weight = self.small(self.model.tensor(f"{name}.weight") / self.smooth(smooth))
        epsilon = self.model.shape.epsilon
        if not skip:
            return x, self.add("SimplifiedLayerNormalization", x, weight, axis=-1, epsilon=epsilon, stash_type=1)
        normed, both = f"normed{len(self.nodes)}", f"sum{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(
                "SkipSimplifiedLayerNormalization",
                [x, skip, weight],
                [normed, "", "", both],
                domain=_OWN,
                epsilon=epsilon,
            )
        )
        return both, normed

    def rounded(self, x: str) -> tuple[str, ...]:
        """x (N, K) quantised to uint8 around 128 with a scale for each row; and the scales (N, 1)."""
        if not self.int8:
            return (x,)
        most = self.add("ReduceMax", self.add("Abs", x), self.ints(-1), keepdims=1)  # (N, 1)
        step = self.add("Mul", self.add("Max", most, self.small(np.float32(1e-9))), self.small(np.float32(1 / _LEVELS)))
        steps = self.add("Squeeze", step, self.ints(1))
        zero = helper.make_tensor("zero", TensorProto.UINT8, [1], [_ZERO])
        zeros = self.add("ConstantOfShape", self.add("Shape", steps), value=zero)
        return self.add("QuantizeLinear", x, steps, zeros, axis=0), step

    def linear(self, x: tuple[str, ...], matrix: NDArray[np.float32], times: float = 1.0) -> str:
        """x (N, K), as returned by `rounded`, times a matrix (out, K), times `times`: (N, out)."""
        if not self.int8:
            return self.add("MatMul", x[0], self.large(np.ascontiguousarray(matrix.T * np.float32(times))))
        integers, scales = rounded(matrix)
        product = self.add(
            "MatMulIntegerToFloat",
            x[0],
            self.large(np.ascontiguousarray(integers.T)),
            self.small(np.float32(1)),
            self.small(scales * np.float32(times)),
            self.small(np.uint8(_ZERO)),
            domain=_OWN,
        )
        return self.add("Mul", product, x[1])

    def attention(self, x: str, layer: int) -> str:
        """x (R·M, width) → the attention output of each place, (R·M, width)."""
        s, model, name = self.model.shape, self.model, f"blk.{layer}"
        shared, size = s.heads // s.kv_heads, s.head_size
        given = self.rounded(x)
        before, read = self.smooth(f"{name}.attn"), self.smooth(f"{name}.read")
        shares = np.broadcast_to(read, s.heads * size).reshape(s.kv_heads, shared, size)[:, 0]  # alike in a group
        q = self.linear(given, model.turned_halves(f"{name}.attn_q.weight", s.heads) * before, times=size**-0.5)
        k = self.linear(given, model.turned_halves(f"{name}.attn_k.weight", s.kv_heads) * before)
        v = self.linear(given, model.tensor(f"{name}.attn_v.weight") * before / shares.reshape(-1, 1))
        q = self.heads_of(self.turned(q), [s.kv_heads, shared, size], [0, 2, 3, 1, 4])  # (R, kv, shared, M, size)
        q = self.add("Reshape", q, self.ints(0, 0, -1, size))  # (R, kv, shared·M, size)
        k = self.turned(k)
        self.keys.append(self.add("Reshape", k, self.ints(-1, 1, s.kv_heads, size)))
        self.values.append(self.add("Reshape", v, self.ints(-1, 1, s.kv_heads, size)))
        k = self.heads_of(k, [s.kv_heads, size], [0, 2, 3, 1])
        v = self.heads_of(v, [s.kv_heads, size], [0, 2, 1, 3])
        first_k, first_v = self.first(layer, shares)
        k = self.add("Concat", first_k, self.past("past_k", layer, [1, 2, 3, 0]), k, axis=3)  # (R, kv, size, 1 + P + M)
        v = self.add("Concat", first_v, self.past("past_v", layer, [1, 2, 0, 3]), v, axis=2)  # (R, kv, 1 + P + M, size)
        seen = self.add("Softmax", self.add("Add", self.add("MatMul", q, k), self.mask), axis=-1)
        y = self.add("Reshape", self.add("MatMul", seen, v), self.ints(0, 0, shared, -1, size))
        y = self.add("Transpose", y, perm=[0, 3, 1, 2, 4])  # (R, M, kv, shared, size)
        y = self.add("Reshape", y, self.ints(-1, s.heads * size))
        return self.linear(self.rounded(y), model.tensor(f"{name}.attn_output.weight") * read)

    def first(self, layer: int, shares: NDArray[np.float32]) -> tuple[str, str]:
        """The start piece's key (R, kv, size, 1) and value (R, kv, 1, size)."""
        s = self.model.shape
        key = self.small(self.inside.keys[layer][None, :, :, None])
        value = self.small((self.inside.values[layer] / shares)[None, :, None])
        return (
            self.add("Expand", key, self.shape_of("R", s.kv_heads, s.head_size, 1)),
            self.add("Expand", value, self.shape_of("R", s.kv_heads, 1, s.head_size)),
        )

    def turned(self, x: str) -> str:
        """Queries or keys (R·M, heads·size) with rotary positions applied."""
        x = self.add("Reshape", x, self.shape_of("R", "M", -1))
        return self.add("RotaryEmbedding", x, "positions", *self.turns, domain=_OWN)

    def past(self, name: str, layer: int, order: list[int]) -> str:
        """One layer's keys (R, kv, size, P) or values (R, kv, P, size) of the places read earlier."""
        s = self.model.shape
        own = self.add("Transpose", self.add("Gather", name, self.ints(layer), axis=1), perm=order)
        sizes: list[int | str] = [s.kv_heads, s.head_size, "P"] if order[-1] == 0 else [s.kv_heads, "P", s.head_size]
        return self.add("Expand", own, self.shape_of("R", *sizes))

    def heads_of(self, x: str, parts: list[int], order: list[int]) -> str:
        """x (R·M or R, M, the product of parts) reshaped to (R, M, *parts), with the axes permuted."""
        return self.add("Transpose", self.add("Reshape", x, self.shape_of("R", "M", *parts)), perm=order)

    def feed_forward(self, x: str, name: str) -> str:
        """SwiGLU: x (R·M, width) → (R·M, width)."""
        given, before, down = self.rounded(x), self.smooth(f"{name}.ffn"), self.smooth(f"{name}.down")
        gate, up, last = (self.model.tensor(f"{name}.ffn_{part}.weight") for part in ("gate", "up", "down"))
        opened = self.add("QuickGelu", self.linear(given, gate * before), domain=_OWN, alpha=1.0)
        opened = self.add("Mul", opened, self.linear(given, up * before / down.reshape(-1, 1)))
        return self.linear(self.rounded(opened), last * down)

    def shape_of(self, *sizes: int | str) -> str:
        """A shape tensor, shared, in which R, M and P are those of the call."""
        found = {"R": ("ids", 0), "M": ("ids", 1), "P": ("past_k", 0)}
        if sizes not in self.shapes:
            parts = [
                self.add("Shape", found[size][0], start=found[size][1], end=found[size][1] + 1)
                if isinstance(size, str)
                else self.ints(size)
                for size in sizes
            ]
            self.shapes[sizes] = self.add("Concat", *parts, axis=0)
        return self.shapes[sizes]

    def ints(self, *values: int) -> str:
        return self.small(np.array(values, np.int64))

    def small(self, value: NDArray[np.generic] | np.generic) -> str:
        """Adds a constant inside the graph, shared."""
        array = np.asarray(value)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.known:
            self.known[key] = f"small{len(self.known)}"
            self.constants.append(numpy_helper.from_array(array, self.known[key]))
        return self.known[key]

    def large(self, array: NDArray[np.generic]) -> str:
        """Adds a constant stored in the file beside the graph."""
        self.weights.write(bytes(-self.weights.tell() % _ALIGNED))
        tensor = onnx.TensorProto()
        tensor.name, tensor.data_location = f"large{len(self.constants)}", TensorProto.EXTERNAL
        tensor.data_type = helper.np_dtype_to_tensor_dtype(array.dtype)
        tensor.dims.extend(array.shape)
        where = {"location": WEIGHTS, "offset": self.weights.tell(), "length": array.nbytes}
        for key, value in where.items():
            tensor.external_data.add(key=key, value=str(value))
        self.weights.write(np.ascontiguousarray(array).tobytes())
        self.constants.append(tensor)
        return str(tensor.name)

    def add(self, op: str, *inputs: str, out: str = "", domain: str = "", **attributes: object) -> str:
        """Adds a node with one output."""
        out = out or f"{op}{len(self.nodes)}"
        node = helper.make_node(op, inputs, [out], domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in sorted(attributes.items()))
        self.nodes.append(node)
        return out

    def finished(self) -> bytes:
        value, whole, real = helper.make_tensor_value_info, TensorProto.INT64, TensorProto.FLOAT
        s = self.model.shape
        remembered = [s.layers, s.kv_heads, s.head_size]
        inputs = [
            value("ids", whole, ["R", "M"]),
            value("positions", whole, ["R", "M"]),
            value("mask", real, ["R", 1, "M", "W"]),
            value("places", whole, ["U"]),
            value("pairs", whole, ["K", 2]),
            value("past_k", real, ["P", *remembered]),
            value("past_v", real, ["P", *remembered]),
        ]
        outputs = [
            value("log_p", real, ["K"]),
            value("next", real, ["U", len(self.kept)]),
            value("new_k", real, ["N", *remembered]),
            value("new_v", real, ["N", *remembered]),
        ]
        graph = helper.make_graph(self.nodes, "editor", inputs, outputs, self.constants)
        sets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_OWN, 1)]
        made = helper.make_model(graph, opset_imports=sets, producer_name="stagelyric")
        made.ir_version = _IR
        return bytes(made.SerializeToString())


def rounded(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix (out, in) as int8 with one scale a row; and the scales (out,)."""
    scales = np.maximum(np.abs(matrix).max(axis=1), 1e-9) / np.float32(_WEIGHT_LEVELS)
    return np.round(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float32)
