"""Drafts letter by letter: the model steps until every draft is at its end, within what the craft allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.sample import choose
from stagelyric.writing.automata.letters import Drafts

MIN_P = 0.05
_LONGEST = 120  # characters of a draft
_HARDLY = -6.0  # nats; how much less likely something is that had to be said, does not count


@dataclass(frozen=True, slots=True)
class Spelled:
    """One draft, with slots for names: mean ln p of the characters that were the model's to choose, of its last word,
    the sum of ln p of what it had to say, and the mark that the model would close on.

    `state[row]` is where the model stands at its end.
    """

    text: str
    flow: float
    landing: float
    setting: float
    closing: str
    state: Any
    row: int


def spell(
    engine: Any,
    drafts: Drafts,
    logits: NDArray[np.float32],
    state: Any,
    *,
    rng: np.random.Generator,
    temperature: float,
    between: Callable[[], None] = lambda: None,
) -> dict[int, Spelled]:
    """Steps the model from `logits` (B, V) and `state` until every draft is done: what was made, by row.

    A draft that is not done after 120 characters is not among them.
    """
    a, n = drafts.alphabet, len(drafts)
    chars = np.zeros((n, _LONGEST), dtype=np.uint8)
    total, chosen_by_model = np.zeros(n), np.zeros(n)
    landing, last_letters, setting = np.zeros(n), np.zeros(n), np.zeros(n)
    closing = np.zeros(n, dtype=np.int64)
    ends: list[tuple[NDArray[np.int64], Any]] = []
    for t in range(_LONGEST):
        mask, bias = drafts.allowed()
        at_word, forced = drafts.at_word, drafts.spoken_for
        most = logits.max(axis=1, keepdims=True)
        weights = np.exp(logits - most)
        ending_weights = weights[:, a.closing]
        logs = logits - most - np.log(weights.sum(axis=1, keepdims=True))
        # A line may close on any mark; which, is not the draft's to choose.
        logs[:, a.newline] = np.log(ending_weights.sum(axis=1) / weights.sum(axis=1) + 1e-12)
        ids = choose(logs + bias, rng, temperature=temperature, min_p=MIN_P, mask=mask)
        rows = drafts.rows
        gained = logs[np.arange(len(rows)), ids]
        own = ~forced
        total[rows] += np.where(own, gained, 0)
        chosen_by_model[rows] += own
        landing[rows] = np.where(at_word, 0, landing[rows]) + gained
        last_letters[rows] = np.where(at_word, 0, last_letters[rows]) + 1
        if forced.any():
            setting[rows] += np.where(forced, _set(drafts, logs, ids, chars, t), 0)
        chars[rows, t] = ids
        done = drafts.take(ids)
        if done.any():
            closing[rows[done]] = a.closing[ending_weights[done].argmax(axis=1)]
            ends.append((rows[done], state.take(np.flatnonzero(done))))
            going = ~done
            drafts.keep(going)
            if not len(drafts):
                break
            ids, state = ids[going], state.take(np.flatnonzero(going))
        between()
        logits, state = engine.step(ids, state)
    flow = total / np.maximum(chosen_by_model, 1)
    made: dict[int, Spelled] = {}
    for rows, final in ends:
        for i, row in enumerate(map(int, rows)):
            made[row] = Spelled(
                a.text(chars[row]), float(flow[row]), float(landing[row] / max(1, last_letters[row])),
                max(float(setting[row]), _HARDLY), a.symbols[closing[row]], final, i,
            )  # fmt: skip
    return made


def _set(
    drafts: Drafts, logs: NDArray[np.float32], ids: NDArray[np.int64], chars: NDArray[np.uint8], t: int
) -> NDArray[np.float64]:
    """What the model makes of a character it must say: of a name, only whether a capital suits the place."""
    a = drafts.alphabet
    gained = logs[np.arange(len(ids)), ids].astype(np.float64)
    own = drafts.own[drafts.rows] & a.spoken[ids]  # a slot is judged as it is
    if not own.any():
        return gained
    fresh = chars[drafts.rows, t - 1] == a.space if t else np.zeros(len(ids), dtype=bool)
    capital = np.log(np.exp(logs[:, a.upper]).sum(axis=1) + 1e-9)
    return np.where(own, np.where(fresh & a.is_upper[ids], capital, 0), gained)
