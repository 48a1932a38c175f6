"""Measures of a network during training, and sample lines from it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from stagelyric.lm.kinds.network import Network
from stagelyric.lm.sample import choose
from stagelyric.lm.vocabulary import Vocabulary

_LOGITS_AT_ONCE = 1 << 21
_NOT_MEASURED = -100


def sample_line(model: Network, vocabulary: Vocabulary, rng: np.random.Generator, longest: int = 60) -> str:
    """A line from the start of a song, cut at `longest` characters, as a sample of the training's progress."""
    return raw_lines(model, vocabulary, rng, 1, longest)[0]


def raw_lines(
    model: Network, vocabulary: Vocabulary, rng: np.random.Generator, count: int, longest: int = 60
) -> list[str]:
    """Lines from the start of songs, unfiltered, at temperature 0.8 and min-p 0.05."""
    ids = torch.full((count, 1), vocabulary.boundary)
    state, drawn = model.start(count), []
    spoken = np.array([c == "\n" or c >= " " for c in vocabulary.symbols])
    with torch.no_grad():
        for _ in range(longest):
            logits, state = model(ids, state)  # (B, 1, V)
            chosen = choose(logits[:, -1].numpy(), rng, temperature=0.8, min_p=0.05, mask=np.tile(spoken, (count, 1)))
            drawn.append(chosen)
            ids = torch.from_numpy(chosen)[:, None]  # (B, 1)
    return [vocabulary.decode(row).lstrip("\n").partition("\n")[0] for row in np.array(drawn).T]


def cold_bits(model: Network, ids: NDArray[np.integer], block: int, rows: int = 64, *, half: bool = False) -> float:
    """Bits a symbol of ids (T,), read in blocks of `block` from the empty state, which is how a press begins.

    At most `rows` blocks are read at once; fewer if the vocabulary is large.
    """
    whole = (ids.size - 1) // block
    if whole < 1:
        block, whole = ids.size - 1, 1
    x = torch.from_numpy(ids[: whole * block].astype(np.int64)).view(whole, block)
    y = torch.from_numpy(ids[1 : whole * block + 1].astype(np.int64)).view(whole, block)
    rows = max(1, min(rows, _LOGITS_AT_ONCE // (block * model.config.vocabulary)))
    total, counted = 0.0, 0
    with torch.no_grad():
        for xs, ys in zip(torch.split(x, rows), torch.split(y, rows), strict=True):
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                logits, _ = model(xs)
            measured = model.counts(ys)
            ys = ys.masked_fill(~measured, _NOT_MEASURED)
            nats = nn.functional.cross_entropy(
                logits.float().flatten(0, 1), ys.flatten(), reduction="sum", ignore_index=_NOT_MEASURED
            )
            total, counted = total + nats.item(), counted + int(measured.sum())
    return total / max(1, counted) / math.log(2)


def filled(model: Network, weights: Mapping[str, NDArray[np.float32]]) -> Network:
    """The model with these weights, in evaluation mode."""
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
    return model.eval()
