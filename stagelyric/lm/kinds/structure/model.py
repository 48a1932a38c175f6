"""The structure model: how lyrics are built, whatever their words are. One GRU over tokens (see `tokens`).

Castro and Attarian 2018 (arXiv 1811.04651) join two separately trained language models, one for a song's structure and
one for the richness of its words. Their method section was not to be had: what a token is, the network and the way the
two are joined (`writing.automata.templates`, `writing.automata.letters`) are ours.

embedding → GRU (Cho et al. 2014) → linear head that shares the embedding's weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stagelyric.lm.kinds.structure import tokens
from stagelyric.lm.kinds.structure.tagging import TaggedLine

_LAST_RATE = 0.02
_WARM_UP = 50  # steps


@dataclass(frozen=True, slots=True)
class StructureConfig:
    """The shape of the network. All sizes ≥ 1; 0 ≤ dropout < 1 falls on what the GRU reads and gives."""

    tokens: int
    hidden: int = 128
    dropout: float = 0.1


class Structure(nn.Module):
    """`model(ids, state) -> (logits, state)`."""

    def __init__(self, config: StructureConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.tokens, config.hidden)
        self.gru = nn.GRU(config.hidden, config.hidden, batch_first=True)
        self.head = nn.Linear(config.hidden, config.tokens)
        self.head.weight = self.embedding.weight
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.embedding.weight, std=config.hidden**-0.5)

    def forward(self, ids: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """ids (B, T) int64, state (1, B, H) → logits (B, T, V) of each next token, and the state after the last."""
        x, state = self.gru(self.dropout(self.embedding(ids)), state)  # (B, T, H)
        return self.head(self.dropout(x)), state


@dataclass(frozen=True, slots=True)
class StructureRecipe:
    """How to train: AdamW, its rate falling in a line. A share `kept` of what may be asked of a line is asked."""

    epochs: float = 6.0
    rows: int = 32
    segment: int = 64
    rate: float = 4e-3
    kept: float = 0.7
    seed: int = 0


Song = Sequence[Sequence[tuple[TaggedLine, Sequence[str]]]]
"""Stanzas of lines, each with its row of tokens."""


def spelled(song: Song, place: dict[str, int], kept: float, rng: np.random.Generator) -> list[int]:
    """A song as ids, a SONG before it, with some of what may be asked before each line."""
    row = [tokens.SONG]
    for stanza in song:
        for line, words in stanza:
            asked = rng.random(3) < kept
            if asked[0]:
                row.append(tokens.syllables(line.syllables))
            if asked[1]:
                row.append(tokens.rhyme(line.rhyme))
            if asked[2]:
                row.append(tokens.NAMED if line.named else tokens.PLAIN)
            row += words
            row.append(tokens.LINE)
        row.append(tokens.STANZA)
    return [place[token] for token in row]


def train(
    songs: Sequence[Song],
    weights: Sequence[float],
    symbols: Sequence[str],
    recipe: StructureRecipe,
    held_out: Sequence[Song] = (),
    tell: Callable[[float, float], None] = lambda done, bits: None,
) -> tuple[Structure, dict[str, float]]:
    """Trains a model on songs, each seen `weights` times an epoch (a fraction is a chance), for a few minutes.

    `tell` is called with the share done, 0 … 1, and bits per token. Gives the model and what was measured: steps,
    tokens, and bits per word on the `held_out` songs (`token_bits`).
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    place = {symbol: i for i, symbol in enumerate(symbols)}
    model = Structure(StructureConfig(len(symbols)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.rate, betas=(0.9, 0.99), weight_decay=0.01)
    bits, steps, state, ids = math.log2(len(symbols)), 0, None, _epoch(songs, weights, place, recipe, rng)
    rows = max(1, min(recipe.rows, ids.size // (2 * recipe.segment)))
    whole = max(1, round(recipe.epochs * ids.size / (rows * recipe.segment)))
    at, width = 0, ids.size // rows
    for step in range(whole):
        if at + recipe.segment + 1 > width:
            at, state, ids = 0, None, _epoch(songs, weights, place, recipe, rng)
            width = ids.size // rows
        part = ids[: width * rows].reshape(rows, width)[:, at : at + recipe.segment + 1]
        at += recipe.segment
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * min(1.0, (step + 1) / _WARM_UP) * max(_LAST_RATE, 1 - step / whole)
        logits, state = model(torch.from_numpy(part[:, :-1]), state)  # (B, T, V)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), torch.from_numpy(part[:, 1:]).flatten())
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        state, steps = state.detach(), steps + 1
        bits += (loss.item() / math.log(2) - bits) * max(0.01, 1 / steps)
        tell(steps / whole, bits)
    model.eval()
    measured = {"steps": float(steps), "tokens": float(steps * rows * recipe.segment)}
    if held_out:
        measured["held-out bits per word"] = token_bits(model, held_out, place)
    return model, measured


def token_bits(model: Structure, songs: Sequence[Song], place: dict[str, int]) -> float:
    """Bits per word, line ends counted as one, of songs read from a zero state with all asked that can be."""
    nats, count = 0.0, 0
    asked = torch.tensor([symbol in tokens.MARKS and symbol != tokens.LINE for symbol in place])
    with torch.no_grad():
        for song in songs:
            ids = torch.tensor([spelled(song, place, 1.0, np.random.default_rng(0))])
            logits, _ = model(ids[:, :-1])
            words = ~asked[ids[0, 1:]]
            nats += nn.functional.cross_entropy(logits[0, words], ids[0, 1:][words], reduction="sum").item()
            count += int(words.sum())
    return nats / max(1, count) / math.log(2)


def _epoch(
    songs: Sequence[Song],
    weights: Sequence[float],
    place: dict[str, int],
    recipe: StructureRecipe,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """All songs in a new order, (T,), long enough for one segment."""
    weight = np.array(weights)
    counts = np.floor(weight + rng.random(len(weight))).astype(np.int64)
    order = rng.permutation(np.repeat(np.arange(len(songs)), counts))
    row = [i for number in order for i in spelled(songs[number], place, recipe.kept, rng)]
    while len(row) < recipe.segment + 2:
        row += row or [place[tokens.SONG]]
    return np.array(row, dtype=np.int64)
