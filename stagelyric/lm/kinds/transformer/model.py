"""The transformer: a small decoder over characters (GPT-2's design, Radford et al. 2019, with later improvements).

Rotary positions (Su et al. 2021), normalised queries and keys (Henry et al. 2020), RMSNorm without gains (Zhang &
Sennrich 2019), ReLU² (So et al. 2021), one head of keys and values for all queries (Shazeer 2019: keeps the cache of
many drafts small), no biases. To a character's own embedding those of the two, three and four characters ending with it
are added, hashed into tables of fixed size: spelling is then a look-up, and the blocks are free for harder things.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from stagelyric.lm.kinds.network import Network
from stagelyric.lm.kinds.transformer.config import TransformerConfig
from stagelyric.lm.kinds.transformer.numbers import HASH, SCALE, rates


@dataclass(frozen=True, slots=True)
class Cache:
    """What the blocks have read: keys and values (L, B, T, D) of T characters so far, and the last ids (B, grams)."""

    keys: Tensor
    values: Tensor
    recent: Tensor

    def expand(self, n: int) -> Cache:
        """Copies a cache of one row to `n` rows, so that a context is read once for `n` drafts."""
        return Cache(self.keys.repeat(1, n, 1, 1), self.values.repeat(1, n, 1, 1), self.recent.repeat(n, 1))


class Block(nn.Module):
    """Attention, then ReLU²; each reads the normalised residual stream and adds to it."""

    def __init__(self, c: TransformerConfig):
        super().__init__()
        self.heads, self.size = c.heads, c.width // c.heads
        self.query = nn.Linear(c.width, c.width, bias=False)
        self.key = nn.Linear(c.width, self.size, bias=False)
        self.value = nn.Linear(c.width, self.size, bias=False)
        self.out = nn.Linear(c.width, c.width, bias=False)
        self.up = nn.Linear(c.width, c.hidden, bias=False)
        self.down = nn.Linear(c.hidden, c.width, bias=False)
        self.dropout = nn.Dropout(c.dropout)
        nn.init.zeros_(self.out.weight)  # a new block initially does nothing
        nn.init.zeros_(self.down.weight)

    def forward(self, x: Tensor, turn: Tensor, mask: Tensor, past: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
        """x (B, T, C), turn (2, T, D/2), mask (T, P + T), past keys and values (B, P, D) → x, keys, values."""
        b, t, c = x.shape
        a = norm(x)
        q = turned(norm(self.query(a).view(b, t, self.heads, self.size)), turn[:, :, None])  # (B, T, H, D)
        k = torch.cat([past[0].to(q.dtype), turned(norm(self.key(a)), turn)], dim=1)  # (B, P + T, D)
        v = torch.cat([past[1].to(q.dtype), self.value(a)], dim=1)
        # there is one key head, so the queries of all heads are handled in one product
        q = q.transpose(1, 2).reshape(b, self.heads * t, self.size)
        weights = (q @ k.mT).view(b, self.heads, t, -1) * SCALE + mask  # (B, H, T, P + T)
        weights = weights.softmax(dim=-1).to(v.dtype).view(b, self.heads * t, -1)
        y = (weights @ v).view(b, self.heads, t, self.size).transpose(1, 2).reshape(b, t, c)
        x = x + self.dropout(self.out(y))
        x = x + self.dropout(self.down(F.relu(self.up(norm(x))).square()))
        return x, k, v


class Transformer(Network):
    """`model(ids, state) -> (logits, state)`."""

    config: TransformerConfig
    carries = False
    """Trained on segments that each start with an empty cache."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        tables = [nn.Embedding(config.rows, config.gram_width) for _ in range(config.grams)]
        self.grams = nn.ModuleList(tables)
        self.spell = nn.Linear(config.grams * config.gram_width, config.width, bias=False)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.head = nn.Linear(config.width, config.vocabulary, bias=False)
        nn.init.normal_(self.embedding.weight, std=0.5)
        for table in tables:
            nn.init.normal_(table.weight, std=0.5)
        nn.init.normal_(self.spell.weight, std=0.3 * config.gram_width**-0.5)
        nn.init.zeros_(self.head.weight)

    def start(self, rows: int = 1) -> Cache:
        """The state of `rows` rows before any input."""
        c, device = self.config, self.head.weight.device
        empty = torch.zeros(c.layers, rows, 0, c.width // c.heads, device=device)
        return Cache(empty, empty, torch.zeros(rows, c.grams, dtype=torch.int64, device=device))

    def matrices(self) -> list[Tensor]:
        """The parameters for the Muon optimiser: the matrices inside the blocks."""
        return list(self.blocks.parameters())

    def forward(self, ids: Tensor, state: Cache | None = None) -> tuple[Tensor, Cache]:
        """ids (B, T) int64 → logits (B, T, V) of each next character, and the state after the last one."""
        state = state or self.start(ids.shape[0])
        (_, t), past = ids.shape, state.keys.shape[2]
        line = torch.cat([state.recent, ids], dim=1)  # (B, grams + T)
        x = norm(self.embed(line, t))
        turn = angles(torch.arange(past, past + t, device=ids.device), self.config.width // self.config.heads).to(
            x.dtype
        )
        mask = torch.full((t, past + t), float("-inf"), device=ids.device).triu(past + 1).to(x.dtype)
        keys, values = [], []
        for number, block in enumerate(self.blocks):
            x, k, v = block(x, turn, mask, (state.keys[number], state.values[number]))
            keys.append(k)
            values.append(v)
        recent = line[:, line.shape[1] - self.config.grams :]
        return self.head(norm(x)).float(), Cache(torch.stack(keys), torch.stack(values), recent)

    def embed(self, line: Tensor, t: int) -> Tensor:
        """Embeddings (B, T, C) of the last t of line (B, grams + T), plus those of the runs that end with them."""
        first = line.shape[1] - t
        run = line[:, first:]
        x: Tensor = self.embedding(run)
        spelled = []
        for n, table in enumerate(self.grams, 1):
            run = run + line[:, first - n : line.shape[1] - n] * HASH[n - 1]
            spelled.append(table(run % self.config.rows))
        if spelled:
            x = x + self.spell(torch.cat(spelled, dim=-1))
        return x


def norm(x: Tensor) -> Tensor:
    """RMSNorm without a gain: the mean square over the last axis becomes 1."""
    return F.rms_norm(x, (x.shape[-1],), eps=1e-6)


def angles(positions: Tensor, size: int) -> Tensor:
    """cos and sin (2, T, size/2) of position · 10000^(-2i/size)."""
    angle = positions[:, None] * torch.from_numpy(rates(size)).to(positions.device)
    return torch.stack([angle.cos(), angle.sin()])


def turned(x: Tensor, turn: Tensor) -> Tensor:
    """Rotates x (…, D), taken as D/2 points with x in the first half and y in the second, each by its angle."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * turn[0] - b * turn[1], a * turn[1] + b * turn[0]], dim=-1)
