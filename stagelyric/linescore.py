"""What a model of letters makes of finished lines: how they flow, how they land, what mark they would close on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stagelyric.craft.drafting import Alphabet


@dataclass(frozen=True, slots=True)
class Heard:
    """One line: mean ln p of a character, the same of its last word, its likeliest closing mark.

    `state[row]` is where the model stands at its end, before the mark.
    """

    flow: float
    landing: float
    closing: str
    state: Any
    row: int


def hear(
    engine: Any,
    alphabet: Alphabet,
    texts: Sequence[str],
    logits: NDArray[np.float32],
    state: Any,
    between: Callable[[], None] = lambda: None,
) -> list[Heard]:
    """Reads each text on from its own row of `logits` (B, V) and `state`.

    Texts are of the model's own characters, with slots for names. A line may close on any mark; which, does not count.
    """
    texts = [text[:1].upper() + text[1:] for text in texts]
    spelled = [engine.vocabulary.spell(text) for text in texts]
    gained: list[list[float]] = [[] for _ in texts]
    heard: dict[int, Heard] = {}
    rows = np.arange(len(texts))
    for t in range(max(map(len, spelled), default=0) + 1):
        logs = log_chances(logits)
        done = np.array([len(spelled[row]) == t for row in rows], dtype=bool)
        for i in np.flatnonzero(done):
            row = int(rows[i])
            ending = logs[i, alphabet.closing]
            own = [*gained[row], float(np.log(np.exp(ending).sum() + 1e-12))]
            last = len(texts[row].rpartition(" ")[2]) + 1
            mark = alphabet.symbols[alphabet.closing[int(ending.argmax())]]
            heard[row] = Heard(float(np.mean(own)), float(np.mean(own[-last:])), mark, state, int(i))
        if done.all():
            break
        rows, state, logs = rows[~done], state.take(np.flatnonzero(~done)), logs[~done]
        ids = np.array([spelled[row][t] for row in rows], dtype=np.int64)
        for row, log in zip(rows, logs[np.arange(len(ids)), ids], strict=True):
            gained[row].append(float(log))
        between()
        logits, state = engine.step(ids, state)
    return [heard[row] for row in range(len(texts))]


def log_chances(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """ln p of each character, (B, V)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), dtype=np.float32)
