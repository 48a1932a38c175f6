"""The alternative cell of a char-rnn: a stack of minGRUs (Feng et al. 2024, arXiv 2410.01201).

Each block: RMSNorm → a depthwise causal convolution over three characters → minGRU → added to the residual stream; then
RMSNorm → a ReLU² layer (So et al. 2021) → added. A minGRU's gate and candidate don't depend on its state:

    z = sigmoid(gate(a));  h' = (1 - z)∘h + z∘candidate(a)

Therefore the gates of a whole text are computed at once, and the states by one scan.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn import functional as F  # noqa: N812 - its usual name

from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
from stagelyric.lm.kinds.char_rnn.model import State
from stagelyric.lm.kinds.network import Network

_TAPS = 3  # characters that the convolution covers
_LONGEST = 256.0  # initial time constant of the slowest cells, in characters


class Scan(torch.autograd.Function):
    """Computes h_t = keep_t∘h_{t-1} + new_t for all t: keep and new (T, B, H), the first h (B, H) → h (T, B, H).

    Its gradient is the same scan in reverse: d_t = g_t + keep_{t+1}∘d_{t+1}.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, keep: Tensor, new: Tensor, first: Tensor) -> Tensor:
        h = scanned(keep, new, first)
        ctx.save_for_backward(keep, h, first)
        return h

    # `Any`: the context's `saved_tensors` are in no stub of torch's.
    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        keep, h, first = ctx.saved_tensors
        after = torch.cat([keep[1:], torch.zeros_like(keep[:1])])  # the factor of h_t in the next step
        d = scanned(after.flip(0), grads[0].flip(0), torch.zeros_like(first)).flip(0)
        before = torch.cat([first[None], h[:-1]])
        return d * before, d, d[0] * keep[0]


def scanned(keep: Tensor, new: Tensor, first: Tensor) -> Tensor:
    """Scans about √T chunks of length √T: first all chunks in parallel from zero, then adds what each inherits.

    Uses no division or logarithm, so that gates may be exactly 0 or 1.
    """
    t = len(keep)
    root = math.isqrt(t)
    size = min(range(root // 2 + 1, 2 * root + 1), key=lambda size: -t % size)  # the size that needs least padding
    short = -t % size
    if short:
        keep = torch.cat([keep, keep.new_ones(short, *keep.shape[1:])])
        new = torch.cat([new, new.new_zeros(short, *new.shape[1:])])
    keep = keep.view(-1, size, *keep.shape[1:])  # (chunks, size, B, H)
    h = new.view(keep.shape).clone()
    left = keep.clone()  # the factor of the state that enters the chunk
    for place in range(1, size):
        h[:, place].addcmul_(keep[:, place], h[:, place - 1])
        left[:, place].mul_(left[:, place - 1])
    for chunk, share in zip(h, left, strict=True):
        chunk.addcmul_(share, first)
        first = chunk[-1]
    return h.view(new.shape)[:t]


class Block(nn.Module):
    """minGRU, then ReLU²; each reads the normalised residual stream and adds to it."""

    def __init__(self, c: CharRnnConfig):
        super().__init__()
        self.taps = nn.Parameter(torch.zeros(_TAPS, c.embedding))
        self.gate = nn.Linear(c.embedding, c.hidden)
        self.candidate = nn.Linear(c.embedding, c.hidden, bias=False)
        self.out = nn.Linear(c.hidden, c.embedding, bias=False)
        self.up = nn.Linear(c.embedding, 2 * c.embedding, bias=False)
        self.down = nn.Linear(2 * c.embedding, c.embedding, bias=False)
        self.dropout = nn.Dropout(c.dropout)
        with torch.no_grad():
            self.taps[-1] = 1.0  # initially only the current character counts
            spans = torch.logspace(0, math.log10(_LONGEST), c.hidden)
            self.gate.bias.copy_(-spans.log())  # chrono initialisation (Tallec & Ollivier 2018)
        nn.init.zeros_(self.out.weight)  # a new block initially does nothing
        nn.init.zeros_(self.down.weight)

    def forward(self, x: Tensor, h: Tensor, recent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (T, B, C), h (B, H), the previous two normalised inputs (B, 2C) → x, h, recent."""
        t = len(x)
        a = torch.cat([*recent[None].chunk(_TAPS - 1, dim=-1), norm(x)])  # (2 + T, B, C)
        recent = torch.cat([a[t], a[t + 1]], dim=-1)
        a = sum((a[i : i + t] * self.taps[i] for i in range(1, _TAPS)), a[:t] * self.taps[0])
        z = self.gate(a).float().sigmoid()
        memory: Tensor = Scan.apply(1 - z, z * self.candidate(a).float(), h)  # type: ignore[no-untyped-call]
        x = x + self.dropout(self.out(memory))
        x = x + self.dropout(self.down(F.relu(self.up(norm(x))).square()))
        return x, memory[-1], recent


class MinGru(Network):
    """`model(ids, state) -> (logits, state)`."""

    config: CharRnnConfig
    carries = True
    """Trained with its state carried from segment to segment."""

    def __init__(self, config: CharRnnConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.embedding)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.head = nn.Linear(config.embedding, config.vocabulary, bias=False)
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.embedding.weight, std=0.5)
        nn.init.zeros_(self.head.weight)

    def start(self, rows: int = 1) -> State:
        """The state of `rows` rows before any input."""
        c, zeros = self.config, self.head.weight.new_zeros
        return State(zeros(c.layers, rows, c.hidden), zeros(c.layers, rows, (_TAPS - 1) * c.embedding))

    def matrices(self) -> list[Tensor]:
        """The parameters for the Muon optimiser: the matrices inside the blocks."""
        return [layer.weight for block in self.blocks for layer in block.modules() if isinstance(layer, nn.Linear)]

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """ids (B, T) int64 → logits (B, T, V) of each next character, and the state after the last one."""
        state = state or self.start(ids.shape[0])
        x = self.dropout(norm(self.embedding(ids.t())))  # (T, B, C)
        memories, recents = [], []
        for number, block in enumerate(self.blocks):
            x, h, recent = block(x, state.h[number], state.c[number])
            memories.append(h)
            recents.append(recent)
        logits: Tensor = self.head(norm(x)).float().transpose(0, 1)
        return logits, State(torch.stack(memories), torch.stack(recents))


def norm(x: Tensor) -> Tensor:
    """RMSNorm without a gain: the mean square over the last axis becomes 1."""
    return F.rms_norm(x, (x.shape[-1],), eps=1e-6)
