"""The character RNN: reads a character and predicts the next (Karpathy's char-rnn, 2015).

embedding → LSTM (Hochreiter & Schmidhuber 1997, forget bias 1: Jozefowicz et al. 2015) → linear head. `mingru` is the
same with minGRUs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
from stagelyric.lm.kinds.network import Network


@dataclass(frozen=True, slots=True)
class State:
    """The state of a network of L layers for each row: hidden cells h (L, B, H), and c (L, B, ·).

    c holds an LSTM's cells, or the last inputs of the convolution before a minGRU.
    """

    h: Tensor
    c: Tensor

    def expand(self, n: int) -> State:
        """Copies a state of one row to `n` rows, so that a context is read once for `n` drafts."""
        return State(self.h.repeat(1, n, 1), self.c.repeat(1, n, 1))

    def detach(self) -> State:
        """The same values without gradient history, as truncated backpropagation needs."""
        return State(self.h.detach(), self.c.detach())

    def take(self, rows: slice) -> State:
        """The state of some of the rows."""
        return State(self.h[:, rows], self.c[:, rows])

    @classmethod
    def joined(cls, states: Sequence[State]) -> State:
        """The rows of several states, one after another."""
        return cls(torch.cat([s.h for s in states], dim=1), torch.cat([s.c for s in states], dim=1))

    def tensors(self) -> dict[str, Tensor]:
        """The tensors to store in a checkpoint; `State(**tensors)` restores the state."""
        return {"h": self.h, "c": self.c}

    def forget(self, rows: Tensor) -> State:
        """Sets the rows to zero for which `rows`, bool (B,), is True."""
        keep = (~rows).to(self.h.dtype)[None, :, None]  # (1, B, 1)
        return State(self.h * keep, self.c * keep)


class CharRnn(Network):
    """`model(ids, state) -> (logits, state)`."""

    config: CharRnnConfig
    carries = True
    """Trained with its state carried from segment to segment."""

    def __init__(self, config: CharRnnConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.embedding)
        between = config.dropout if config.layers > 1 else 0.0  # torch warns of a dropout that has no effect
        self.lstm = nn.LSTM(config.embedding, config.hidden, config.layers, dropout=between)
        self.head = nn.Linear(config.hidden, config.vocabulary)
        self.dropout = nn.Dropout(config.dropout)
        self._initialise()

    def _initialise(self) -> None:
        h = self.config.hidden
        nn.init.normal_(self.embedding.weight, std=0.1)
        lstm = dict(self.lstm.named_parameters())
        for layer in range(self.config.layers):
            nn.init.xavier_uniform_(lstm[f"weight_ih_l{layer}"])
            for gate in range(4):  # input, forget, cell, output
                nn.init.orthogonal_(lstm[f"weight_hh_l{layer}"].data[gate * h : (gate + 1) * h])
            nn.init.zeros_(lstm[f"bias_ih_l{layer}"])
            nn.init.zeros_(lstm[f"bias_hh_l{layer}"])
            lstm[f"bias_ih_l{layer}"].data[h : 2 * h] = 1.0
        nn.init.normal_(self.head.weight, std=self.config.hidden**-0.5)
        nn.init.zeros_(self.head.bias)

    def start(self, rows: int = 1) -> State:
        """The state of `rows` rows before any input."""
        zero = torch.zeros(self.config.layers, rows, self.config.hidden, device=self.head.weight.device)
        return State(zero, zero)

    def matrices(self) -> list[Tensor]:
        """The parameters for the Muon optimiser: none, as recurrent matrices train better with AdamW."""
        return []

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """ids (B, T) int64 → logits (B, T, V) of each next character, and the state after the last one."""
        state = state or self.start(ids.shape[0])
        x = self.dropout(self.embedding(ids.t()))  # (T, B, E)
        x, (h, c) = self.lstm(x, (state.h, state.c))  # (T, B, H)
        logits = self.head(self.dropout(x)).transpose(0, 1)  # (B, T, V)
        return logits, State(h, c)
