"""Measures a model's activations on some lines: the largest absolute value ("reach") of each channel between its
layers, and the keys and values of the start piece.

A few channels reach ten times as far as the rest. Since a quantised input has one scale for a whole row, these channels
would determine it for all. Therefore half of their reach is moved into the next matrix, where each channel has its own
weights (after Xiao and others, "SmoothQuant", arXiv 2211.10438). The layers' outputs stay the same.

The start piece's activations are a hundred times as large, since models put attention on it when nothing else is
relevant. As it is the same for every text, its keys and values, and the probabilities after it, are computed here in
full precision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor.llama import Llama

Floats = NDArray[np.float32]

LINES = """\
Maggie put the kettle on and waited for the post
The radio was talking to the butter and the toast
My brother keeps a bicycle he hasn't ridden since
I paid the rent on Friday with a handful of tens

Down at the harbour the ferries were late
And nobody told us how long we would wait
Did you ever love anyone more than the sea?
She laughed, and she handed the lantern to me

The factory whistle, the rain on the yard
Your name in my wallet, your face on a card
Oh, sing it again for the driver, for Joe
For all of the people we don't even know

There's a dog in the doorway, a hole in the roof
They said they were leaving, they wanted some proof
When the lights of the city go out one by one
I'll be here on the corner, my work nearly done

Grandmother taught him to count every star
In the back of a van, on the strings of a guitar
"Come in," said the doctor, "it's only your heart"
We were too tired to finish and too scared to start

No war in the papers, no snow on the hill
The old men of Tuesday are playing cards still
Run, little river, run under the town
Whatever goes up must come quietly down
"""
"""Ordinary lines of many kinds; blank lines separate the texts."""

_SMALL = np.float32(1e-4)


@dataclass(frozen=True, slots=True)
class Inside:
    """`smoothing`: for each matrix input, the factors by which its channels are divided and the matrix's columns
    multiplied; by name: "blk.L.attn" (before q, k, v), "blk.L.read" (before the output of attention), "blk.L.ffn"
    (before gate and up), "blk.L.down", "head". None: no smoothing.

    `keys`, `values`: those of the start piece, (layers, kv_heads, head_size); `log_p`: of each kept piece after it.
    """

    smoothing: Mapping[str, Floats] | None
    keys: Floats
    values: Floats
    log_p: Floats


def read(model: Llama, texts: Sequence[Sequence[int]], kept: Sequence[int]) -> Inside:
    """Measures on `texts`, given as numbers among the `kept` pieces; all begin with the start piece."""
    reading = _Reading(model, texts, kept)
    smoothing = {name: _half(most, matrices) for name, most, matrices in reading.inputs()}
    logits = reading.normed("output_norm")[0] @ model.head()[np.asarray(kept)].T
    log_p = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
    return Inside(smoothing, np.stack(reading.keys), np.stack(reading.values), log_p)


def _half(most: Floats, matrices: Sequence[Floats]) -> Floats:
    columns = np.max([np.abs(matrix).max(axis=0) for matrix in matrices], axis=0)
    half = np.sqrt(np.maximum(most, _SMALL) / np.maximum(columns, _SMALL))
    found: Floats = np.exp2(np.round(np.log2(half))).astype(np.float32)  # powers of two, so that scaling is exact
    return found


class _Reading:
    """Runs the model with numpy in fp32, layer by layer, so that only one layer's weights are in memory."""

    def __init__(self, model: Llama, texts: Sequence[Sequence[int]], kept: Sequence[int]):
        self.model = model
        table = model.tensor("token_embd.weight")[np.asarray(kept)]
        self.ends = np.cumsum([len(text) for text in texts])[:-1]
        self.keys: list[Floats] = []
        self.values: list[Floats] = []
        self.x: Floats = table[np.concatenate([np.asarray(text) for text in texts])]  # (N, width): all texts
        places = np.concatenate([np.arange(len(text)) for text in texts])
        self.later = places > 0
        angles = np.outer(places, model.shape.rates)[:, None].astype(np.float32)
        self.turns = np.cos(angles), np.sin(angles)  # (N, 1, size / 2) each

    def inputs(self) -> Iterator[tuple[str, Floats, list[Floats]]]:
        """(name, each channel's reach, the matrices it is an input of), layer after layer."""
        s, tensor = self.model.shape, self.model.tensor
        for layer in range(s.layers):
            name = f"blk.{layer}"
            weights = {part: tensor(f"{name}.{part}.weight") for part in ("attn_v", "attn_output")}
            weights["attn_q"] = self.model.turned_halves(f"{name}.attn_q.weight", s.heads)
            weights["attn_k"] = self.model.turned_halves(f"{name}.attn_k.weight", s.kv_heads)
            h = self.normed(f"{name}.attn_norm")
            yield f"{name}.attn", self.most(h), [weights["attn_q"], weights["attn_k"], weights["attn_v"]]
            y = self.attention(h, weights)
            yield f"{name}.read", self._shared(self.most(y)), [self._shared_columns(weights["attn_output"])]
            self.x = self.x + y @ weights["attn_output"].T
            h = self.normed(f"{name}.ffn_norm")
            gate, up, down = (tensor(f"{name}.ffn_{part}.weight") for part in ("gate", "up", "down"))
            yield f"{name}.ffn", self.most(h), [gate, up]
            opened = h @ gate.T
            y = opened / (1 + np.exp(-opened)) * (h @ up.T)
            yield f"{name}.down", self.most(y), [down]
            self.x = self.x + y @ down.T
        yield "head", self.most(self.normed("output_norm")), [self.model.head()]

    def normed(self, name: str) -> Floats:
        squares = np.mean(self.x * self.x, axis=-1, keepdims=True)
        found: Floats = self.x / np.sqrt(squares + np.float32(self.model.shape.epsilon))
        return found * self.model.tensor(f"{name}.weight")

    def attention(self, h: Floats, weights: Mapping[str, Floats]) -> Floats:
        s = self.model.shape
        q = self.turned((h @ weights["attn_q"].T).reshape(len(h), s.heads, -1))
        k = self.turned((h @ weights["attn_k"].T).reshape(len(h), s.kv_heads, -1))
        v = (h @ weights["attn_v"].T).reshape(len(h), s.kv_heads, -1)
        self.keys.append(k[0])
        self.values.append(v[0])
        parts = (np.split(each, self.ends) for each in (q, k, v))
        return np.concatenate([self.looked(*part) for part in zip(*parts, strict=True)])

    def looked(self, q: Floats, k: Floats, v: Floats) -> Floats:
        """Attention for one text: queries (T, heads, size), keys and values (T, kv, size) → (T, heads·size)."""
        shared = q.shape[1] // k.shape[1]
        k, v = np.repeat(k, shared, axis=1), np.repeat(v, shared, axis=1)
        scores = np.einsum("qhd,khd->hqk", q, k) / np.float32(np.sqrt(q.shape[-1]))
        scores = np.where(np.tri(len(q), dtype=bool), scores, np.float32(-1e9))
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        found: Floats = np.einsum("hqk,khd->qhd", shares / shares.sum(axis=-1, keepdims=True), v)
        return found.reshape(len(q), -1)

    def turned(self, x: Floats) -> Floats:
        a, b = np.split(x, 2, axis=-1)
        cos, sin = self.turns
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)

    def _shared(self, most: Floats) -> Floats:
        """(heads·size,) made equal for all heads that share a value head, so that it can be moved into that head."""
        s = self.model.shape
        grouped = most.reshape(s.kv_heads, -1, s.head_size).max(axis=1, keepdims=True)
        return np.broadcast_to(grouped, (s.kv_heads, s.heads // s.kv_heads, s.head_size)).reshape(-1)

    def _shared_columns(self, matrix: Floats) -> Floats:
        return self._shared(np.abs(matrix).max(axis=0))[None]

    def most(self, x: Floats) -> Floats:
        """The reach of each channel of x (N, C), not counting start pieces."""
        found: Floats = np.abs(x[self.later]).max(axis=0)
        return found
