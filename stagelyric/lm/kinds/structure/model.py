"""The structure model: predicts how lines are built, independent of the words. One GRU over tokens (see `tokens`).

Castro and Attarian 2018 (arXiv 1811.04651) combine two separately trained language models, one for a song's structure
and one for its vocabulary. Their method section was not available: the tokens, the network and the way the two are
combined (`writing.automata.templates`, `writing.automata.letters`) are our own.

embedding → GRU (Cho et al. 2014) → linear head that shares the embedding's weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from stagelyric.lm.kinds.network import Network
from stagelyric.lm.kinds.structure import tokens
from stagelyric.lm.kinds.structure.config import StructureConfig
from stagelyric.lm.kinds.structure.texts import Song, spelled


@dataclass(frozen=True, slots=True)
class State:
    """The GRU's state for each row, h (1, B, H)."""

    h: Tensor

    def detach(self) -> State:
        """The same values without gradient history, as truncated backpropagation needs."""
        return State(self.h.detach())

    def take(self, rows: slice) -> State:
        """The state of some of the rows."""
        return State(self.h[:, rows])

    @classmethod
    def joined(cls, states: Sequence[State]) -> State:
        """The rows of several states, one after another."""
        return cls(torch.cat([state.h for state in states], dim=1))

    def tensors(self) -> dict[str, Tensor]:
        """The tensors to store in a checkpoint; `State(**tensors)` restores the state."""
        return {"h": self.h}

    def forget(self, rows: Tensor) -> State:
        """Sets the rows to zero for which `rows`, bool (B,), is True."""
        return State(self.h * (~rows).to(self.h.dtype)[None, :, None])


class _Bias(nn.Module):
    """Holds the head's bias; its weights are the embedding's."""

    def __init__(self, size: int):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(size))


class Structure(Network):
    """`model(ids, state) -> (logits, state)`."""

    config: StructureConfig
    carries = True
    """Trained with its state carried from segment to segment."""

    def __init__(self, config: StructureConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.hidden)
        self.gru = nn.GRU(config.hidden, config.hidden, batch_first=True)
        self.head = _Bias(config.vocabulary)
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.embedding.weight, std=config.hidden**-0.5)

    def start(self, rows: int = 1) -> State:
        """The state of `rows` rows before any input."""
        return State(self.embedding.weight.new_zeros(1, rows, self.config.hidden))

    def matrices(self) -> list[Tensor]:
        """The parameters for the Muon optimiser: none, as recurrent matrices train better with AdamW."""
        return []

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """ids (B, T) int64 → logits (B, T, V) of each next token, and the state after the last."""
        x, h = self.gru(self.dropout(self.embedding(ids)), None if state is None else state.h)  # (B, T, H)
        return nn.functional.linear(self.dropout(x), self.embedding.weight, self.head.bias), State(h)


def token_bits(model: Network, songs: Sequence[Song], index: Mapping[str, int]) -> float:
    """Bits per word (line ends are words) of songs from the empty state, with all possible codes of each line."""
    nats, count = 0.0, 0
    asked = torch.tensor([symbol in tokens.MARKS and symbol != tokens.LINE for symbol in index])
    with torch.no_grad():
        for song in songs:
            ids = torch.tensor([spelled(song, index, 1.0, np.random.default_rng(0))])
            logits, _ = model(ids[:, :-1])
            words = ~asked[ids[0, 1:]]
            nats += nn.functional.cross_entropy(logits[0, words], ids[0, 1:][words], reduction="sum").item()
            count += int(words.sum())
    return nats / max(1, count) / math.log(2)
