"""Scores finished lines with a letter model: how likely they are, their last words, and their closing marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.engine import Engine
from stagelyric.lm.state import Rows
from stagelyric.writing.automata.letters import Alphabet

TOGETHER = 128
"""Characters of each text that are read in one call. A step costs hardly more for eight texts than for one, but an
urgent line has to wait for the whole call."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The scores of one line: mean ln p of a character, the same for its last word only, and its likeliest closing
    mark.

    `state[row]` is the model's state at the line's end, before the mark; meaningless for an empty text.
    """

    flow: float
    landing: float
    closing: str
    state: Rows
    row: int


def hear(
    engine: Engine,
    alphabet: Alphabet,
    texts: Sequence[str],
    logits: NDArray[np.float32],
    state: Rows,
    between: Callable[[], None] = lambda: None,
) -> list[Heard]:
    """Scores each text after its own row of `logits` (B, V) and `state`, a few characters at a time.

    Texts are in the model's own characters, with slots for names. The chances of all closing marks are added up.
    """
    texts = [text[:1].upper() + text[1:] for text in texts]
    spelled = [np.asarray(engine.vocabulary.spell(text), dtype=np.int64) for text in texts]
    gained: list[list[NDArray[np.float32]]] = [[] for _ in texts]
    heard: dict[int, Heard] = {}
    rows, place = np.arange(len(texts)), 0
    while len(rows):
        left = [spelled[row][place:] for row in rows]
        width = max(1, min(TOGETHER // len(rows), max(map(len, left))))
        counts = np.array([min(width, len(rest)) for rest in left])
        ids = np.zeros((len(rows), width), dtype=np.int64)
        for i, rest in enumerate(left):
            ids[i, : counts[i]] = rest[: counts[i]]
        between()
        after, state = engine.extend(ids, np.maximum(counts, 1), state)
        logs = log_chances(np.concatenate([logits[:, None], after], axis=1))  # (B, width + 1, V)
        for i, row in enumerate(rows):
            gained[row].append(logs[i, np.arange(counts[i]), ids[i, : counts[i]]])
            if len(left[i]) <= width:
                ending = logs[i, counts[i], alphabet.closing]
                own = np.append(np.concatenate(gained[row]), np.log(np.exp(ending).sum() + 1e-12)).astype(np.float64)
                last = len(texts[row].rpartition(" ")[2]) + 1
                mark = alphabet.symbols[alphabet.closing[int(ending.argmax())]]
                heard[int(row)] = Heard(float(own.mean()), float(own[-last:].mean()), mark, state, i)
        going = np.array([len(rest) > width for rest in left], dtype=bool)
        rows, logits, place = rows[going], after[going, -1], place + width
        state = state if going.all() else state.take(np.flatnonzero(going))
    return [heard[row] for row in range(len(texts))]


def log_chances(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """ln p of each character, (…, V), from logits."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)
