"""Drafts by a model of words that begins with the rhyme: the writer's other way to draft, beside letter by letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.kinds.backward import runtime
from stagelyric.lm.kinds.backward.runtime import COMMA, LINE, OWN, STANZA, UNKNOWN, BackwardWords
from stagelyric.lm.state import State
from stagelyric.types import paths
from stagelyric.words.lexicon import Lexicon
from stagelyric.writing.automata.words import PLACE_IS_RARE, BackwardDrafts, Vocabulary, vocabulary
from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.tasks import Task

HEAT = 1.45
"""Times the temperature of drafts by letters: a word has more to choose among than a letter."""

LIFT, UNLIFTED = 45.0, 0.31
"""Nats that a word gains for its rarity, for each unit that a line is to be rarer than drafts are by themselves."""

NAMED = 2.5
"""How much more than for a word it counts for a name whether it belongs where it is said."""

MIN_P = 0.02
_SPREAD = 0.7  # nats; of the lift among the drafts of a line
_KNOWN, _LEAST = 0.5, 1000  # the share of a lexicon's words, and how many, that the model has to know to be of use
_LONGEST = 40  # words and signs of a draft
_UNUSUAL = 4.0  # nats; a name is less usual than that where it does not belong
_READ = 12  # lines of a context


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft with slots for its names, and what its own model made of it: mean ln p of a word."""

    text: str
    flow: float
    setting: float
    """ln p of what had to be said, where it was said; 0 for nothing."""


class Backwriter:
    """Writes drafts, last word first."""

    def __init__(self, model: BackwardWords):
        self.model = model
        self._vocabulary = lru_cache(maxsize=8)(self._made)
        self._begun = lru_cache(maxsize=64)(self._begin)

    @classmethod
    def open(cls, folder: Path, lexicon: Lexicon) -> Backwriter | None:
        """The one in a model's folder, else the one that is shipped for all; None where it is of no use.

        Of no use is one that does not know most of the lexicon's words. Raises BackwardError.
        """
        file = paths.backward(folder)
        if file is None:
            return None
        model = runtime.load(file)
        known = sum(word in model.index for word in lexicon.words)
        return cls(model) if known >= max(_LEAST, _KNOWN * len(lexicon.words)) else None

    @property
    def digest(self) -> str:
        """Names the model."""
        return self.model.digest

    def _made(self, rules: Rules) -> Vocabulary:
        return vocabulary(self.model, rules)

    def begin(self, context: str) -> State:
        """Where the model stands after a context (slots for its names), before a new stanza."""
        return self._begun(context)

    def _begin(self, context: str) -> State:
        stanza = [self.model.sign(STANZA)]
        lines = [line for line in context.split("\n") if line.strip()][-_READ:]
        read = [number for line in lines for number in self.model.numbers(line)]
        return self.model.read(self.model.start(), stanza + read + (stanza if lines else []))

    def after(self, state: State, line: str) -> State:
        """Where it stands after one more line."""
        return self.model.read(state, self.model.numbers(line))

    def draft(
        self,
        rules: Rules,
        endings: Sequence[Ending],
        tasks: Sequence[Task],
        state: State,
        rarity: NDArray[np.float64],
        temperature: float,
        rng: np.random.Generator,
        between: Callable[[], None],
        lately: frozenset[str] = frozenset(),
    ) -> dict[int, Drafted]:
        """The drafts of these tasks by their place; those that can't begin are left out.

        `state` has a row for each; `rarity` (B,) is how rare its words are to be (`Lexicon.rarity`).
        """
        lift = LIFT * (rarity - UNLIFTED) + rng.normal(0, _SPREAD, len(tasks))
        model, words = self.model, self._vocabulary(rules)
        signs = model.sign(LINE), model.sign(COMMA), model.sign(OWN)
        drafts = BackwardDrafts(words, rules, endings, tasks, signs, lift, lately)
        begins = drafts.can_begin()
        drafts.keep(begins)
        if not len(drafts):
            return {}
        state = state.take(np.flatnonzero(begins))
        total, count, setting = np.zeros(len(tasks)), np.zeros(len(tasks)), np.zeros(len(tasks))
        lengths = model.length(np.array([tasks[row].syllables for row in drafts.rows.tolist()]))
        between()
        logits, state = model.step(state, lengths)
        made: dict[int, Drafted] = {}
        for _ in range(_LONGEST):
            mask, bias = drafts.allowed()
            mask[~mask.any(axis=1), model.sign(LINE)] = True
            forced = drafts.forced()
            ids = _drawn(logits + bias, mask, temperature * HEAT, rng)
            for i in forced:
                ids[i] = self._number(tasks[int(drafts.rows[i])])
            gained = _gained(logits, ids)
            rows = drafts.rows
            total[rows] += gained
            count[rows] += 1
            owed = drafts.owed.copy()
            done = drafts.take(ids, forced)
            said = owed & ~drafts.owed
            for row, own in zip(rows[said].tolist(), gained[said].tolist(), strict=True):
                setting[row] = _setting(tasks[row], own)
            for row in rows[done]:
                made[int(row)] = Drafted(drafts.text(int(row)), float(total[row] / count[row]), float(setting[row]))
            if done.any():
                drafts.keep(~done)
                if not len(drafts):
                    break
                ids, state = ids[~done], state.take(np.flatnonzero(~done))
            between()
            logits, state = model.step(state, ids)
        return made

    def _number(self, task: Task) -> int:
        assert task.must is not None
        last = task.must.text.split()[-1].lower()
        return self.model.index.get(last, self.model.sign(UNKNOWN))


def _setting(task: Task, gained: float) -> float:
    """How ill it fits where it is said, of the ln p it had there; 0 where it belongs."""
    assert task.must is not None
    usual = gained + _UNUSUAL + PLACE_IS_RARE * task.must.place
    return min(0.0, usual) * (NAMED if task.must.own else 1.0)


def _drawn(
    scores: NDArray[np.float32], mask: NDArray[np.bool_], temperature: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """As `lm.sample.choose` with MIN_P, (B,), without reckoning with the thousands of words that have no chance."""
    scores = np.where(mask, scores, -np.inf)
    scores -= scores.max(axis=1, keepdims=True)
    rows, words = np.nonzero(scores >= temperature * np.log(MIN_P))
    sums = np.cumsum(np.exp(scores[rows, words].astype(np.float64) / temperature))
    ends = np.searchsorted(rows, np.arange(len(scores)), side="right")
    before = np.concatenate([[0.0], sums[ends[:-1] - 1]])
    at = np.searchsorted(sums, before + rng.random(len(scores)) * (sums[ends - 1] - before), side="right")
    return np.asarray(words[np.minimum(at, ends - 1)], dtype=np.int64)


def _gained(logits: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """ln p of what was chosen, (B,)."""
    most = logits.max(axis=1, keepdims=True)
    whole = np.log(np.exp(logits - most).sum(axis=1)) + most[:, 0]
    return np.asarray(logits[np.arange(len(ids)), ids] - whole, dtype=np.float32)
