"""A word model that reads lines in order, but each from its last word to its first, so that it begins with the rhyme.

Writing lines backwards makes rhyming easy, as in Deep-speare (Lau et al. 2018) and DeepRapper (Xue et al. 2021). The
network is a stack of minGRUs whose embedding is also its head, trained with a sampled softmax (Jean et al. 2015).
`texts` has the format in which songs are read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from stagelyric.lm.kinds.backward.config import BackwardConfig
from stagelyric.lm.kinds.backward.runtime import LINE, LONGEST, SIGNS
from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
from stagelyric.lm.kinds.char_rnn.mingru import Block, norm
from stagelyric.lm.kinds.char_rnn.model import State
from stagelyric.lm.kinds.network import Network
from stagelyric.lm.mixture import Stream

_NEGATIVES = 3000  # words in the sample for the softmax of one step


class Backward(Network):
    """`model(ids, state) -> (logits, state)`; logits are `hidden @ embedding.T + bias`."""

    config: BackwardConfig
    carries = True
    """Trained with its state carried from segment to segment."""

    def __init__(self, config: BackwardConfig):
        super().__init__()
        self.config = config
        block = CharRnnConfig(
            vocabulary=config.vocabulary, embedding=config.width, hidden=config.hidden, dropout=config.dropout,
            layers=config.layers, cell="mingru",
        )  # fmt: skip
        self.embedding = nn.Parameter(torch.randn(config.vocabulary, config.width) * 0.05)
        self.bias = nn.Parameter(torch.zeros(config.vocabulary))
        self.gain = nn.Parameter(torch.ones(config.width))
        self.blocks = nn.ModuleList(Block(block) for _ in range(config.layers))
        self.dropout = nn.Dropout(config.dropout)
        self.register_buffer("chance", torch.full((config.vocabulary,), 1 / config.vocabulary), persistent=False)
        """(V,) the probability of each word in a draw for the sample."""

    def start(self, rows: int = 1) -> State:
        """The state of `rows` rows before any input."""
        c, zeros = self.config, self.embedding.new_zeros
        return State(zeros(c.layers, rows, c.hidden), zeros(c.layers, rows, 2 * c.width))

    def matrices(self) -> list[Tensor]:
        """The parameters for the Muon optimiser: the matrices inside the blocks."""
        return [layer.weight for layer in self.blocks.modules() if isinstance(layer, nn.Linear)]

    def look_at(self, texts: Sequence[Stream]) -> None:
        """Counts words: initialises the bias, and makes frequent words more likely to be sampled."""
        ids = np.concatenate([text.part(0, 0, 1.0) for text in texts])
        counts = np.bincount(ids, minlength=self.config.vocabulary).astype(np.float64)
        chance = torch.tensor((counts + 1.0) ** 0.75)
        with torch.no_grad():
            self.get_buffer("chance").copy_(chance / chance.sum())
            self.bias.copy_(torch.tensor(np.log((counts + 1.0) / counts.sum())))

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """ids (B, T) int64 → logits (B, T, V) of each next word, and the state after the last one."""
        hidden, state = self.hidden(ids, state)
        logits: Tensor = hidden.transpose(0, 1) @ self.embedding.t() + self.bias
        return logits, state

    def hidden(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """ids (B, T) → the input of the head (T, B, C), and the state after the last one."""
        state = state or self.start(len(ids))
        x = self.dropout(norm(F.embedding(ids.t(), self.embedding)))
        memories, recents = [], []
        for number, block in enumerate(self.blocks):
            x, h, recent = block(x, state.h[number], state.c[number])
            memories.append(h)
            recents.append(recent)
        out: Tensor = self.dropout(norm(x)) * self.gain
        return out, State(torch.stack(memories), torch.stack(recents))

    def loss(self, ids: Tensor, targets: Tensor, state: State) -> tuple[Tensor, State]:
        """Sampled softmax: cross-entropy against the true word and a sample, corrected for the sampling chances."""
        hidden, state = self.hidden(ids, state)
        flat, targets = hidden.reshape(-1, self.config.width), targets.t().reshape(-1)
        chance = self.get_buffer("chance")
        count = min(_NEGATIVES, len(chance))
        sample = torch.multinomial(chance, count, replacement=False)
        scores = flat @ self.embedding[sample].t()
        with torch.autocast(ids.device.type, enabled=False):
            # the ln of each word's chance to be sampled; 0 if the sample has all words
            expected = (count * chance).clamp(max=1.0).log() * (count < len(chance))
            scores = scores.float() + (self.bias[sample] - expected[sample])
            scores = scores.masked_fill(sample[None, :] == targets[:, None], -1e9)
            own = (flat.float() * F.embedding(targets, self.embedding)).sum(-1)
            own = own + self.bias[targets] - expected[targets]
            return (torch.logaddexp(own, torch.logsumexp(scores, dim=1)) - own).mean(), state

    def counts(self, targets: Tensor) -> Tensor:
        """True for lexicon words and line ends; lengths, slots and unknown words are inputs only, not measured."""
        words = self.config.vocabulary - len(SIGNS) - LONGEST - 1
        return targets <= words + LINE
